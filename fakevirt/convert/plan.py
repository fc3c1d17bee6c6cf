"""Decides what of a module is rewritten, and tells why of what is not."""

from __future__ import annotations

import keyword
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import libcst as cst
import libcst.matchers as m

from fakevirt.audit.checks.saving import uuid_owner
from fakevirt.audit.classes import class_named
from fakevirt.audit.events import DICT_STYLE, Access, Argument, Binding, Call, Event, Reference, Use
from fakevirt.audit.functions import Function, Functions
from fakevirt.audit.inference import Inference
from fakevirt.audit.reading import Source
from fakevirt.audit.replacements import REPLACEMENTS
from fakevirt.audit.settings import Settings
from fakevirt.audit.syntax import is_first_of, key_of, last, loads, text_of, walk
from fakevirt.audit.values import Confidence, Either, Items, Nothing, Object, Primitive, Value
from fakevirt.convert.client import ClientHalf, Server, client_halves, servers
from fakevirt.convert.rewrites import EXPECTED, NewArgument, Rewrite, ToAttribute, ToCall, ToExpression, ToQuery, ToSave
from fakevirt.convert.selection import Selection
from fakevirt.convert.tracker import TRACKER, Extraction, extraction

#: What asks for objects with the arguments of a raw method, by position: class, method, and how many they are.
_QUERIES = {
    "instance_get_all_by_host": ("InstanceList", "get_by_host", 2),
    "instance_get_by_uuid": ("Instance", "get_by_uuid", 2),
    "instance_type_get": ("Flavor", "get_by_id", 2),
    "migration_get_in_progress_by_host_and_node": ("MigrationList", "get_in_progress_by_host_and_node", 3),
}

#: What an object does by a method of its own, which takes what stood behind the object: the method, and how many.
_OWN_METHODS = {
    "aggregate_host_add": ("add_host", 1),
    "aggregate_host_delete": ("delete_host", 1),
    "instance_destroy": ("destroy", 0),
}


class Refused(Exception):
    """Something is not rewritten; the text is the reason."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that is left as it is.

    Args:
        node: What.
        function: Where.
        reason: Why.
    """

    node: cst.CSTNode
    function: Function | None
    reason: str


@dataclass(eq=False)
class Plan:
    """What is rewritten.

    Args:
        source: The file.
        settings: What names stand for.
        selection: The functions that are converted.

    Attributes:
        rewrites: What takes the place of each node.
        refusals: What is left as it is.
        removed: Assignments of flattened objects that nothing needs any more.
        compat: The functions that get a compat decorator.
        renamed: The new name of each node of a variable whose name told of a dict.
        halves: The client halves that come to choose a version, by the statement that says it today.
        versions: The new text of each version of a server.
        extraction: How the resource tracker's call becomes a method of its own, if it has to.
    """

    source: Source
    settings: Settings
    selection: Selection
    rewrites: dict[cst.CSTNode, Rewrite] = field(default_factory=dict)
    refusals: dict[cst.CSTNode, Refusal] = field(default_factory=dict)
    removed: set[cst.BaseSmallStatement] = field(default_factory=set)
    compat: set[cst.FunctionDef] = field(default_factory=set)
    renamed: dict[cst.Name, str] = field(default_factory=dict)
    halves: dict[cst.BaseSmallStatement, tuple[ClientHalf, str]] = field(default_factory=dict)
    versions: dict[cst.SimpleString, str] = field(default_factory=dict)
    extraction: Extraction | None = None

    def __post_init__(self) -> None:
        self._rules: dict[str, Callable[[Call], tuple[Rewrite, Value]]] = {
            "_instance_update": self._instance_update,
            "block_device_mapping_get_all_by_instance": self._block_device_mappings,
            "compute_node_delete": self._compute_node_delete,
            "compute_unrescue": self._unrescue,
            "instance_fault_create": self._instance_fault,
            "instance_get_all_by_filters": self._instances,
            "instance_info_cache_delete": self._info_cache_delete,
            "network_migrate_instance_finish": self._network,
            "network_migrate_instance_start": self._network,
            "notify_usage_exists": self._usage_exists,
            "service_get_by_compute_host": self._service,
            **dict.fromkeys(_QUERIES, self._query),
            **dict.fromkeys(_OWN_METHODS, self._own_method),
        }
        # What stands in a call that becomes another expression as a whole, and names that an argument no longer has.
        self._inside: set[cst.CSTNode] = set()
        self._unused: set[cst.CSTNode] = set()
        self._alone = _statements_alone(self.source.module)
        self._events: Sequence[Event] = ()
        self._extractions = {
            owner: extraction(owner, self.source.module)
            for owner in {node.name.value for node in self.source.module.body if isinstance(node, cst.ClassDef)}
        }
        # Calls that are kept as they are, for what shows only when everything is known; each with the reason.
        self._kept: dict[cst.Call, str] = {}
        self._compat_is_known = False
        self._decide()
        self.compat &= {function.node for function in self._needed_compat()}
        self._compat_is_known = True
        self._decide()

    def _decide(self) -> None:
        """Decide on everything; anew without what turns out to be unsafe, until nothing does."""
        kept = None
        while kept != len(self._kept):
            kept = len(self._kept)
            for decided in (self.rewrites, self.refusals, self.removed, self.renamed, self._inside, self._unused):
                decided.clear()
            self.extraction = None
            self._inference = Inference(self.source.module, self.settings, self)
            self._events = self._inference.events
            for event in self._events:
                if isinstance(event, Access):
                    self._decide_access(event)
                elif isinstance(event, Reference) and self.selection.has(event.function):
                    self._refuse(event.node, event.function, f"{last(event.callee)} is handed on and not called here")
            self._recheck()

    @property
    def functions(self) -> Functions:
        """The functions of the module."""
        return self._inference.functions

    def servers(self) -> Iterator[Server]:
        """Yield the servers of the module, with those of their converted methods that take dicts as well."""
        compat = {
            function.node
            for function in self.functions.outermost
            if self.selection.has(function) and self.settings.compat.keys() & set(function.decorators)
        }
        return servers(self.source.module, self.functions, frozenset(compat | self.compat))

    def choose_versions(self, server: Server) -> bool:
        """Let the client halves of a server's methods choose a version; tell whether there are any."""
        halves = list(client_halves(self.functions, server, self.settings))
        for half in halves:
            self.halves[half.chosen.body[0]] = (half, server.next)
            self.removed.add(half.flattened.body[0])
        return bool(halves)

    # What the module does once it is converted

    def parameter(self, function: Function, name: str) -> Value:
        """Return what a parameter is: an object where a compat decorator will be, a dict where callers may send one."""
        if function.parent is not None:
            return None
        if self._compat_is_known and function.node in self.compat:
            compat = self._compat_for(function)
            return Object(compat[name], "the compat decorator", Confidence.HIGH) if name in compat else None
        cls = self.settings.parameters.get(name)
        if cls is None:
            return None
        if self.selection.has(function):
            is_root = self.selection.is_entry(function) or (not self.selection.is_whole and self._is_callback(function))
            if is_root and name in self._compat_for(function) and not self._compat_is_known:
                self.compat.add(function.node)
                return Object(cls, "the compat decorator", Confidence.HIGH)
            return None
        if self.selection.is_entry(function) or self._is_callback(function):
            return Primitive(f"{function.name}, which is not converted", cls)
        return None

    def _compat_for(self, function: Function) -> Mapping[str, str]:
        """Return what the compat decorator, that a function would get, turns into objects."""
        names = {parameter.name.value for parameter in function.parameters} & self.settings.parameters.keys()
        return next((compat for compat in self.settings.compat.values() if names & compat.keys()), {})

    def _is_callback(self, function: Function) -> bool:
        """Tell whether a function is a work item of its own that others hand on, as drivers get it."""
        return function.name == self.selection.work_item(function)

    def result(self, call: Call, events: Sequence[Event]) -> Value:
        """Return what a call returns once it is converted, None if it is not."""
        self._events = events
        # A round knows more than the one before it, which may have decided otherwise.
        self.rewrites.pop(call.node, None)
        self.refusals.pop(call.node, None)
        given = {argument.node for argument in call.arguments}
        self._inside -= given
        self._unused -= given
        is_raw = call.receiver in self.settings.conductor or call.method == "_instance_update"
        if not is_raw or not self.selection.has(call.function) or call.function is None:
            return None
        if call.function.outermost.name == "_instance_update":
            return None
        try:
            if call.method not in self._rules:
                now = REPLACEMENTS.get(call.method)
                raise Refused(f"no rule: {now} takes its place" if now else "no object is known that takes its place")
            if call.node in self._kept:
                raise Refused(self._kept[call.node])
            if m.findall(call.node, m.Comment()):
                raise Refused("comments stand in the call")
            rewrite, value = self._rules[call.method](call)
        except Refused as refused:
            self._refuse(call.node, call.function, str(refused))
            return None
        self.rewrites[call.node] = rewrite
        return value

    def _refuse(self, node: cst.CSTNode, function: Function | None, reason: str) -> None:
        self.refusals[node] = Refusal(node, function, reason)

    # Accesses

    def _decide_access(self, event: Access) -> None:
        if event.use not in DICT_STYLE | {Use.HAS} or not self.selection.has(event.function):
            return
        if event.function is not None and event.function.outermost.name in self.settings.compat:
            return
        if event.node in self.rewrites or event.node in self._inside:
            return
        try:
            if isinstance(event.value, Either):
                raise Refused(f"it is a dict where it came from {event.value.primitive.why}")
            if isinstance(event.value, Object):
                self.rewrites[event.node] = self._access(event, event.value)
            elif isinstance(event.value, Primitive) and event.value.cls and event.use is not Use.HAS:
                raise Refused(f"it is a dict: it came from {event.value.why}")
        except Refused as refused:
            self._refuse(event.node, event.function, str(refused))

    def _access(self, event: Access, value: Object) -> Rewrite:
        if self._is_asked_for(event):
            raise Refused("the function asks itself whether it is an object")
        if event.use is Use.GET and len(_call(event.node).args) > 1:
            raise Refused("get with a default: an object has the field, or raises (class W)")
        if event.use not in (Use.READ_ITEM, Use.WRITE_ITEM, Use.GET):
            raise Refused(f"{event.use.value}: an object has no such thing of its own (classes P and W)")
        key, cls = event.key, class_named(value.cls)
        if key is None:
            raise Refused("which field it is, is told by an expression")
        if not key.isidentifier() or keyword.iskeyword(key):
            raise Refused(f"{key!r} is no name")
        if value.in_place_of_a_dict and key == "compute_node":
            return self._nodes(event)
        allowed = cls.can_write(key) if event.use is Use.WRITE_ITEM else cls.can_read(key)
        if not allowed:
            raise Refused(f"{value.cls} has no field {key!r} to {'write' if event.use is Use.WRITE_ITEM else 'read'}")
        return ToAttribute(key)

    def _is_asked_for(self, event: Access) -> bool:
        return any(
            isinstance(other, Access)
            and other.use is Use.TEST
            and other.name == event.name
            and other.function is event.function
            for other in self._events
        )

    def _nodes(self, event: Access) -> Rewrite:
        """Return what takes the place of the list of a service's compute nodes, of which the blueprint takes one."""
        if any(is_first_of(node, event.node) for node in self._nodes_of(event)):
            return ToAttribute("compute_node")
        call = self._origin(event)
        context = call.arguments[0].node if call is not None else None
        if not isinstance(context, cst.Name) or event.name is None:
            raise Refused("the list of the nodes needs the context that the service was asked for with")
        return ToQuery("ComputeNodeList", "get_by_service", (context.value, event.name))

    def _nodes_of(self, event: Access) -> Iterator[cst.CSTNode]:
        return walk(event.function.outermost.node) if event.function is not None else iter(())

    def _origin(self, event: Access) -> Call | None:
        """Return the conductor's call that a variable has its value from."""
        sources = [
            other.source
            for other in self._events
            if isinstance(other, Binding) and other.node.value == event.name and other.function is event.function
        ]
        calls = [other for other in self._events if isinstance(other, Call) and other.node in sources]
        return calls[0] if len(sources) == len(calls) == 1 else None

    # Calls

    def _instance_update(self, call: Call) -> tuple[Rewrite, Value]:
        owner, target = self._owner(call), self._assigned(call)
        if target not in (None, owner[0]):
            raise Refused(f"{target} gets the dict that it returns, beside {owner[0]}")
        name, value = owner
        fields = self._fields(call, name)
        if not fields:
            raise Refused("nothing but what is expected: save() returns before it looks at it (class U)")
        return ToSave(call.node, name, self._tracker(call)), value

    def _owner(self, call: Call) -> tuple[str, Object]:
        """Return the name and the value of the object whose uuid is given."""
        name = uuid_owner(call)
        given = call.given("instance_uuid", 1)
        if name is None or given is None:
            raise Refused("only a uuid is known here: let the callers hand the instance over")
        for event in reversed(self._events):
            if isinstance(event, Access) and event.node is given.node:
                if isinstance(event.value, Object) and event.value.cls == "Instance":
                    return name, event.value
                break
        raise Refused(f"{name} is not known to be an object here")

    def _assigned(self, call: Call) -> str | None:
        """Return the name that gets what a call returns, None if nothing does."""
        statement = call.statement
        if statement is None or statement not in self._alone:
            raise Refused("it does not stand on a line of its own")
        if isinstance(statement, cst.Expr) and statement.value is call.node:
            return None
        if isinstance(statement, cst.Assign) and statement.value is call.node and len(statement.targets) == 1:
            target = statement.targets[0].target
            if isinstance(target, cst.Name):
                return target.value
        raise Refused("what it returns is used in an expression")

    def _fields(self, call: Call, owner: str) -> list[str]:
        fields: list[str] = []
        for position, argument in enumerate(call.arguments):
            if argument.star:
                raise Refused("which fields it writes, is told by an expression")
            if argument.keyword is None:
                if position > 1:
                    raise Refused("more than two arguments by position")
                continue
            if argument.keyword in (*EXPECTED, "context", "instance_uuid"):
                continue
            if not class_named("Instance").can_write(argument.keyword):
                raise Refused(f"Instance has no field {argument.keyword!r} to write")
            read = {key for name, key in _fields_read(argument.node) if name == owner}
            if read & set(fields):
                raise Refused(f"{argument.keyword} is computed of what would be assigned before it")
            fields.append(argument.keyword)
        return fields

    def _tracker(self, call: Call) -> str:
        """Return what the resource tracker's method is called on."""
        if not isinstance(call.node.func, cst.Attribute):
            raise Refused("it is no method of a manager")
        receiver = self.source.module.code_for_node(call.node.func.value)
        outermost = call.function.outermost if call.function is not None else None
        if outermost is None or receiver != outermost.receiver:
            raise Refused("it is a method of something else than the manager")
        if outermost.owner is not None and TRACKER not in self._methods_of(outermost.owner):
            found = self._extractions.get(outermost.owner)
            if found is None:
                raise Refused(f"there is no {TRACKER} in {outermost.owner}, which it calls besides")
            self.extraction = found
        return receiver

    def _methods_of(self, owner: str) -> set[str]:
        (node,) = [
            each for each in self.source.module.body if isinstance(each, cst.ClassDef) and each.name.value == owner
        ]
        return {part.name.value for part in node.body.body if isinstance(part, cst.FunctionDef)}

    def _service(self, call: Call) -> tuple[Rewrite, Value]:
        target = self._assigned(call)
        self._only_positional(call, 2)
        if target is None:
            raise Refused("nothing gets what it returns")
        value = Object("Service", "Service.get_by_compute_host", Confidence.HIGH, in_place_of_a_dict=True)
        return ToCall("Service", "get_by_compute_host", _same(call)), value

    def _compute_node_delete(self, call: Call) -> tuple[Rewrite, Value]:
        self._only_positional(call, 2)
        if self._assigned(call) is not None:
            raise Refused("what it returns is used")
        node = call.arguments[1]
        if isinstance(node.value, Object) and node.value.cls == "ComputeNode" and isinstance(node.node, cst.Name):
            return ToExpression(f"{node.node.value}.destroy()"), Nothing()
        access = next((e for e in reversed(self._events) if isinstance(e, Access) and e.node is node.node), None)
        if access is not None and access.key == "compute_node" and access.name is not None:
            service = access.value
            if isinstance(service, Object) and service.in_place_of_a_dict:
                self._inside.add(access.node)
                return ToExpression(f"{access.name}.compute_node.destroy()"), Nothing()
        raise Refused("what is deleted is not known to be a ComputeNode here")

    def _network(self, call: Call) -> tuple[Rewrite, Value]:
        self._only_positional(call, 3)
        receiver = self._beside_conductor(call)
        method = call.method.removeprefix("network_")
        context, instance, migration = _same(call)
        instance = replace(instance, code=self._unflattened(call, call.arguments[1]))
        return ToCall(None, f"{receiver}.network_api.{method}", (context, instance, migration)), Nothing()

    def _usage_exists(self, call: Call) -> tuple[Rewrite, Value]:
        if "compute_utils" not in _imported_names(self.source.module):
            raise Refused("compute_utils, whose function takes its place, is not imported")
        if len(call.arguments) < 2 or any(each.keyword is not None for each in call.arguments[:2]):
            raise Refused("context and instance are not given by position")
        receiver = self._beside_conductor(call)
        context, instance, *others = _same(call)
        instance = replace(instance, code=self._unflattened(call, call.arguments[1]))
        notifier = NewArgument(None, code=f"{receiver}.notifier")
        return ToCall(None, "compute_utils.notify_usage_exists", (notifier, context, instance, *others)), Nothing()

    def _beside_conductor(self, call: Call) -> str:
        """Return what the conductor's API is an attribute of, and the other APIs of a manager as well."""
        receiver = call.callee.rpartition(".")[0].rpartition(".")[0]
        outermost = call.function.outermost if call.function is not None else None
        if outermost is None or receiver != outermost.receiver:
            raise Refused("it is called on something else than the manager")
        return receiver

    def _instances(self, call: Call) -> tuple[Rewrite, Value]:
        self._assigned(call)
        arguments = []
        for new, argument in zip(_same(call), call.arguments, strict=True):
            if argument.star:
                raise Refused("its arguments are told by an expression")
            arguments.append(replace(new, keyword="expected_attrs") if new.keyword == "columns_to_join" else new)
        value = Items(Object("Instance", "InstanceList.get_by_filters", Confidence.HIGH))
        return ToCall("InstanceList", "get_by_filters", tuple(arguments)), value

    def _query(self, call: Call) -> tuple[Rewrite, Value]:
        cls, method, count = _QUERIES[call.method]
        self._assigned(call)
        self._only_positional(call, count)
        items = class_named(cls).items
        value = Object(items or cls, f"{cls}.{method}", Confidence.HIGH)
        return ToCall(cls, method, _same(call)), Items(value) if items else value

    def _own_method(self, call: Call) -> tuple[Rewrite, Value]:
        method, count = _OWN_METHODS[call.method]
        self._only_positional(call, 2 + count)
        if self._assigned(call) is not None:
            raise Refused("what it returns is used")
        owner = self._object_named(call.arguments[1])
        return ToCall(None, f"{owner}.{method}", _same(call)[2:]), Nothing()

    def _unrescue(self, call: Call) -> tuple[Rewrite, Value]:
        self._only_positional(call, 2)
        if self._assigned(call) is not None:
            raise Refused("what it returns is used")
        receiver = self._beside_conductor(call)
        self._object_named(call.arguments[1])
        return ToCall(None, f"{receiver}.compute_api.unrescue", _same(call)), Nothing()

    def _block_device_mappings(self, call: Call) -> tuple[Rewrite, Value]:
        legacy = call.given("legacy", 2)
        if legacy is None or not m.matches(legacy.node, m.Name("False")):
            raise Refused("it returns the legacy format, which objects do not have")
        self._assigned(call)
        instance = self._unflattened(call, call.arguments[1])
        if instance is None:
            instance = self._object_named(call.arguments[1])
        value = Items(Object("BlockDeviceMapping", "BlockDeviceMappingList.get_by_instance_uuid", Confidence.HIGH))
        arguments = (NewArgument(0), NewArgument(1, code=f"{instance}.uuid"))
        return ToCall("BlockDeviceMappingList", "get_by_instance_uuid", arguments), value

    def _instance_fault(self, call: Call) -> tuple[Rewrite, Value]:
        self._only_positional(call, 2)
        if self._assigned(call) is not None:
            raise Refused("what it returns is used")
        values = call.arguments[1].node
        if not isinstance(values, cst.Name):
            raise Refused("the values stand in the call")
        arguments = (NewArgument(0), NewArgument(1, star="**"))
        return ToCall("InstanceFault", "create()", arguments), Nothing()

    def _info_cache_delete(self, call: Call) -> tuple[Rewrite, Value]:
        if self._assigned(call) is not None or len(call.arguments) != 2:
            raise Refused("what it returns is used")
        return ToExpression(f"{self._object_named(call.arguments[1])}.info_cache.delete()"), Nothing()

    @staticmethod
    def _only_positional(call: Call, count: int) -> None:
        if len(call.arguments) != count or any(each.keyword is not None or each.star for each in call.arguments):
            raise Refused(f"it is not given {count} arguments by position")

    @staticmethod
    def _object_named(argument: Argument) -> str:
        if isinstance(argument.value, Object) and isinstance(argument.node, cst.Name):
            return argument.node.value
        raise Refused("what it is given is not known to be an object here")

    def _unflattened(self, call: Call, argument: Argument) -> str | None:
        """Return the name of the instance that an argument was flattened from, None if it was not."""
        value = argument.value
        if not isinstance(value, Primitive) or value.flattened is None or value.cls != "Instance":
            return None
        if isinstance(argument.node, cst.Name):
            bound = [
                event
                for event in self._events
                if isinstance(event, Binding)
                and event.node.value == value.flattened
                and event.function is call.function
            ]
            # It may be another one by now.
            if bound:
                return None
            self._unused.add(argument.node)
        return value.flattened

    # What shows only when everything is known

    def _recheck(self) -> None:
        bound = {
            event.source: event for event in self._events if isinstance(event, Binding) and event.source is not None
        }
        for event in self._events:
            if not isinstance(event, Call) or event.node not in self.rewrites:
                continue
            rewrite = self.rewrites[event.node]
            if isinstance(rewrite, ToSave) and event.node not in bound:
                self._recheck_update(event, rewrite)
            elif event.method == "service_get_by_compute_host":
                self._recheck_service(event, bound[event.node])
        for event in bound.values():
            if isinstance(event.after, Primitive) and event.after.flattened is not None and event.function is not None:
                uses = set(loads(event.function.outermost.node, event.node.value)) - {event.node}
                if uses and uses <= self._unused and isinstance(event.statement, cst.Assign):
                    self.removed.add(event.statement)

    def _recheck_update(self, call: Call, rewrite: ToSave) -> None:
        """Refuse what changes the instance of a caller that goes on with the old one."""
        written = {argument.keyword for argument in call.arguments if argument.keyword}
        assigned = {
            event.key
            for event in self._events
            if isinstance(event, Access)
            and event.use in (Use.WRITE, Use.WRITE_ITEM)
            and event.name == rewrite.owner
            and event.function is call.function
        }
        place = self.source.position(call.node)
        for event in self._events:
            if (
                isinstance(event, Access)
                and event.name == rewrite.owner
                and event.function is call.function
                and event.key in written - assigned
                and self.source.position(event.node) > place
                and not any(node is event.node for node in walk(call.node))
            ):
                reason = f"{rewrite.owner}.{event.key} is read later, and is the old one as long as it is a dict"
                self._kept[call.node] = reason
                return

    def _recheck_service(self, call: Call, binding: Binding) -> None:
        """Refuse a service that is handed on as the dict that it was, and name it by what it is."""
        function, name = call.function, binding.node.value
        if function is None:
            return
        nodes = list(loads(function.outermost.node, name))
        known = {
            event.base
            for event in self._events
            if isinstance(event, Access) and event.name == name and event.node in self.rewrites
        }
        known |= {event.base for event in self._events if isinstance(event, Access) and event.node in self._inside}
        tested = {node for test in _tests(function.outermost.node) for node in walk(test)}
        if any(node not in known | tested and node is not binding.node for node in nodes):
            self._kept[call.node] = f"{name} is handed on as the dict that it is"
            return
        every = {node.value for node in walk(self.source.module) if isinstance(node, cst.Name)}
        if name.endswith("_ref") and "service" not in every - {"service"} | _names(function.outermost.node):
            self.renamed.update(dict.fromkeys(nodes, "service"))

    def _needed_compat(self) -> set[Function]:
        """Return the functions that come to rely on an object: by themselves, or by what they call with it.

        One that reads attributes of it already takes nothing else.
        """
        relies, relied_on, takes_objects = set(), set[tuple[Function, Function]](), set()
        for event in self._events:
            if isinstance(event, Binding) or event.function is None:
                continue
            function = event.function.outermost
            if event.node in self.rewrites:
                relies.add(function)
            elif isinstance(event, Access):
                reads = event.use in (Use.READ, Use.WRITE) and isinstance(event.value, Object)
                if reads and event.name in self.settings.parameters:
                    takes_objects.add(function)
            elif isinstance(event, Call):
                hands_on = any(isinstance(argument.value, Object) for argument in event.arguments)
                if hands_on and event.target is not None:
                    relied_on.add((function, event.target.outermost))
        for _ in self._inference.functions.all:
            more = {caller for caller, called in relied_on if called in relies and called not in takes_objects} - relies
            if not more:
                break
            relies |= more
        return relies - takes_objects


def _same(call: Call) -> tuple[NewArgument, ...]:
    return tuple(
        NewArgument(position, argument.keyword, star=argument.star) for position, argument in enumerate(call.arguments)
    )


def _call(node: cst.CSTNode) -> cst.Call:
    if not isinstance(node, cst.Call):
        raise TypeError(f"{type(node).__name__} is no call")
    return node


def _fields_read(node: cst.CSTNode) -> Iterator[tuple[str, str]]:
    """Yield name and field of each read of a field in an expression."""
    for part in walk(node):
        if isinstance(part, cst.Attribute) and isinstance(part.value, cst.Name):
            yield part.value.value, part.attr.value
        elif isinstance(part, cst.Subscript) and isinstance(part.value, cst.Name):
            key = key_of(part)
            yield part.value.value, (text_of(key) or "") if key is not None else ""


def _names(node: cst.CSTNode) -> set[str]:
    return {part.value for part in walk(node) if isinstance(part, cst.Name)}


def _tests(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    for part in walk(node):
        if isinstance(part, (cst.If, cst.IfExp)):
            yield part.test


def _statements_alone(module: cst.Module) -> set[cst.BaseSmallStatement]:
    """Return the small statements that have a line of their own."""
    return {node.body[0] for node in walk(module) if isinstance(node, cst.SimpleStatementLine) and len(node.body) == 1}


def _imported_names(module: cst.Module) -> set[str]:
    """Return the names that a module's imports bind, at its beginning."""
    names = set()
    for line in module.body:
        for statement in line.body if isinstance(line, cst.SimpleStatementLine) else ():
            if isinstance(statement, (cst.Import, cst.ImportFrom)) and not isinstance(statement.names, cst.ImportStar):
                for alias in statement.names:
                    names.add(alias.evaluated_alias or alias.evaluated_name)
    return names
