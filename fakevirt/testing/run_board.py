"""The board of a pytest run: what its tests compared, wherever they ran."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console

from fakevirt.conversion.board_row import BoardRow, merged, row_of
from fakevirt.conversion.board_table import WIDTH, board_table
from fakevirt.conversion.comparison import Comparison, Verdict
from fakevirt.manager.work_items import item_names


def to_primitive(name: str, comparison: Comparison) -> dict[str, Any]:
    """Return what the board tells of a comparison as plain data, which can leave the process.

    Args:
        name: What was compared: a scenario or a test.
        comparison: What was found.
    """
    entered = comparison.legacy.entered | comparison.objects.entered
    rows = [row_of(item, name, comparison) for item in entered & comparison.objects.plan.converted]
    return {"rows": [_to_primitive(row) for row in rows], "reasons": sorted({a.reason for a in comparison.used})}


def render(compared: Iterable[dict[str, Any]], *, width: int, colour: bool) -> str:
    """Return the board as text.

    Args:
        compared: What :func:`to_primitive` returned, for every comparison of the run.
        width: Of the terminal, in columns; where it is too small for the table, lines are longer.
        colour: Whether it shows colours.
    """
    compared = list(compared)
    rows = _rows(compared)
    if not rows:
        return "No work item was compared in this run.\n"
    reasons = _reasons(compared)
    console = Console(file=io.StringIO(), width=max(width, WIDTH), force_terminal=colour, no_color=not colour)
    with console.capture() as captured:
        console.print(board_table(rows, reasons))
    return captured.get()


def properties(compared: Sequence[dict[str, Any]]) -> list[tuple[str, object]]:
    """Return what a test compared as properties of a JUnit report: a verdict for each work item, and the reasons.

    Args:
        compared: What :func:`to_primitive` returned, for every comparison of the test.
    """
    verdicts = [(f"fakevirt.{row.work_item}", row.verdict.value) for row in _rows(compared)]
    return [*verdicts, *(("fakevirt.allowed", reason) for reason in _reasons(compared))]


def _rows(compared: Sequence[dict[str, Any]]) -> list[BoardRow]:
    """Return one row for each work item, in the order of the list."""
    rows = [_from_primitive(primitive) for entry in compared for primitive in entry["rows"]]
    names = {row.work_item for row in rows}
    return [merged([row for row in rows if row.work_item == name]) for name in item_names() if name in names]


def _reasons(compared: Sequence[dict[str, Any]]) -> list[str]:
    return sorted({reason for entry in compared for reason in entry["reasons"]})


def _to_primitive(row: BoardRow) -> dict[str, Any]:
    return {**dataclasses.asdict(row), "verdict": row.verdict.value}


def _from_primitive(row: dict[str, Any]) -> BoardRow:
    return BoardRow(**{**row, "verdict": Verdict(row["verdict"])})
