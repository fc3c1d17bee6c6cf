"""The conversion over time: how many work items had which verdict on each of several boards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fakevirt.conversion.comparison import Verdict
from fakevirt.conversion.html.content import Content
from fakevirt.conversion.html.overview import COUNTERS, Mark, mark

#: From the bottom of a bar to its top.
_ORDER = (Verdict.SAME, Verdict.ALLOWED, Verdict.NOT_COMPARED, Verdict.DIVERGED)


@dataclass(frozen=True, slots=True)
class Segment:
    """The work items of one verdict in a bar.

    Args:
        mark: The verdict.
        count: How many work items have it.
        below: How many work items stand below them in the bar.
    """

    mark: Mark
    count: int
    below: int


@dataclass(frozen=True, slots=True)
class Bar:
    """One board.

    Args:
        label: The name of its file, or ``this run``.
        segments: Its work items by verdict.
        left: What is left unversioned in all of them.
    """

    label: str
    segments: list[Segment]
    left: int

    @property
    def work_items(self) -> int:
        """How many work items there are."""
        return sum(segment.count for segment in self.segments)

    def count(self, verdict: str) -> int:
        """Return how many work items have a verdict."""
        return sum(segment.count for segment in self.segments if segment.mark.word == verdict)


def progress(content: Content) -> list[Bar]:
    """Return a bar for each earlier board and one for this run; none if there is no earlier one."""
    earlier = content.others("board")
    if not earlier:
        return []
    return [*(_bar(board.label, board.data) for board in earlier), _bar("this run", content.board)]


def _bar(label: str, board: dict[str, Any]) -> Bar:
    rows = board["work_items"]
    left = sum(row[counter] for row in rows for counter in COUNTERS)
    return Bar(label, list(_segments([row["verdict"] for row in rows])), left)


def _segments(verdicts: list[str]) -> Iterator[Segment]:
    below = 0
    for verdict in _ORDER:
        count = verdicts.count(verdict.value)
        if count:
            yield Segment(mark(verdict.value), count, below)
            below += count
