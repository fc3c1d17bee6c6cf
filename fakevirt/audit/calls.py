"""What a call returns that leaves the module, as far as its name tells."""

from __future__ import annotations

import libcst as cst

from fakevirt.audit.classes import class_named, is_known
from fakevirt.audit.events import Call
from fakevirt.audit.settings import Settings
from fakevirt.audit.values import Confidence, Items, Keyed, Object, Primitive, Several, Value, item_of

#: Class methods that return an object, or as many as there are if the class is a list.
_QUERIES = ("get_by_", "get_all", "get_first", "get_in_progress", "get_unconfirmed", "get_active", "get_hung")
#: What these return has the class that they are called on.
_MAKERS = frozenset({"_from_db_object", "obj_from_primitive"})
_SAME = frozenset({"copy", "deepcopy", "obj_clone"})
_SEVERAL = frozenset({"list", "sorted", "reversed", "set", "tuple", "iter"})
#: What a query of one instance brings if it does not say.
_DEFAULT_FIELDS = frozenset({"info_cache", "security_groups"})


def returned(call: Call, settings: Settings) -> Value:
    """Return what a call returns, None if nothing is known of it."""
    if call.receiver in settings.conductor:
        return _from_conductor(call)
    if call.method == "_instance_update":
        return Primitive("_instance_update", "Instance", is_response=True)
    if call.method in settings.flatten:
        return _flattened(call)
    if call.receiver in settings.database:
        return Primitive(call.callee, is_row=True)
    return _made(call) or _passed_on(call)


def _from_conductor(call: Call) -> Value:
    row = Primitive(call.callee, _class_of(call.method), is_response=True)
    return Items(row) if "_get_all" in call.method or "get_in_progress" in call.method else row


def _class_of(method: str) -> str | None:
    names = {"instance": "Instance", "service": "Service", "compute_node": "ComputeNode", "migration": "Migration"}
    return next((cls for name, cls in names.items() if method.startswith(f"{name}_")), None)


def _flattened(call: Call) -> Value:
    if not call.arguments:
        # A method of the object itself.
        return Primitive(call.callee)
    given = call.arguments[0]
    name = given.node.value if isinstance(given.node, cst.Name) else None
    if isinstance(given.value, Object):
        return Primitive(call.callee, given.value.cls, flattened=name)
    return Primitive(call.callee)


def _made(call: Call) -> Value:
    """Return what a class makes, as ``instance_obj.Instance.get_by_uuid`` and ``objects.Instance`` do."""
    before = call.receiver
    if before[:1].isupper() and (call.method.startswith(_QUERIES) or call.method in _MAKERS):
        cls = class_named(before)
        why = f"{before}.{call.method}"
        if cls.items is not None and call.method not in _MAKERS:
            return Items(Object(cls.items, why, Confidence.HIGH, _asked_for(call, cls.items)))
        return Object(before, why, Confidence.HIGH, _asked_for(call, before))
    if is_known(call.method):
        return Object(call.method, f"{call.method}(…)", Confidence.HIGH)
    return None


def _asked_for(call: Call, cls: str) -> frozenset[str] | None:
    """Return the optional fields that a query brings."""
    if cls != "Instance":
        return None
    # The third argument of _from_db_object is the row, and a query of a list may have any number before it.
    position = 3 if call.method == "_from_db_object" else None
    given = call.given("expected_attrs", position)
    if given is None:
        is_one = call.receiver == cls and call.method.startswith("get_by_")
        return _DEFAULT_FIELDS if is_one else frozenset()
    return _texts(given.node)


def _texts(node: cst.BaseExpression) -> frozenset[str] | None:
    if not isinstance(node, (cst.List, cst.Tuple)):
        return None
    texts: list[str] = []
    for element in node.elements:
        if not isinstance(element.value, cst.SimpleString):
            return None
        texts.append(str(element.value.evaluated_value))
    return frozenset(texts)


def _passed_on(call: Call) -> Value:
    values = [argument.value for argument in call.arguments]
    if not values:
        return None
    if call.method in _SAME:
        return values[0]
    if call.callee in _SEVERAL:
        return Items(item_of(values[0])) if isinstance(values[0], Items) else None
    if call.callee == "next":
        return item_of(values[0])
    if call.callee == "filter" and len(values) > 1:
        return values[1] if isinstance(values[1], Items) else None
    if call.callee == "dict":
        pair = item_of(values[0])
        return Keyed(pair.values[1]) if isinstance(pair, Several) and len(pair.values) == 2 else Primitive("dict(…)")
    return None
