"""Decorators that look for the instance where it is not (class L)."""

from __future__ import annotations

from collections.abc import Iterator

from fakevirt.audit.finding import Found, Module
from fakevirt.audit.functions import Function
from fakevirt.audit.rules import Rule
from fakevirt.audit.values import Confidence

#: Nova's decorators that look for an argument named so.
_WANT_INSTANCE = frozenset({"reverts_task_state", "wrap_instance_event", "wrap_instance_fault"})


def check(module: Module) -> Iterator[Found]:
    """Yield each of them."""
    for function in module.inference.functions.all:
        names = [parameter.name.value for parameter in function.parameters]
        for place, decorator in enumerate(function.decorators):
            if decorator in module.settings.compat:
                yield from _compat(module, function, place, decorator)
            elif decorator in _WANT_INSTANCE and "instance" not in names:
                what = f"@{decorator} looks for an argument instance, and {function.name} has none"
                why = "it fails when it is needed"
                yield Found(Rule.DECORATORS, function.node, function, what, why, Confidence.HIGH)


def _compat(module: Module, function: Function, place: int, decorator: str) -> Iterator[Found]:
    if place:
        what = f"@{decorator} stands below @{function.decorators[0]}"
        why = "the decorators above it see the dict that came in"
        yield Found(Rule.DECORATORS, function.node, function, what, why, Confidence.HIGH)
    wanted = set(module.settings.compat[decorator])
    after_context = positional_after_context(function)
    if "instance" in wanted and after_context[:1] != ["instance"]:
        what = f"@{decorator} takes the first argument for the instance, and {function.name} has it elsewhere"
        why = "it works only as long as every caller names its arguments"
        yield Found(Rule.DECORATORS, function.node, function, what, why, Confidence.LOW)


def positional_after_context(function: Function) -> list[str]:
    """Return the parameters behind the manager and the context."""
    return function.positional[2:] if function.receiver is not None else function.positional[1:]
