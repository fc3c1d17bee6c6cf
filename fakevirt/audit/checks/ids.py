"""Ids that are given where the object is taken, and objects where an id is (class N)."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from fakevirt.audit.events import Access, Argument, Call
from fakevirt.audit.finding import Found, Module
from fakevirt.audit.functions import Function
from fakevirt.audit.rules import Rule
from fakevirt.audit.syntax import key_of, text_of
from fakevirt.audit.values import Confidence, Object

_IDS = ("id", "uuid")


def check(module: Module) -> Iterator[Found]:
    """Yield each such argument of a call within the module."""
    used = {(event.function, event.name) for event in module.inference.events if isinstance(event, Access)}
    for event in module.inference.events:
        if not isinstance(event, Call) or event.target is None:
            continue
        given = event.target.given
        for position, argument in enumerate(event.arguments):
            name = argument.keyword or (given[position] if position < len(given) else None)
            if name is None or argument.star:
                continue
            if name in module.settings.parameters and _is_id(argument):
                yield _found(module, event, event.target, argument, name, (event.target, name) in used)
            elif name.endswith("_uuid") and isinstance(argument.value, Object):
                what = f"{event.target.name} takes {name}, and gets {argument.value.cls}"
                yield Found(
                    Rule.ID_FOR_OBJECT, argument.node, event.function, what, argument.value.why, Confidence.HIGH
                )


def _found(module: Module, event: Call, target: Function, argument: Argument, name: str, is_used: bool) -> Found:
    what = f"{target.name} takes {name}, and gets {module.source.source(argument.node)}"
    why = f"it uses {name} as an object" if is_used else "it hands it on"
    confidence = Confidence.HIGH if is_used else Confidence.MEDIUM
    return Found(Rule.ID_FOR_OBJECT, argument.node, event.function, what, why, confidence)


def _is_id(argument: Argument) -> bool:
    node = argument.node
    if isinstance(node, cst.Name):
        return node.value.endswith(tuple(f"_{name}" for name in _IDS))
    if isinstance(node, cst.Attribute):
        return node.attr.value in _IDS
    key = key_of(node) if isinstance(node, cst.Subscript) else None
    return key is not None and text_of(key) in _IDS
