"""The first table of the report: what is known of each work item, from this run and from others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from fakevirt.conversion.board_row import worst
from fakevirt.conversion.comparison import Verdict
from fakevirt.conversion.html.content import Content
from fakevirt.conversion.html.results import Result
from fakevirt.conversion.upgrades.cell import Support
from fakevirt.conversion.upgrades.matrix import How

#: A counter of the board and its heading.
COUNTERS = {
    "raw_conductor_calls": "raw conductor calls",
    "dict_accesses": "dict accesses",
    "unversioned_arguments": "unversioned arguments",
}
#: The heading of what an audit finds, where there was one.
AUDITED = "left in the code"


@dataclass(frozen=True, slots=True)
class Mark:
    """A verdict as the page shows it: never by its colour alone.

    Args:
        word: The verdict in a word.
        tone: Its colour: ``good``, ``allowed``, ``warn``, ``bad`` or ``none``.
        note: What is to be said besides.
    """

    word: str
    tone: str
    note: str = ""


NOT_RUN = Mark("not run", "none")

_TONES = {
    Verdict.SAME: "good",
    Verdict.ALLOWED: "allowed",
    Verdict.NOT_COMPARED: "warn",
    Verdict.DIVERGED: "bad",
}


def mark(verdict: str | None, note: str = "") -> Mark:
    """Return a verdict as the page shows it.

    Args:
        verdict: The verdict's name, None if there is none.
        note: What is to be said besides.
    """
    return NOT_RUN if verdict is None else Mark(verdict, _TONES[Verdict(verdict)], note)


@dataclass(frozen=True, slots=True)
class OverviewRow:
    """What is known of one work item.

    Args:
        work_item: Its name.
        scenarios: How many scenarios, or tests, entered it.
        marks: The verdict on each column of the overview.
        counters: What is left unversioned, and in the code if that was audited, by its heading.
    """

    work_item: str
    scenarios: int
    marks: dict[str, Mark]
    counters: dict[str, int]


def overview(content: Content) -> list[OverviewRow]:
    """Return a row for each work item of the board."""
    return [_row(row, content) for row in content.board["work_items"]]


def _row(row: dict[str, Any], content: Content) -> OverviewRow:
    name = row["work_item"]
    marks = {
        "legacy": mark(row.get("verdict_on_legacy")),
        "objects": mark(row["verdict"], "; ".join(f"parts at {place}" for place in row["parts_at"])),
        "partial plans": _on_partial_plans(row, content.others("board")),
        "upgrade": _in_upgrades(name, content.others("upgrades")),
        "faults": _under_faults(name, content.others("faults")),
    }
    counters = {head: row[key] for key, head in COUNTERS.items()}
    if row.get("left_in_the_code") is not None:
        counters[AUDITED] = row["left_in_the_code"]
    return OverviewRow(name, len(row["scenarios"]), marks, counters)


def _on_partial_plans(row: dict[str, Any], boards: Iterable[Result]) -> Mark:
    """Return the verdict of this run, or of the newest other one that ran such plans."""
    verdict, note = row.get("verdict_on_partial_plans"), ""
    for board in boards if verdict is None else ():
        for other in board.data["work_items"]:
            if other["work_item"] == row["work_item"] and other.get("verdict_on_partial_plans") is not None:
                verdict, note = other["verdict_on_partial_plans"], f"{board.data['plans']} plans, {board.label}"
    return mark(verdict, note)


def _in_upgrades(work_item: str, results: Iterable[Result]) -> Mark:
    """Return whether a work item works on objects in every mix of releases that a rolling upgrade comes by."""
    hows = [
        How(cell["how"])
        for result in results
        for cell in result.data["cells"]
        if cell["work_item"] == work_item
        and cell["path"] == "objects"
        and cell["support"] == Support.SUPPORTED.value
        and cell["how"] != How.NOT_ENTERED.value
    ]
    if not hows:
        return NOT_RUN
    works = sum(how is not How.FAILED for how in hows)
    note = f"{works} of {len(hows)} mixes"
    return Mark("WORKS", "good", note) if works == len(hows) else Mark("FAILED", "bad", note)


def _under_faults(work_item: str, results: Iterable[Result]) -> Mark:
    rows = [
        row for result in results for row in result.data["rows"] if row["work_item"] == work_item and row["runs"] > 0
    ]
    if not rows:
        return NOT_RUN
    verdict = worst(verdict for row in rows for verdict in _verdicts(row))
    diverged = sum(row["diverged"] for row in rows)
    runs = sum(row["runs"] for row in rows)
    return mark(verdict and verdict.value, f"{diverged} of {runs} faults" if diverged else f"{runs} faults")


def _verdicts(row: dict[str, Any]) -> Iterator[Verdict]:
    for key, verdict in (("same", Verdict.SAME), ("allowed", Verdict.ALLOWED), ("diverged", Verdict.DIVERGED)):
        if row[key]:
            yield verdict
