"""Fields that a query does not bring (class E), and nested objects that may be None (class F)."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import libcst as cst

from fakevirt.audit.classes import class_named
from fakevirt.audit.events import Access, Call, Use
from fakevirt.audit.finding import Found, Module
from fakevirt.audit.functions import Function
from fakevirt.audit.rules import Rule
from fakevirt.audit.syntax import text_of, walk
from fakevirt.audit.values import Confidence, Object

_READS = (Use.READ, Use.READ_ITEM, Use.GET)


def check(module: Module) -> Iterator[Found]:
    """Yield each of them."""
    loaded = _loaded(module)
    tested = functools.cache(lambda function: frozenset(_tested(module, function)))
    for event in module.inference.events:
        if not isinstance(event, Access) or not isinstance(event.value, Object) or event.use not in _READS:
            continue
        if (event.function, event.name, event.key) not in loaded:
            yield from _not_brought(module, event, event.value)
        if event.value.nullable and module.source.source(event.base) not in tested(event.function):
            what = f"{module.source.source(event.node)}: {event.value.why} may be None"
            yield Found(
                Rule.NESTED_NONE, event.node, event.function, what, "nothing here asks whether it is", Confidence.LOW
            )


def _not_brought(module: Module, event: Access, value: Object) -> Iterator[Found]:
    field = (class_named(value.cls).fields or {}).get(event.key or "")
    if field is None or not field.lazy or value.brought is None or event.key in value.brought:
        return
    brought = ", ".join(sorted(value.brought)) or "none"
    what = f"{module.source.source(event.node)} is no part of what {value.why} brings"
    why = f"of the optional fields it brings: {brought}; this one is loaded by a call of its own, or not at all"
    yield Found(Rule.NOT_BROUGHT, event.node, event.function, what, why, min(value.confidence, Confidence.MEDIUM))


def _loaded(module: Module) -> set[tuple[Function | None, str | None, str | None]]:
    """Return the fields, by function and name, that are assigned or loaded there on purpose."""
    loaded = set()
    for event in module.inference.events:
        if isinstance(event, Access) and event.use in (Use.WRITE, Use.WRITE_ITEM):
            loaded.add((event.function, event.name, event.key))
        elif isinstance(event, Call) and event.method == "obj_load_attr" and event.arguments:
            receiver = event.callee.rpartition(".")[0]
            loaded.add((event.function, receiver, text_of(event.arguments[0].node)))
    return loaded


def _tested(module: Module, function: Function | None) -> Iterator[str]:
    """Yield the text of everything that a function asks about."""
    if function is None:
        return
    for node in walk(function.outermost.node):
        test: cst.CSTNode | None = None
        if isinstance(node, (cst.If, cst.IfExp, cst.While, cst.Assert)):
            test = node.test
        elif isinstance(node, cst.BooleanOperation):
            test = node.left
        if test is not None:
            for part in walk(test):
                if isinstance(part, (cst.Name, cst.Attribute, cst.Subscript)):
                    yield module.source.source(part)
