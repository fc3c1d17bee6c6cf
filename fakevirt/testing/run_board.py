"""The board of a pytest run: what its tests compared, wherever they ran."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console

from fakevirt.conversion.board import BoardRow, row_of, worst
from fakevirt.conversion.board_table import WIDTH, board_table
from fakevirt.conversion.comparison import Comparison, Verdict
from fakevirt.instrument.trace import Effect
from fakevirt.manager.work_items import NAMES


def to_primitive(name: str, comparison: Comparison) -> dict[str, Any]:
    """Return what the board tells of a comparison as plain data, which can leave the process.

    Args:
        name: What was compared: a scenario or a test.
        comparison: What was found.
    """
    entered = comparison.legacy.entered | comparison.objects.entered
    rows = [row_of(item, {name: comparison}) for item in entered & comparison.objects.plan.converted]
    return {"rows": [_row_to_primitive(row) for row in rows], "reasons": sorted({a.reason for a in comparison.used})}


def render(compared: Iterable[dict[str, Any]], *, width: int, colour: bool) -> str:
    """Return the board as text.

    Args:
        compared: What :func:`to_primitive` returned, for every comparison of the run.
        width: Of the terminal, in columns; where it is too small for the table, lines are longer.
        colour: Whether it shows colours.
    """
    compared = list(compared)
    rows = [_row_from_primitive(primitive) for entry in compared for primitive in entry["rows"]]
    if not rows:
        return "No work item was compared in this run.\n"
    merged = [
        _merged([row for row in rows if row.work_item == name]) for name in NAMES if name in {r.work_item for r in rows}
    ]
    reasons = sorted({reason for entry in compared for reason in entry["reasons"]})
    console = Console(file=io.StringIO(), width=max(width, WIDTH), force_terminal=colour, no_color=not colour)
    with console.capture() as captured:
        console.print(board_table(merged, reasons))
    return captured.get()


def _merged(rows: Sequence[BoardRow]) -> BoardRow:
    """Return the one row that says what several rows of a work item say."""
    return BoardRow(
        rows[0].work_item,
        tuple(dict.fromkeys(scenario for row in rows for scenario in row.scenarios)),
        worst(row.verdict for row in rows),
        tuple(effect for row in rows for effect in row.raw_conductor_calls),
        tuple(effect for row in rows for effect in row.dict_accesses),
        tuple(effect for row in rows for effect in row.unversioned_arguments),
        tuple(sorted({method for row in rows for method in row.had_to_accept_an_object})),
    )


def _row_to_primitive(row: BoardRow) -> dict[str, Any]:
    return {
        "work_item": row.work_item,
        "scenarios": list(row.scenarios),
        "verdict": row.verdict.value,
        "raw_conductor_calls": _effects_to_primitive(row.raw_conductor_calls),
        "dict_accesses": _effects_to_primitive(row.dict_accesses),
        "unversioned_arguments": _effects_to_primitive(row.unversioned_arguments),
        "had_to_accept_an_object": list(row.had_to_accept_an_object),
    }


def _row_from_primitive(row: dict[str, Any]) -> BoardRow:
    return BoardRow(
        row["work_item"],
        tuple(row["scenarios"]),
        Verdict(row["verdict"]),
        _effects_from_primitive(row["raw_conductor_calls"]),
        _effects_from_primitive(row["dict_accesses"]),
        _effects_from_primitive(row["unversioned_arguments"]),
        tuple(row["had_to_accept_an_object"]),
    )


def _effects_to_primitive(effects: Iterable[Effect]) -> list[list[str | None]]:
    return [[effect.channel, effect.operation, effect.details.get("place")] for effect in effects]


def _effects_from_primitive(effects: Iterable[Sequence[Any]]) -> tuple[Effect, ...]:
    return tuple(Effect(channel, operation, details={"place": place}) for channel, operation, place in effects)
