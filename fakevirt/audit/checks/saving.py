"""Fields that are assigned and not saved (class I), and objects that are written raw as well (class J)."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from fakevirt.audit.events import Access, Binding, Call, Use
from fakevirt.audit.finding import Found, Module
from fakevirt.audit.functions import Function
from fakevirt.audit.rules import Rule
from fakevirt.audit.syntax import dotted, key_of, text_of, walk
from fakevirt.audit.values import Confidence, Object

_SAVES = frozenset({"create", "destroy", "refresh", "save"})
_LOGS = frozenset({"LOG", "log", "logger", "logging"})
_RAW = frozenset({"_instance_update", "instance_update"})


def check(module: Module) -> Iterator[Found]:
    """Yield each of them."""
    by_function: dict[Function | None, list[Access | Call | Binding]] = {}
    for event in module.inference.events:
        if isinstance(event, (Access, Call, Binding)):
            by_function.setdefault(event.function, []).append(event)
    for function, events in by_function.items():
        if function is not None and function.name != "_from_db_object" and function.name not in module.settings.compat:
            yield from _never_saved(module, function, events)
            yield from _two_writers(function, events)


def _never_saved(module: Module, function: Function, events: list[Access | Call | Binding]) -> Iterator[Found]:
    seen = set()
    for event in events:
        if not isinstance(event, Access) or event.use not in (Use.WRITE, Use.WRITE_ITEM) or event.name is None:
            continue
        name = event.name
        if not isinstance(event.value, Object) or (name, event.key) in seen or _goes_on(module, function, name, event):
            continue
        seen.add((name, event.key))
        is_given = name in [parameter.name.value for parameter in function.outermost.parameters]
        why = "its caller may save it" if is_given else "nobody else has it"
        what = f"{name}.{event.key} is assigned and {name} is not saved after that"
        confidence = Confidence.LOW if is_given else Confidence.HIGH
        yield Found(Rule.NEVER_SAVED, event.node, function, what, why, confidence)


def _goes_on(module: Module, function: Function, name: str, event: Access) -> bool:
    """Tell whether an object may be saved after an assignment: by a method, by a callee, or by whoever gets it."""
    assigned = module.source.position(event.node)
    loops = [
        node for node in walk(function.node) if isinstance(node, (cst.For, cst.While)) and _holds(node, event.node)
    ]
    for node in walk(function.node):
        if node is function.node or not _hands_on(node, name):
            continue
        # A function sees the name whenever it is called.
        if (
            isinstance(node, (cst.FunctionDef, cst.Lambda))
            or module.source.position(node) > assigned
            or any(_holds(loop, node) for loop in loops)
        ):
            return True
    return False


def _hands_on(node: cst.CSTNode, name: str) -> bool:
    if isinstance(node, cst.Call):
        callee = dotted(node.func)
        if callee.partition(".")[0] in _LOGS:
            return False
        if callee in {f"{name}.{method}" for method in _SAVES}:
            return True
        return any(_mentions(argument.value, name) for argument in node.args)
    if isinstance(node, (cst.Return, cst.Yield, cst.Assign)):
        return node.value is not None and _mentions(node.value, name)
    return isinstance(node, (cst.FunctionDef, cst.Lambda)) and any(
        isinstance(part, cst.Name) and part.value == name for part in walk(node.body)
    )


def _mentions(node: cst.CSTNode, name: str) -> bool:
    """Tell whether a name stands for itself somewhere in an expression: not just one of its fields."""
    if isinstance(node, cst.Name):
        return node.value == name
    if isinstance(node, (cst.Attribute, cst.Subscript)) and isinstance(node.value, cst.Name):
        return False
    if isinstance(node, cst.Call):
        return any(_mentions(argument.value, name) for argument in node.args)
    return any(_mentions(part, name) for part in node.children if isinstance(part, cst.CSTNode))


def _holds(outer: cst.CSTNode, inner: cst.CSTNode) -> bool:
    return any(node is inner for node in walk(outer))


def _two_writers(function: Function, events: list[Access | Call | Binding]) -> Iterator[Found]:
    written = {e.name for e in events if isinstance(e, Access) and e.use in (Use.WRITE, Use.WRITE_ITEM) and e.name}
    saved = {e.callee.removesuffix(".save") for e in events if isinstance(e, Call) and e.method == "save"}
    rebound = {e.source: e.node.value for e in events if isinstance(e, Binding) and e.source is not None}
    for event in events:
        if not isinstance(event, Call) or event.method not in _RAW:
            continue
        name = uuid_owner(event)
        if name is None or rebound.get(event.node) == name or name not in written | saved:
            continue
        how = "saved" if name in saved else "assigned to"
        what = f"{event.method} writes the row of {name}, which is {how} in the same function"
        why = "the object keeps what it had, and its next save writes its own fields"
        confidence = Confidence.HIGH if name in saved else Confidence.MEDIUM
        yield Found(Rule.TWO_WRITERS, event.node, function, what, why, confidence)


def uuid_owner(call: Call) -> str | None:
    """Return the name of the object whose uuid a raw update is given, None if it is given anything else."""
    given = call.given("instance_uuid", 1)
    if given is None:
        return None
    node = given.node
    if isinstance(node, cst.Attribute) and isinstance(node.value, cst.Name) and node.attr.value == "uuid":
        return node.value.value
    if isinstance(node, cst.Subscript) and isinstance(node.value, cst.Name):
        key = key_of(node)
        return node.value.value if key is not None and text_of(key) == "uuid" else None
    return None
