"""The board of a pytest run: what its tests compared, wherever they ran."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from fakevirt.conversion.board_row import BoardRow, merged, row_of
from fakevirt.conversion.board_table import WIDTH, board_table
from fakevirt.conversion.comparison import Comparison, Verdict
from fakevirt.conversion.html import renderer
from fakevirt.conversion.html.content import Content
from fakevirt.conversion.html.diagram import diagram_of
from fakevirt.conversion.plans import in_order
from fakevirt.conversion.scenarios import SCENARIOS
from fakevirt.manager.work_items import item_names


def entry_maker(reproduce: str, *, diagrams: bool) -> Callable[[str, Comparison], dict[str, Any]]:
    """Return what makes an entry of the board, as plain data that can leave the process.

    Args:
        reproduce: The command that runs the test again.
        diagrams: Whether entries have the traces, for a report.

    Returns:
        A function of what was compared (a scenario or a test) and what was found.
    """

    def entry(name: str, comparison: Comparison) -> dict[str, Any]:
        entered = in_order((comparison.legacy.entered | comparison.objects.entered) & comparison.objects.plan.converted)
        made = {
            "rows": [_to_primitive(row_of(item, name, comparison)) for item in entered],
            "reasons": sorted({allowance.reason for allowance in comparison.used}),
        }
        if diagrams:
            title = SCENARIOS[name].title if name in SCENARIOS else ""
            made["diagram"] = diagram_of(comparison, name=name, title=title, work_items=entered, reproduce=reproduce)
        return made

    return entry


def render(compared: Iterable[dict[str, Any]], *, width: int, colour: bool) -> str:
    """Return the board as text.

    Args:
        compared: The entries, for every comparison of the run.
        width: Of the terminal, in columns; where it is too small for the table, lines are longer.
        colour: Whether it shows colours.
    """
    rows, reasons = _merged(compared)
    if not rows:
        return "No work item was compared in this run.\n"
    console = Console(file=io.StringIO(), width=max(width, WIDTH), force_terminal=colour, no_color=not colour)
    with console.capture() as captured:
        console.print(board_table(rows, reasons))
    return captured.get()


def properties(compared: Iterable[dict[str, Any]]) -> list[tuple[str, object]]:
    """Return what a test compared as properties of a JUnit report: a verdict for each work item, and the reasons.

    Args:
        compared: The entries, for every comparison of the test.
    """
    rows, reasons = _merged(compared)
    verdicts = [(f"fakevirt.{row.work_item}", row.verdict.value) for row in rows]
    return [*verdicts, *(("fakevirt.allowed", reason) for reason in reasons)]


def write_report(compared: Sequence[dict[str, Any]], path: Path) -> None:
    """Write a report on what was compared.

    Args:
        compared: The entries with their diagrams, for every comparison of the run.
        path: Where it is written.
    """
    rows, reasons = _merged(compared)
    board = {"work_items": [row.to_primitive() for row in rows], "allowances": reasons, "unused_allowances": []}
    # Workers end in any order.
    diagrams = sorted((entry["diagram"] for entry in compared), key=lambda diagram: str(diagram["name"]))
    content = Content("pytest", board, diagrams)
    path.write_text(renderer("--conversion-html")(content), encoding="utf-8")


def _merged(compared: Iterable[dict[str, Any]]) -> tuple[list[BoardRow], list[str]]:
    """Return a row for each work item, and the reasons of what was allowed."""
    compared = list(compared)
    rows: dict[str, list[BoardRow]] = {}
    for entry in compared:
        for primitive in entry["rows"]:
            rows.setdefault(primitive["work_item"], []).append(_from_primitive(primitive))
    reasons = sorted({reason for entry in compared for reason in entry["reasons"]})
    return [merged(rows[name]) for name in item_names() if name in rows], reasons


def _to_primitive(row: BoardRow) -> dict[str, Any]:
    return {**dataclasses.asdict(row), "verdict": row.verdict.value}


def _from_primitive(row: dict[str, Any]) -> BoardRow:
    return BoardRow(**{**row, "verdict": Verdict(row["verdict"])})
