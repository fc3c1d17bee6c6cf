"""An example that diverges, made small: whatever can be left out is left out, one thing at a time."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from fakevirt.conversion.generated.example import Call, Example, Server, World, parts
from fakevirt.manager.plan import ConversionPlan

#: Tells whether an example diverges as the one that was found does.
Diverges = Callable[[Example], bool]

_HOSTS = World().hosts


def reduced(example: Example, diverges: Diverges) -> Example:
    """Return the smallest example to be had by leaving out one thing after the other.

    Hypothesis makes small what it draws, and what it draws later means something else once an earlier request is gone.
    Here a request is left out as a request, and what follows stays as it is.

    Args:
        example: An example that diverges.
        diverges: Tells whether a smaller one does so still.
    """
    before = None
    while before != example:
        before = example
        for smaller in (_fewer_calls, _plainer_calls, _plainer_world, _usual_hosts):
            example = _tried(example, smaller, diverges)
    return example


def _tried(example: Example, smaller: Callable[[Example], Iterator[Example]], diverges: Diverges) -> Example:
    """Return what is left when no smaller example diverges."""
    refused: list[Example] = []
    while True:
        for candidate in smaller(example):
            if candidate in refused:
                continue
            if diverges(candidate):
                example = candidate
                break
            refused.append(candidate)
        else:
            return example


def _fewer_calls(example: Example) -> Iterator[Example]:
    """Leave out one call, the last first; without a server nothing is asked of it."""
    for number in reversed(range(len(example.calls))):
        gone = example.calls[number]
        rest = [*example.calls[:number], *example.calls[number + 1 :]]
        if gone.makes_server:
            server = Server(sum(call.makes_server for call in example.calls[:number]))
            rest = [_renumbered(call, server) for call in rest if server not in parts(call)]
        yield dataclasses.replace(example, calls=tuple(rest))


def _plainer_calls(example: Example) -> Iterator[Example]:
    """Leave out one argument or option, make one number smaller, set a server up that was built."""
    for number, call in enumerate(example.calls):
        for plainer in _plainer(call):
            calls = (*example.calls[:number], plainer, *example.calls[number + 1 :])
            yield dataclasses.replace(example, calls=calls)


def _plainer(call: Call) -> Iterator[Call]:
    options = dict(call.options or {})
    if call.method == "create_server":
        yield Call("boot", (options.get("host", _HOSTS[0]),))
    if call.plants_fault:
        return
    if len(call.arguments) > 1:
        yield dataclasses.replace(call, arguments=call.arguments[:-1])
    for name, value in options.items():
        rest = {other: one for other, one in options.items() if other != name}
        yield dataclasses.replace(call, options=rest or None)
        if isinstance(value, int) and value > 1:
            yield dataclasses.replace(call, options=options | {name: value - 1})
        elif isinstance(value, list) and len(value) > 1:
            yield dataclasses.replace(call, options=options | {name: value[:-1]})


def _plainer_world(example: Example) -> Iterator[Example]:
    world, usual = example.world, World()
    plans = [usual.plan] if world.plan != usual.plan else []
    few = sorted(usual.plan.converted - world.plan.converted)
    plans += [ConversionPlan(world.plan.converted | {name}) for name in few if len(few) > 1]
    changes: list[dict[str, Any]] = [
        {"releases": (), "conductor": None},
        {"hosts": usual.hosts, "releases": world.releases[: len(usual.hosts)]},
        {"shared_storage": usual.shared_storage},
        {"settings": usual.settings},
        *({"plan": plan} for plan in plans),
    ]
    for change in changes:
        plainer = dataclasses.replace(world, **change)
        if plainer != world:
            yield dataclasses.replace(example, world=plainer)


def _usual_hosts(example: Example) -> Iterator[Example]:
    """Exchange hosts, so that those that are named first have the first names."""
    order = list(dict.fromkeys(part for part in parts(example.calls) if part in example.world.hosts))
    exchanged = dict(zip(order, example.world.hosts, strict=False))
    if any(old != new for old, new in exchanged.items()):
        yield dataclasses.replace(example, calls=tuple(_exchanged(call, exchanged) for call in example.calls))


def _exchanged(value: Any, names: Mapping[str, str]) -> Any:
    """Return a value with other strings in the place of some."""
    match value:
        case str():
            return names.get(value, value)
        case _:
            return _mapped(value, lambda one: _exchanged(one, names))


def _renumbered(value: Any, gone: Server) -> Any:
    """Return a value in which the servers after one that is gone have moved up."""
    match value:
        case Server():
            return Server(value.number - (value.number > gone.number))
        case _:
            return _mapped(value, lambda one: _renumbered(one, gone))


def _mapped(value: Any, change: Callable[[Any], Any]) -> Any:
    """Return a value whose parts are changed, if it has any."""
    match value:
        case Call():
            options = None if value.options is None else {name: change(one) for name, one in value.options.items()}
            return dataclasses.replace(value, arguments=tuple(map(change, value.arguments)), options=options)
        case dict():
            return {name: change(one) for name, one in value.items()}
        case list():
            return [change(one) for one in value]
    return value
