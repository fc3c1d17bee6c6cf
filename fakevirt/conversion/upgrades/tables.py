"""The matrix and the rehearsals as tables for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from fakevirt.conversion.upgrades.cell import Cell, Support
from fakevirt.conversion.upgrades.matrix import CellResult, How, UpgradeMatrix
from fakevirt.conversion.upgrades.rehearsal import Rehearsal
from fakevirt.conversion.upgrades.verify import Upgrades

_STYLES = {How.OBJECTS: "green", How.BACKPORTED: "green", How.DICT: "yellow", How.FAILED: "bold red"}
_LEGEND = (
    "obj: worked on objects; back: on objects that an older service got in its own version; dict: on unversioned data; "
    "with the newest RPC version that carried the instance so"
)


def upgrades_table(upgrades: Upgrades) -> RenderableType:
    """Return everything for rich: the matrix, what breaks, and the rehearsals."""
    matrix = upgrades.matrix
    mixes = list(dict.fromkeys(result.cell for result in matrix.results))
    supported = [cell for cell in mixes if cell.support is Support.SUPPORTED]
    skipping = [cell for cell in mixes if cell.support is Support.SKIPS_A_RELEASE]
    refused = len(mixes) - len(supported) - len(skipping)
    parts: list[RenderableType] = [_matrix("Mixes that a rolling upgrade comes by", matrix, supported)]
    if skipping:
        parts.append(_matrix("Mixes that skip a release, which is not supported", matrix, skipping))
    parts.append(Text(_LEGEND, style="dim"))
    if refused:
        parts.append(Text(f"not supported: {refused} mixes with a host newer than the conductor", style="dim"))
    return Group(*parts, *_lines(matrix), _rehearsals(upgrades.rehearsals))


def _matrix(title: str, matrix: UpgradeMatrix, mixes: Sequence[Cell]) -> Table:
    table = Table(title=title, title_justify="left", padding=(0, 0, 0, 1))
    table.add_column("conductor\nsource\ndestination", no_wrap=True)
    table.add_column("path", min_width=7)
    for cell in mixes:
        table.add_column(f"{cell.conductor}\n{cell.source}\n{cell.destination}", no_wrap=True)
    for work_item in matrix.work_items:
        for path in ("objects", "legacy"):
            by_cell = {result.cell: result for result in matrix.of(work_item, path)}
            cells = (_shown(by_cell[cell]) for cell in mixes)
            table.add_row(work_item if path == "objects" else "", path, *cells, end_section=path == "legacy")
    return table


def _shown(result: CellResult) -> Text:
    words = {How.OBJECTS: "obj", How.BACKPORTED: "back"}
    text = words.get(result.how, result.how.value)
    in_dicts = result.how is How.DICT
    versions = [message.version for message in result.messages if (message.payload == "dict") is in_dicts]
    if versions and result.how is not How.FAILED:
        text += " " + max(versions, key=lambda version: [int(part) for part in version.split(".")])
    return Text(text, style=_STYLES.get(result.how, "dim"))


def _lines(matrix: UpgradeMatrix) -> Iterator[Text]:
    """Return what breaks on the legacy path alone, each cause once with its mixes; and what breaks on objects."""
    for title, style, results in (
        ("breaks on dicts, works on objects", "yellow", matrix.rescued),
        ("BREAKS ON OBJECTS", "bold red", matrix.broken),
    ):
        places: dict[str, dict[str, list[str]]] = {}
        for result in results:
            for cause in result.causes:
                places.setdefault(str(cause), {}).setdefault(str(result.cell), []).append(result.work_item)
        for reason, where in places.items():
            yield Text(f"{title}: {reason}", style=style)
            for cell, work_items in where.items():
                yield Text(f"    {cell}: {', '.join(work_items)}", style="dim")


def _rehearsals(rehearsals: Iterable[Rehearsal]) -> Table:
    table = Table(title="Rehearsals of an upgrade", title_justify="left")
    table.add_column("upgrade", no_wrap=True)
    table.add_column("plan", no_wrap=True)
    table.add_column("step", no_wrap=True)
    table.add_column("ended otherwise than without an upgrade", overflow="fold")
    for rehearsal in rehearsals:
        first = (f"{rehearsal.old} to {rehearsal.new}", str(rehearsal.plan))
        failed = [step for step in rehearsal.steps if step.causes]
        if not failed:
            table.add_row(*first, f"all {len(rehearsal.steps)}", Text("no", style="green"), end_section=True)
            continue
        # What fails later may follow from it.
        causes = "\n".join(dict.fromkeys(map(str, failed[0].causes)))
        table.add_row(*first, failed[0].step, Text(causes, style="red"), end_section=len(failed) == 1)
        if failed[1:]:
            table.add_row("", "", f"and {len(failed) - 1} after it", "", end_section=True)
    return table
