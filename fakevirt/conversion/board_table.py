"""The board as a table for the terminal."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from fakevirt.conversion.allowance import Allowance
from fakevirt.conversion.board_row import BoardRow
from fakevirt.conversion.comparison import Verdict

#: The columns that the table wants: below that, rich shortens headings and names.
WIDTH = 156

_STYLES = {
    Verdict.SAME: "green",
    Verdict.ALLOWED: "green",
    Verdict.DIVERGED: "bold red",
    Verdict.NOT_COMPARED: "bold yellow",
}


def board_table(
    rows: Iterable[BoardRow], reasons: Iterable[str], unused: Iterable[Allowance] = (), extent: str | None = None
) -> RenderableType:
    """Return a board for rich: the table, what is left unversioned and the allowances that were used.

    Args:
        rows: A row for each work item.
        reasons: The reasons of the allowances that were used.
        unused: The allowances that should have been used and were not.
        extent: How much was proved by how much, in words.
    """
    rows = tuple(rows)
    table = Table(title="Conversion board", title_justify="left")
    table.add_column("work item", no_wrap=True)
    table.add_column("scenarios", justify="right")
    table.add_column("verdict", no_wrap=True)
    table.add_column("raw\nconductor\ncalls", justify="right")
    table.add_column("dict\naccesses", justify="right")
    table.add_column("unversioned\narguments", justify="right")
    audited = any(row.left_in_the_code is not None for row in rows)
    if audited:
        table.add_column("left in\nthe code", justify="right")
    table.add_column("methods that had\nto accept an object first", overflow="fold")
    for row in rows:
        table.add_row(
            row.work_item,
            str(len(row.scenarios)),
            Text(row.verdict.value, style=_STYLES[row.verdict]),
            str(len(row.raw_conductor_calls)),
            str(len(row.dict_accesses)),
            str(len(row.unversioned_arguments)),
            *([_number(row.left_in_the_code)] if audited else []),
            "\n".join(row.had_to_accept_an_object) or "-",
        )
    notes = [] if extent is None else [Text(extent)]
    notes += [Text(f"parts in {row.work_item}: {place}", style="bold red") for row in rows for place in row.parts_at]
    notes += [Text(f"left in {row.work_item}: {place}", style="red") for row in rows for place in _places(row)]
    notes += [Text(f"allowed: {reason}", style="dim") for reason in reasons]
    notes += [Text(f"unused allowance on {a.channel} {a.operation}: {a.reason}", style="red") for a in unused]
    return Group(table, *notes)


def _number(number: int | None) -> str:
    return "-" if number is None else str(number)


def _places(row: BoardRow) -> list[str]:
    """Return where something unversioned is left, each place once."""
    return list(dict.fromkeys((*row.raw_conductor_calls, *row.dict_accesses, *row.unversioned_arguments)))
