"""The board of a sweep as a table for the terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from fakevirt.conversion.faults.fault_board import FaultBoard


def fault_table(board: FaultBoard) -> RenderableType:
    """Return a board for rich: the table, what was allowed and what is known to be broken."""
    table = Table(title="Fault board", title_justify="left")
    table.add_column("work item", no_wrap=True)
    for heading in (
        "points",
        "runs",
        "same",
        "allowed",
        "only on\nlegacy",
        "only on\nobjects",
        "improve-\nments",
        "diverged",
    ):
        table.add_column(heading, justify="right")
    for row in board.rows:
        counts = (
            row.points,
            row.runs,
            row.same,
            row.allowed,
            row.only_on_legacy,
            row.only_on_objects,
            row.improvements,
        )
        style = "bold red" if row.diverged else "green"
        table.add_row(row.work_item, *map(str, counts), Text(str(row.diverged), style=style))
    notes = [Text(reason, style="dim") for reason in board.reasons]
    notes += [Text(f"known and gone: {known.invariant} ({known.reason})", style="red") for known in board.gone]
    return Group(table, *notes)
