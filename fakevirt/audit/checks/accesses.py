"""Objects that are used as dicts, tests of what they are (classes O, P and W), and fields of what raw calls return."""

from __future__ import annotations

from collections.abc import Iterator

from fakevirt.audit.classes import is_known
from fakevirt.audit.events import Access, Use
from fakevirt.audit.finding import Found, Module
from fakevirt.audit.rules import Rule
from fakevirt.audit.syntax import last
from fakevirt.audit.values import Confidence, Either, Object, Primitive

_RULES = {
    Use.READ_ITEM: Rule.DICT_ACCESS,
    Use.WRITE_ITEM: Rule.DICT_ACCESS,
    Use.DELETE_ITEM: Rule.DICT_ACCESS,
    Use.GET: Rule.HAS_OR_GET,
    Use.HAS: Rule.HAS_OR_GET,
    Use.IN: Rule.DICT_INTERFACE,
    Use.UPDATE: Rule.DICT_INTERFACE,
    Use.ITERATE: Rule.DICT_INTERFACE,
    Use.TEST: Rule.TYPE_TEST,
}


def check(module: Module) -> Iterator[Found]:
    """Yield each use of an object that is no use of an attribute, and of a dict that will be one."""
    for event in module.inference.events:
        if (
            not isinstance(event, Access)
            or event.use not in _RULES
            or (event.use is Use.TEST and not _is_narrow(event))
        ):
            continue
        # What turns dicts into objects has to ask.
        if event.function is not None and event.function.outermost.name in module.settings.compat:
            continue
        if isinstance(event.value, Object):
            found, why, confidence = event.value, event.value.why, event.value.confidence
        elif isinstance(event.value, Either):
            found, confidence = event.value.object, Confidence.LOW
            why = f"{found.why}; but a dict where it is {event.value.primitive.why}"
        elif isinstance(event.value, Primitive) and event.value.is_response and event.key is not None:
            what = f"{module.source.source(event.node)}: field of what {event.value.why} returned"
            why = "it changes with the call"
            yield Found(Rule.RAW_RESULT, event.node, event.function, what, why, Confidence.MEDIUM)
            continue
        else:
            continue
        what = f"{module.source.source(event.node)}: {_told(event)} of {_article(found.cls)}"
        yield Found(_RULES[event.use], event.node, event.function, what, why, confidence)


def _is_narrow(event: Access) -> bool:
    names = [last(name.strip(" ()")) for name in event.detail.split(",")]
    return any(name == "dict" or is_known(name) for name in names)


def _told(event: Access) -> str:
    return f"{event.use.value} ({event.detail})" if event.detail else event.use.value


def _article(name: str) -> str:
    return f"{'an' if name[0] in 'AEIOU' else 'a'} {name}"
