"""Which names of a module are versioned objects: the module is followed statement by statement, and nothing is run.

Within a function, values are followed through assignments, branches, loops, comprehensions and closures; between the
functions of the module through arguments and what is returned, until nothing changes any more. What comes from outside
is known by annotations, by compat decorators, by the names of parameters and by what calls return.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, Protocol

import libcst as cst

from fakevirt.audit.calls import returned
from fakevirt.audit.classes import class_named, is_known
from fakevirt.audit.events import Access, Argument, Binding, Call, Event, Reference, Use
from fakevirt.audit.functions import Function, Functions
from fakevirt.audit.settings import Settings
from fakevirt.audit.syntax import dotted, key_of, last, parts, targets_of, text_of, walk
from fakevirt.audit.values import (
    UNREACHED,
    Confidence,
    Either,
    Items,
    Keyed,
    Nothing,
    Object,
    Primitive,
    Several,
    Unreached,
    Value,
    capped,
    item_of,
    join,
    join_all,
    known,
)

Names = dict[str, Value | Unreached]
#: What is known settles after a few rounds; a module that needs more has a chain of as many calls.
_MOST_ROUNDS = 12
#: What is one object in an object, and a list in the dict that the conductor returns for it.
_LISTS_IN_DICTS: dict[tuple[str | None, str], str] = {("Service", "compute_node"): "ComputeNode"}
_ITERATED = frozenset({"items", "iteritems", "iterkeys", "itervalues", "keys", "values"})
_AS_DICTS = frozenset({"has_key", "pop", "popitem", "setdefault", "update"})


class Conversion(Protocol):
    """What a module does once it is converted."""

    def parameter(self, function: Function, name: str) -> Value:
        """Return what a parameter is then, None if that is no matter of the conversion."""

    def result(self, call: Call, events: Sequence[Event]) -> Value:
        """Return what a call returns then, None if it is not converted; the events are those before it."""


class Inference:
    """What a module does with values of which something is known.

    Args:
        module: The module.
        settings: What names stand for.
        conversion: What the module does once it is converted; without it the module is taken as it is.

    Attributes:
        functions: The functions of the module.
        events: What is done, in the order in which it stands there, function by function.
        escaped: The functions that are handed on without being called.
        callers: The functions that call each one of the module's.
    """

    def __init__(self, module: cst.Module, settings: Settings, conversion: Conversion | None = None) -> None:
        self.functions: Functions = Functions(module)
        self._module = module
        self._settings = settings
        self._conversion = conversion
        self._returns: dict[Function, Value | Unreached] = {}
        self._arguments: dict[tuple[Function, str], Value | Unreached] = {}
        self._assigned: dict[tuple[Function, str], Value | Unreached] = {}
        self._dicts: dict[tuple[Function, str], Primitive] = {}
        self.callers: dict[Function, set[Function | None]] = {}
        self.escaped: set[Function] = set()
        self._settle()

    def _settle(self) -> None:
        for _ in range(_MOST_ROUNDS):
            before = (self._returns, self._arguments, self._assigned, self._dicts)
            self.events: list[Event] = []
            self._seen_returns: dict[Function, Value | Unreached] = {}
            self._seen_arguments: dict[tuple[Function, str], Value | Unreached] = {}
            self._seen_assigned: dict[tuple[Function, str], Value | Unreached] = {}
            self._seen_dicts: dict[tuple[Function, str], Primitive] = {}
            self._function: Function | None = None
            self._statement: cst.BaseSmallStatement | None = None
            self._block(self._module, {})
            self._returns, self._arguments = self._seen_returns, self._seen_arguments
            self._assigned, self._dicts = self._seen_assigned, self._seen_dicts
            if before == (self._returns, self._arguments, self._assigned, self._dicts):
                return

    # What functions are given

    def parameter(self, function: Function, name: str) -> Value | Unreached:
        """Return what is known of a parameter when the function begins."""
        declared = self.declared(function, name)
        if declared is None and self._conversion is not None:
            declared = self._conversion.parameter(function, name)
        if declared is not None:
            return declared
        cls, why = self._settings.parameters.get(name), f"parameter {name!r}"
        if cls is None and name in self._used_as_objects(function):
            cls, why = name.title().replace("_", ""), f"{name} is used as no dict can be"
        by_name = Object(cls, why, Confidence.MEDIUM) if cls is not None else None
        given = self._arguments.get((function, name), UNREACHED)
        from_outside = function.is_called_from_outside or function in self.escaped or function not in self.callers
        if by_name is not None and (function, name) in self._dicts:
            # One caller with a dict is enough, whatever is not known of the others.
            all_dicts = isinstance(given, Primitive) and not from_outside
            return given if all_dicts else Either(by_name, self._dicts[function, name])
        if given is None or isinstance(given, Nothing):
            return by_name
        if from_outside:
            return known(join(by_name, given)) if by_name is not None else None
        return given if isinstance(given, Unreached) else capped(given, Confidence.MEDIUM)

    @functools.cache  # noqa: B019 - an inference lives as long as its module is looked at
    def _used_as_objects(self, function: Function) -> frozenset[str]:
        """Return the names of a function that have the name of a class, and are saved or given to what flattens it."""
        names = set()
        for node in walk(function.node):
            if isinstance(node, cst.Call):
                callee = dotted(node.func)
                if callee.endswith(".save"):
                    names.add(callee.removesuffix(".save"))
                elif last(callee) == "obj_to_primitive" and node.args:
                    names.add(dotted(node.args[0].value))
        return frozenset(name for name in names if is_known(name.title().replace("_", "")))

    def declared(self, function: Function, name: str) -> Value:
        """Return what the function itself says of a parameter, by a compat decorator or an annotation."""
        for decorator in function.decorators:
            cls = self._settings.compat.get(decorator, {}).get(name)
            if cls is not None:
                brought = frozenset({"metadata", "system_metadata"}) if cls == "Instance" else None
                return Object(cls, f"@{decorator}", Confidence.HIGH, brought)
        node = next(each for each in function.parameters if each.name.value == name)
        return None if node.annotation is None else _annotated(node.annotation.annotation)

    def _bind_parameters(self, function: Function, names: Names) -> None:
        for parameter in function.parameters:
            name = parameter.name.value
            names[name] = self.parameter(function, name)
            self._note(self._seen_assigned, (function, name), names[name])
        for star in (function.node.params.star_arg, function.node.params.star_kwarg):
            if isinstance(star, cst.Param):
                names[star.name.value] = None

    def _pass_arguments(self, call: Call, target: Function) -> None:
        self.callers.setdefault(target, set()).add(self._function)
        given = target.given
        if any(argument.star for argument in call.arguments):
            for parameter in target.parameters:
                self._note(self._seen_arguments, (target, parameter.name.value), None)
            return
        for position, argument in enumerate(call.arguments):
            name = argument.keyword or (given[position] if position < len(given) else None)
            if name is not None:
                self._note(self._seen_arguments, (target, name), argument.value)
                dict_ = argument.value.primitive if isinstance(argument.value, Either) else argument.value
                if isinstance(dict_, Primitive):
                    self._seen_dicts.setdefault((target, name), dict_)

    @staticmethod
    def _note(seen: dict[Any, Value | Unreached], key: object, value: Value | Unreached) -> None:
        seen[key] = join(seen.get(key, UNREACHED), value)

    # Statements

    def _block(self, block: cst.CSTNode, names: Names) -> bool:
        """Follow a block; tell whether what stands behind it is reached."""
        return all(self._reaches_the_next(statement, names) for statement in block.body)  # type: ignore[attr-defined]

    def _reaches_the_next(self, statement: cst.CSTNode, names: Names) -> bool:
        follow = getattr(self, f"_follow_{type(statement).__name__}", None)
        if follow is not None:
            went_on = follow(statement, names)
            return went_on is not False
        for part in parts(statement):
            self._any(part, names)
        return True

    def _follow_SimpleStatementLine(self, statement: cst.SimpleStatementLine, names: Names) -> bool:
        for small in statement.body:
            self._statement = small
            went_on = self._reaches_the_next(small, names)
            self._statement = None
            if not went_on:
                return False
        return True

    _follow_SimpleStatementSuite = _follow_SimpleStatementLine

    def _follow_Return(self, statement: cst.Return, names: Names) -> bool:
        value = self._value(statement.value, names) if statement.value is not None else Nothing()
        if self._function is not None:
            self._note(self._seen_returns, self._function, value)
        return False

    def _follow_Raise(self, statement: cst.Raise, names: Names) -> bool:
        for part in parts(statement):
            self._any(part, names)
        return False

    def _follow_Continue(self, statement: cst.Continue, names: Names) -> bool:
        return False

    _follow_Break = _follow_Continue

    def _follow_Assign(self, statement: cst.Assign, names: Names) -> None:
        value = self._value(statement.value, names)
        for target in statement.targets:
            self._assign(target.target, value, names, statement.value)

    def _follow_AnnAssign(self, statement: cst.AnnAssign, names: Names) -> None:
        value = self._value(statement.value, names) if statement.value is not None else None
        declared = _annotated(statement.annotation.annotation)
        self._assign(statement.target, declared or value, names, statement.value)

    def _follow_AugAssign(self, statement: cst.AugAssign, names: Names) -> None:
        self._value(statement.value, names)
        self._assign(statement.target, None, names, statement.value)

    def _follow_Del(self, statement: cst.Del, names: Names) -> None:
        for target in targets_of(statement.target):  # type: ignore[arg-type]
            if isinstance(target, cst.Subscript):
                self._subscript(target, names, Use.DELETE_ITEM)
            elif isinstance(target, cst.Name):
                names.pop(target.value, None)

    def _follow_If(self, statement: cst.If, names: Names) -> bool:
        self._value(statement.test, names)
        then, otherwise = dict(names), dict(names)
        ends = [(then, self._block(statement.body, then))]
        if statement.orelse is not None:
            ends.append((otherwise, self._reaches_the_next(statement.orelse, otherwise)))
        else:
            ends.append((otherwise, True))
        return self._meet(names, ends)

    def _follow_Else(self, statement: cst.Else, names: Names) -> bool:
        return self._block(statement.body, names)

    def _follow_For(self, statement: cst.For, names: Names) -> bool:
        iterated = self._value(statement.iter, names)
        self._iterate(statement, statement.iter, iterated)
        return self._loop(
            statement, names, lambda inside: self._assign(statement.target, item_of(known(iterated)), inside)
        )

    def _follow_While(self, statement: cst.While, names: Names) -> bool:
        self._value(statement.test, names)
        return self._loop(statement, names, lambda inside: None)

    def _loop(self, statement: cst.For | cst.While, names: Names, begin: Callable[[Names], None]) -> bool:
        first = dict(names)
        count = len(self.events)
        begin(first)
        self._block(statement.body, first)
        # A second time, with what the first has left; what is done is told once.
        del self.events[count:]
        again = _joined([names, first])
        begin(again)
        self._block(statement.body, again)
        self._meet(names, [(dict(names), True), (again, True)])
        return True if statement.orelse is None else self._block(statement.orelse.body, names)

    def _follow_Try(self, statement: cst.Try, names: Names) -> bool:
        inside = dict(names)
        went_on = self._block(statement.body, inside)
        # An error may come before or after anything that is assigned.
        at_error = _joined([names, inside])
        ends = []
        for handler in statement.handlers:
            here = dict(at_error)
            if handler.type is not None:
                self._value(handler.type, here)
            if handler.name is not None:
                self._assign(handler.name.name, None, here)
            ends.append((here, self._block(handler.body, here)))
        if went_on and statement.orelse is not None:
            went_on = self._block(statement.orelse.body, inside)
        ends.append((inside, went_on))
        went_on = self._meet(names, ends)
        if statement.finalbody is not None:
            if not went_on:
                names.update(at_error)
            return self._block(statement.finalbody.body, names) and went_on
        return went_on

    _follow_TryStar = _follow_Try

    def _follow_With(self, statement: cst.With, names: Names) -> bool:
        for item in statement.items:
            self._value(item.item, names)
            if item.asname is not None:
                self._assign(item.asname.name, None, names)
        return self._block(statement.body, names)

    def _follow_Match(self, statement: cst.Match, names: Names) -> bool:
        self._value(statement.subject, names)
        ends: list[tuple[Names, bool]] = [(dict(names), True)]
        for case in statement.cases:
            inside = dict(names)
            for part in parts(case.pattern):
                self._forget_captures(part, inside)
            if case.guard is not None:
                self._value(case.guard, inside)
            ends.append((inside, self._block(case.body, inside)))
        return self._meet(names, ends)

    def _forget_captures(self, node: cst.CSTNode, names: Names) -> None:
        if isinstance(node, cst.Name):
            names[node.value] = None
        for part in parts(node):
            self._forget_captures(part, names)

    def _follow_ClassDef(self, statement: cst.ClassDef, names: Names) -> None:
        for argument in (*statement.bases, *statement.keywords):
            self._value(argument.value, names)
        for decorator in statement.decorators:
            self._value(decorator.decorator, names)
        self._block(statement.body, dict(names))

    def _follow_FunctionDef(self, statement: cst.FunctionDef, names: Names) -> None:
        for decorator in statement.decorators:
            self._value(decorator.decorator, names)
        function = self.functions.of(statement)
        for parameter in function.parameters:
            if parameter.default is not None:
                self._value(parameter.default, names)
        inside = self._closed_over(names)
        self._bind_parameters(function, inside)
        outer, outer_statement = self._function, self._statement
        self._function, self._statement = function, None
        if self._block(statement.body, inside):
            self._note(self._seen_returns, function, Nothing())
        self._function, self._statement = outer, outer_statement
        names.pop(function.name, None)

    def _closed_over(self, names: Names) -> Names:
        """Return what a function sees that is defined here: what is assigned later, it sees as well."""
        if self._function is None:
            return dict(names)
        return {
            name: join(value, self._assigned.get((self._function, name), UNREACHED)) for name, value in names.items()
        }

    def _meet(self, names: Names, ends: Iterable[tuple[Names, bool]]) -> bool:
        """Go on with what is known where several ways meet; tell whether any comes there."""
        reached = [found for found, goes_on in ends if goes_on]
        if not reached:
            return False
        met = _joined(reached)
        names.clear()
        names.update(met)
        return True

    # Assignments

    def _assign(
        self,
        target: cst.BaseExpression,
        value: Value | Unreached,
        names: Names,
        source: cst.BaseExpression | None = None,
    ) -> None:
        if isinstance(target, cst.Name):
            before = names.get(target.value)
            names[target.value] = value
            if self._function is not None:
                self._note(self._seen_assigned, (self._function, target.value), value)
            self.events.append(Binding(target, known(before), known(value), source, self._function, self._statement))
        elif isinstance(target, (cst.Tuple, cst.List)):
            elements = [element.value for element in target.elements]
            values: tuple[Value, ...] = (None,) * len(elements)
            if isinstance(value, Several) and len(value.values) == len(elements):
                values = value.values
            for element, each in zip(elements, values, strict=True):
                self._assign(element, each, names)
        elif isinstance(target, cst.Subscript):
            self._subscript(target, names, Use.WRITE_ITEM)
        elif isinstance(target, cst.Attribute):
            self._tell(Use.WRITE, target, target.value, self._value(target.value, names), target.attr.value)
        elif isinstance(target, cst.StarredElement):
            self._assign(target.value, None, names)

    # Expressions

    def _any(self, node: cst.CSTNode, names: Names) -> None:
        if isinstance(node, cst.BaseExpression):
            self._value(node, names)
        else:
            for part in parts(node):
                self._any(part, names)

    def _value(self, node: cst.BaseExpression, names: Names) -> Value | Unreached:
        """Follow an expression and return its value."""
        if isinstance(node, cst.Name):
            return self._name(node, names)
        evaluate = getattr(self, f"_value_of_{type(node).__name__}", None)
        if evaluate is not None:
            value: Value | Unreached = evaluate(node, names)
            return value
        for part in parts(node):
            self._any(part, names)
        return None

    def _name(self, node: cst.Name, names: Names) -> Value | Unreached:
        if node.value == "None":
            return Nothing()
        if node.value not in names:
            self._hand_on(node)
        return names.get(node.value)

    def _hand_on(self, node: cst.BaseExpression) -> None:
        function = self.functions.called(node, self._function)
        if function is not None:
            self.escaped.add(function)

    def _value_of_Attribute(self, node: cst.Attribute, names: Names) -> Value:
        name = dotted(node)
        if last(name.rpartition(".")[0]) in self._settings.conductor:
            self.events.append(Reference(node, name, self._function, self._statement))
        self._hand_on(node)
        value = self._value(node.value, names)
        self._tell(Use.READ, node, node.value, value, node.attr.value)
        return _field_of(known(value), node.attr.value)

    def _value_of_Subscript(self, node: cst.Subscript, names: Names) -> Value:
        return self._subscript(node, names, Use.READ_ITEM)

    def _subscript(self, node: cst.Subscript, names: Names, use: Use) -> Value:
        value = known(self._value(node.value, names))
        for element in node.slice:
            self._any(element, names)
        key = key_of(node)
        name = text_of(key) if key is not None else None
        if isinstance(value, Items):
            return value if key is None else value.item
        if isinstance(value, Keyed):
            return value.item
        if isinstance(value, Several) and isinstance(key, cst.Integer):
            position = key.evaluated_value
            return value.values[position] if position < len(value.values) else None
        self._tell(use, node, node.value, value, name)
        return _field_of(value, name) if name is not None else None

    def _value_of_Call(self, node: cst.Call, names: Names) -> Value | Unreached:
        receiver: Value | Unreached = None
        if isinstance(node.func, cst.Attribute):
            receiver = self._value(node.func.value, names)
        elif not isinstance(node.func, cst.Name):
            self._value(node.func, names)
        arguments = tuple(
            Argument(
                argument.keyword.value if argument.keyword is not None else None,
                argument.star,
                argument.value,
                known(self._value(argument.value, names)),
            )
            for argument in node.args
        )
        target = self.functions.called(node.func, self._function)
        if isinstance(node.func, cst.Name) and node.func.value in names:
            target = None
        call = Call(node, dotted(node.func), arguments, target, self._function, self._statement)
        self.events.append(call)
        self._tell_call(call, known(receiver))
        converted = self._conversion.result(call, self.events) if self._conversion is not None else None
        if converted is not None:
            return converted
        if target is not None:
            self._pass_arguments(call, target)
            if "contextmanager" in target.decorators:
                return None
            return self._returns.get(target, UNREACHED)
        if isinstance(node.func, cst.Attribute) and receiver is not None:
            of_receiver = self._returned_by(node.func.value, known(receiver), call, names)
            if of_receiver is not None:
                return of_receiver
        return returned(call, self._settings)

    @staticmethod
    def _returned_by(node: cst.BaseExpression, receiver: Value, call: Call, names: Names) -> Value:
        """Return what a method of a value returns; what is put into a list of a name, the list has from there on."""
        if isinstance(receiver, Object):
            return receiver if call.method == "obj_clone" else None
        if isinstance(receiver, Keyed):
            if call.method in ("get", "pop", "setdefault"):
                return receiver.item
            return Items(receiver.item) if call.method in ("values", "itervalues") else None
        if isinstance(receiver, Items):
            if call.method in ("append", "add") and isinstance(node, cst.Name) and call.arguments:
                names[node.value] = join(receiver, Items(call.arguments[0].value))
            return receiver.item if call.method == "pop" else None
        return None

    def _tell_call(self, call: Call, receiver: Value) -> None:
        node, first = call.node, call.arguments[0] if call.arguments else None
        if isinstance(node.func, cst.Attribute):
            base, key = node.func.value, text_of(first.node) if first is not None else None
            if call.method == "get" and first is not None:
                self._tell(Use.GET, node, base, receiver, key)
            elif call.method in _ITERATED and not call.arguments:
                self._tell(Use.ITERATE, node, base, receiver, None)
            elif call.method in _AS_DICTS:
                self._tell(Use.UPDATE, node, base, receiver, None, "" if call.method == "update" else call.method)
            else:
                self._tell(Use.READ, node.func, base, receiver, call.method)
        elif first is not None and call.callee in ("hasattr", "getattr", "isinstance", "dict"):
            rest = call.arguments[1] if len(call.arguments) > 1 else None
            if call.callee == "isinstance" and rest is not None:
                tested = self._module.code_for_node(rest.node)
                self._tell(Use.TEST, node, first.node, first.value, None, tested)
            elif call.callee == "hasattr" and rest is not None:
                self._tell(Use.HAS, node, first.node, first.value, text_of(rest.node))
            elif call.callee == "dict" and first.keyword is None and not first.star:
                self._tell(Use.ITERATE, node, first.node, first.value, None)
        for argument in call.arguments:
            if argument.star == "**":
                self._tell(Use.ITERATE, node, argument.node, argument.value, None)

    def _value_of_Comparison(self, node: cst.Comparison, names: Names) -> Value:
        left = node.left
        self._value(left, names)
        for target in node.comparisons:
            value = self._value(target.comparator, names)
            if isinstance(target.operator, (cst.In, cst.NotIn)):
                self._tell(Use.IN, node, target.comparator, value, text_of(left))
            left = target.comparator
        return None

    def _value_of_BooleanOperation(self, node: cst.BooleanOperation, names: Names) -> Value | Unreached:
        left, right = self._value(node.left, names), self._value(node.right, names)
        return join(left, right)

    def _value_of_IfExp(self, node: cst.IfExp, names: Names) -> Value | Unreached:
        self._value(node.test, names)
        return join(self._value(node.body, names), self._value(node.orelse, names))

    def _value_of_NamedExpr(self, node: cst.NamedExpr, names: Names) -> Value | Unreached:
        value = self._value(node.value, names)
        self._assign(node.target, value, names, node.value)
        return value

    def _value_of_Await(self, node: cst.Await, names: Names) -> Value | Unreached:
        return self._value(node.expression, names)

    def _value_of_Tuple(self, node: cst.Tuple, names: Names) -> Value:
        return Several(tuple(known(self._value(element.value, names)) for element in node.elements))

    def _value_of_List(self, node: cst.List, names: Names) -> Value:
        values = [self._value(element.value, names) for element in node.elements]
        return Items(known(join_all(values)) if values else Nothing())

    def _value_of_Dict(self, node: cst.Dict, names: Names) -> Value:
        for element in node.elements:
            if isinstance(element, cst.StarredDictElement):
                self._tell(Use.ITERATE, node, element.value, self._value(element.value, names), None)
            else:
                self._any(element, names)
        return Primitive("a dict")

    def _value_of_Lambda(self, node: cst.Lambda, names: Names) -> Value:
        inside = self._closed_over(names)
        for name in _parameter_names(node.params):
            inside[name] = None
        self._value(node.body, inside)
        return None

    def _value_of_ListComp(self, node: cst.ListComp | cst.SetComp | cst.GeneratorExp, names: Names) -> Value:
        inside = dict(names)
        self._comprehend(node.for_in, inside)
        return Items(known(self._value(node.elt, inside)))

    _value_of_SetComp = _value_of_ListComp
    _value_of_GeneratorExp = _value_of_ListComp

    def _value_of_DictComp(self, node: cst.DictComp, names: Names) -> Value:
        inside = dict(names)
        self._comprehend(node.for_in, inside)
        self._value(node.key, inside)
        return Keyed(known(self._value(node.value, inside)))

    def _comprehend(self, comprehension: cst.CompFor, inside: Names) -> None:
        iterated = self._value(comprehension.iter, inside)
        self._iterate(comprehension, comprehension.iter, iterated)
        for name in targets_of(comprehension.target):
            if isinstance(name, cst.Name):
                inside[name.value] = item_of(known(iterated)) if name is comprehension.target else None
        for condition in comprehension.ifs:
            self._value(condition.test, inside)
        if comprehension.inner_for_in is not None:
            self._comprehend(comprehension.inner_for_in, inside)

    # What is told

    def _iterate(self, node: cst.CSTNode, base: cst.BaseExpression, value: Value | Unreached) -> None:
        self._tell(Use.ITERATE, node, base, value, None)

    def _tell(
        self,
        use: Use,
        node: cst.CSTNode,
        base: cst.BaseExpression,
        value: Value | Unreached,
        key: str | None,
        detail: str = "",
    ) -> None:
        if isinstance(value, (Object, Primitive, Either)):
            self.events.append(Access(use, node, base, value, key, self._function, self._statement, detail))


def _joined(several: list[Names]) -> Names:
    """Return what is known of names where ways meet; a name that one way does not bind is what the others bind."""
    names = dict.fromkeys(name for each in several for name in each)
    return {name: join_all(each[name] for each in several if name in each) for name in names}


def _parameter_names(parameters: cst.Parameters) -> list[str]:
    every = [*parameters.posonly_params, *parameters.params, *parameters.kwonly_params]
    every += [star for star in (parameters.star_arg, parameters.star_kwarg) if isinstance(star, cst.Param)]
    return [each.name.value for each in every]


def _annotated(node: cst.BaseExpression) -> Value:
    """Return what an annotation declares, None if that is no object and no dict."""
    if isinstance(node, (cst.SimpleString, cst.ConcatenatedString)):
        try:
            node = cst.parse_expression(text_of(node) or "Any")
        except cst.ParserSyntaxError:
            return None
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.BitOr):
        sides = [_annotated(side) for side in (node.left, node.right) if dotted(side) != "None"]
        return sides[0] if len(sides) == 1 else None
    if isinstance(node, cst.Subscript):
        outside, inside = last(dotted(node.value)), key_of(node)
        if outside == "Optional" and inside is not None:
            return _annotated(inside)
        if outside in ("list", "List", "Sequence", "Iterable", "Iterator", "Collection") and inside is not None:
            return Items(_annotated(inside))
        return Primitive("declared a dict") if outside in ("dict", "Dict", "Mapping", "MutableMapping") else None
    name = last(dotted(node))
    if name == "dict":
        return Primitive("declared a dict")
    if not is_known(name):
        return None
    cls = class_named(name)
    why = f"declared {name}"
    return Object(name, why, Confidence.HIGH) if cls.items is None else Items(Object(cls.items, why, Confidence.HIGH))


def _field_of(value: Value, name: str) -> Value:
    """Return what a field of a value holds."""
    if isinstance(value, Items) and name == "objects":
        return value
    if isinstance(value, Primitive) and value.is_response and (value.cls, name) in _LISTS_IN_DICTS:
        return Items(replace(value, cls=_LISTS_IN_DICTS[value.cls, name]))
    if not isinstance(value, Object):
        return None
    if value.in_place_of_a_dict and (value.cls, name) in _LISTS_IN_DICTS:
        return Items(Object(_LISTS_IN_DICTS[value.cls, name], f"{value.cls}.{name}", value.confidence))
    field = (class_named(value.cls).fields or {}).get(name)
    if field is None or field.holds is None:
        return None
    cls = class_named(field.holds)
    inside = Object(cls.items or cls.name, f"{value.cls}.{name}", value.confidence, nullable=field.nullable)
    return inside if cls.items is None else Items(inside)
