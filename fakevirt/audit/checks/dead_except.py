"""Except clauses that wait for what a dict raises, around nothing but objects (class T)."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from fakevirt.audit.events import Access, Call, Use
from fakevirt.audit.finding import Found, Module
from fakevirt.audit.functions import Function
from fakevirt.audit.rules import Rule
from fakevirt.audit.syntax import dotted, parts, walk
from fakevirt.audit.values import Confidence, Object

_RAISED_BY_DICTS = frozenset({"IndexError", "KeyError", "LookupError"})


def check(module: Module) -> Iterator[Found]:
    """Yield each such clause."""
    objects = {
        event.node
        for event in module.inference.events
        if isinstance(event, Access) and isinstance(event.value, Object) and event.use in (Use.READ_ITEM, Use.READ)
    }
    queries = {
        event.node
        for event in module.inference.events
        if isinstance(event, Call) and event.receiver[:1].isupper() and event.method.startswith("get_by_")
    }
    for function in module.inference.functions.all:
        for node in _own(function):
            if isinstance(node, cst.Try) and _only_objects(node.body, objects, queries):
                yield from _clauses(node, function)


def _own(function: Function) -> Iterator[cst.CSTNode]:
    """Yield the nodes of a function, without those of functions in it."""
    waiting = [*parts(function.node.body)]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (cst.FunctionDef, cst.Lambda)):
            waiting.extend(parts(node))


def _only_objects(body: cst.CSTNode, objects: set[cst.CSTNode], queries: set[cst.Call]) -> bool:
    """Tell whether a block reads objects, and nothing in it could raise what dicts raise."""
    reads = False
    for node in walk(body):
        if node in objects:
            reads = True
        elif isinstance(node, (cst.Call, cst.Subscript)) and node not in queries:
            return False
    return reads


def _clauses(node: cst.Try, function: Function) -> Iterator[Found]:
    for handler in node.handlers:
        caught = {dotted(part) for part in walk(handler.type)} if handler.type is not None else set()
        for name in sorted(caught & _RAISED_BY_DICTS):
            what = f"except {name} around what reads objects only"
            why = "an object raises AttributeError, ObjectActionError or what its query raises, and that passes through"
            yield Found(Rule.DEAD_EXCEPT, handler, function, what, why, Confidence.MEDIUM)
