"""What leaves the process without a version: raw conductor calls, flattened objects, database calls (class R)."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from fakevirt.audit.events import Binding, Call, Reference
from fakevirt.audit.finding import Found, Module
from fakevirt.audit.replacements import REPLACEMENTS
from fakevirt.audit.rules import Rule
from fakevirt.audit.syntax import last
from fakevirt.audit.values import Confidence, Object, Primitive


def check(module: Module) -> Iterator[Found]:
    """Yield each of them."""
    settings = module.settings
    for event in module.inference.events:
        if isinstance(event, Reference):
            yield _raw(event.node, event, "is handed on")
        elif not isinstance(event, Call):
            continue
        elif event.receiver in settings.conductor:
            yield _raw(event.node, event, "is called")
        elif event.method == "_instance_update":
            why = "a raw update; now: attributes and Instance.save"
            what = "_instance_update is called"
            yield Found(Rule.RAW_CONDUCTOR, event.node, event.function, what, why, Confidence.HIGH)
        elif event.receiver in settings.database:
            what = f"{event.callee} is called"
            why = "a process without a database cannot call it"
            yield Found(Rule.DATABASE_CALL, event.node, event.function, what, why, Confidence.MEDIUM)
        elif event.method in settings.flatten and event.arguments:
            yield from _flattened(module, event)


def _raw(node: cst.CSTNode, event: Call | Reference, how: str) -> Found:
    method = last(event.callee)
    replacement = REPLACEMENTS.get(method)
    why = f"now: {replacement}" if replacement else "no object is known that takes its place"
    return Found(Rule.RAW_CONDUCTOR, node, event.function, f"conductor's {method} {how}", why, Confidence.HIGH)


def _flattened(module: Module, event: Call) -> Iterator[Found]:
    given = event.arguments[0]
    # to_primitive of oslo.serialization has other uses than to flatten objects.
    if not isinstance(given.value, Object):
        return
    what = f"{module.source.source(event.node)} makes a dict of {given.value.cls}"
    uses = sorted({use for use in _uses(module, event) if use})
    why = f"for {', '.join(uses)}" if uses else "nothing is seen to use it"
    yield Found(Rule.FLATTENING, event.node, event.function, what, why, given.value.confidence)


def _uses(module: Module, event: Call) -> Iterator[str]:
    """Yield the names of what a flattened value is given to, at once or by the name that it gets."""
    events = [other for other in module.inference.events if other.function is event.function]
    names = {
        other.node.value
        for other in events
        if isinstance(other, Binding) and other.source is event.node and isinstance(other.after, Primitive)
    }
    for other in events:
        if isinstance(other, Call):
            for argument in other.arguments:
                if argument.node is event.node or (
                    isinstance(argument.node, cst.Name) and argument.node.value in names
                ):
                    yield "" if other.method in module.settings.flatten else other.callee
