"""The printer: an example as a test that a user can paste."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

from fakevirt.conversion.allowance import Allowance
from fakevirt.conversion.generated.example import Call, Example, Server, World, parts
from fakevirt.manager.plan import ConversionPlan
from fakevirt.manager.work_items import item_names
from fakevirt.settings import Settings

#: How long a line may be that is indented twice.
_WIDTH = 112


def source_of(example: Example, outcomes: Sequence[type[Exception] | None], allowed: Iterable[Allowance] = ()) -> str:
    """Return the source of a test that does what an example does and fails as it does.

    Args:
        example: The example.
        outcomes: What each call raised on the legacy path, but for those that plant a fault.
        allowed: What may differ besides what always may.
    """
    body: list[str] = []
    made = 0
    ended = iter(outcomes)
    for call in example.calls:
        outcome = None if call.plants_fault else next(ended)
        if outcome is not None:
            body += [f"with pytest.raises({outcome.__name__}):", *(f"    {line}" for line in _statement(call))]
            if call.makes_server:
                break
        elif call.makes_server and Server(made) in parts(example.calls):
            body += _statement(call, f"{_name(made)} = ")
        else:
            body += _statement(call)
        made += call.makes_server
    imports = _imports(example, outcomes)
    if allowed or any(outcomes):
        imports.insert(0, "import pytest")
    markers = [_marker(allowance) for allowance in allowed]
    lines = [*imports, "", "", *markers, _decorator(example.world), "def test_the_call_paths_agree(cloud):"]
    return "\n".join([*lines, *(f"    {line}" for line in body)]) + "\n"


def _decorator(world: World) -> str:
    arguments = [f"{name}={_code(value)}" for name, value in world.arguments.items()]
    if world.plan != ConversionPlan.objects():
        arguments.append(f"plan={_code(world.plan)}")
    return "\n".join(_lines("@both_call_paths", arguments, "")) if arguments else "@both_call_paths"


def _imports(example: Example, outcomes: Iterable[type[Exception] | None]) -> list[str]:
    names: dict[str, set[str]] = {"fakevirt": {"both_call_paths"}}
    if example.world.plan != ConversionPlan.objects():
        names["fakevirt"].add("ConversionPlan")
    if "settings" in example.world.arguments:
        names["fakevirt.settings"] = {"Settings"}
    raised = [outcome for outcome in outcomes if outcome is not None]
    named: list[Any] = [*raised, *filter(callable, parts(example.calls))]
    for kind in named:
        if kind.__module__ != "builtins":
            names.setdefault(kind.__module__, set()).add(kind.__name__)
    return [f"from {module} import {', '.join(sorted(names[module]))}" for module in sorted(names)]


def _marker(allowance: Allowance) -> str:
    arguments = [_code(allowance.channel), _code(allowance.reason), f"operation={_code(allowance.operation)}"]
    if allowance.field is not None:
        arguments.append(f"field={_code(allowance.field)}")
    return "\n".join(_lines("@pytest.mark.allow", arguments, ""))


def _statement(call: Call, begin: str = "") -> list[str]:
    """Return a call as a statement."""
    item = "" if call.item is None else f"[{call.item}]"
    return _lines(f"{begin}cloud.{call.method}", _arguments(call), item)


def _lines(called: str, arguments: Sequence[str], end: str) -> list[str]:
    """Return a call in one line, or in more as a formatter has it."""
    line = f"{called}({', '.join(arguments)}){end}"
    if len(line) <= _WIDTH:
        return [line]
    return [f"{called}(", *(f"    {argument}," for argument in arguments), f"){end}"]


def _arguments(call: Call) -> list[str]:
    options = [f"{name}={_code(option)}" for name, option in (call.options or {}).items()]
    return [*map(_code, call.arguments), *options]


def _code(value: Any) -> str:
    """Return an argument as source."""
    match value:
        case Call():
            item = "" if value.item is None else f"[{value.item}]"
            return f"cloud.{value.method}({', '.join(_arguments(value))}){item}"
        case Server():
            return _name(value.number)
        case Settings():
            fields = [(field.name, getattr(value, field.name), field.default) for field in dataclasses.fields(value)]
            return f"Settings({', '.join(f'{name}={_code(now)}' for name, now, usual in fields if now != usual)})"
        case ConversionPlan():
            missing = [name for name in item_names() if name not in value.converted]
            few, made_by = min(
                (sorted(value.converted, key=item_names().index), "only"), (missing, "all_but"), key=_length
            )
            return f"ConversionPlan.{made_by}({', '.join(map(_code, few))})"
        case dict():
            return "{" + ", ".join(f"{_code(key)}: {_code(item)}" for key, item in value.items()) + "}"
        case list():
            return f"[{', '.join(map(_code, value))}]"
        case str():
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case _ if callable(value):
            return str(value.__name__)
    return repr(value)


def _name(number: int) -> str:
    """Return the variable that a server is kept in."""
    return "server" if number == 0 else f"server_{number + 1}"


def _length(plan: tuple[list[str], str]) -> int:
    return len(plan[0])
