"""Names of objects that get dicts (class A), and dicts and rows that are used as objects (class C)."""

from __future__ import annotations

from collections.abc import Iterator

from fakevirt.audit.events import Access, Binding, Use
from fakevirt.audit.finding import Found, Module
from fakevirt.audit.rules import Rule
from fakevirt.audit.values import Confidence, Either, Object, Primitive

_METHODS_OF_DICTS = frozenset(dir(dict)) | {"has_key", "iteritems", "iterkeys", "itervalues"}


def check(module: Module) -> Iterator[Found]:
    """Yield each name that is rebound, and each attribute of what is no object."""
    for event in module.inference.events:
        if isinstance(event, Binding):
            yield from _rebound(module, event)
        elif isinstance(event, Access) and event.use in (Use.READ, Use.WRITE):
            yield from _dotted(module, event)


def _rebound(module: Module, event: Binding) -> Iterator[Found]:
    after = event.after
    if (
        not isinstance(event.before, (Object, Either))
        or not isinstance(after, Primitive)
        or not _stands_for_object(after)
    ):
        return
    before = event.before if isinstance(event.before, Object) else event.before.object
    what = f"{event.node.value} was {before.cls} ({before.why}) and gets a dict of {after.why}"
    dots = any(
        isinstance(other, Access)
        and other.use in (Use.READ, Use.WRITE)
        and other.name == event.node.value
        and other.function is event.function
        and not isinstance(other.value, Object)
        for other in module.inference.events
    )
    # Flattened on purpose for someone else, as clients do for old nodes: that is told where it is flattened.
    if after.flattened == event.node.value and not dots:
        return
    why = "its attributes are read from there on" if dots else "what comes after sees a dict"
    confidence = Confidence.HIGH if dots else Confidence.MEDIUM
    yield Found(Rule.REBOUND, event.node, event.function, what, why, confidence)


def _dotted(module: Module, event: Access) -> Iterator[Found]:
    if event.key in _METHODS_OF_DICTS:
        return
    expression = module.source.source(event.node)
    if isinstance(event.value, Primitive) and (_stands_for_object(event.value) or event.value.is_row):
        kind = "row" if event.value.is_row else "dict"
        what = f"{expression}: attribute of a {kind} that came from {event.value.why}"
        # A row has attributes, but not an object's.
        confidence = Confidence.MEDIUM if event.value.is_row else Confidence.HIGH
        yield Found(Rule.ROW_OR_RESPONSE, event.node, event.function, what, "it is no object", confidence)
    elif isinstance(event.value, Either):
        what = f"{expression}: attribute of what is a dict if it came from {event.value.primitive.why}"
        yield Found(
            Rule.ROW_OR_RESPONSE, event.node, event.function, what, "it is not always an object", Confidence.LOW
        )


def _stands_for_object(value: Primitive) -> bool:
    return value.cls is not None
