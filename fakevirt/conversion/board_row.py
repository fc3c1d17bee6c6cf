"""A row of the board, as plain data: comparisons stay in the process that made them, their rows leave it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from fakevirt.conversion.comparison import Comparison, Verdict
from fakevirt.conversion.handover import handovers
from fakevirt.conversion.scenarios import SCENARIOS
from fakevirt.instrument.trace import Effect

#: From the best to the worst.
_ORDER = (Verdict.SAME, Verdict.ALLOWED, Verdict.NOT_COMPARED, Verdict.DIVERGED)


@dataclass(frozen=True, slots=True)
class BoardRow:
    """What is known of one work item.

    Args:
        work_item: Its name.
        scenarios: The scenarios that were compared.
        verdict: The worst verdict among them.
        parts_at: Where the two runs part for which it is to blame, such as ``driver detach_volume``.
        raw_conductor_calls: Calls of raw conductor methods left on the object path, each with its place in the code.
        dict_accesses: Dict-style accesses to objects left on the object path, likewise.
        unversioned_arguments: Calls left on the object path that carry a dict in the place of an object.
        had_to_accept_an_object: Methods of drivers and backends that get an object on the object path which they do not
            get on the legacy path.
        left_in_the_code: How much the audit finds to be converted in its code, None if it read none.
    """

    work_item: str
    scenarios: tuple[str, ...]
    verdict: Verdict
    parts_at: tuple[str, ...] = ()
    raw_conductor_calls: tuple[str, ...] = ()
    dict_accesses: tuple[str, ...] = ()
    unversioned_arguments: tuple[str, ...] = ()
    had_to_accept_an_object: tuple[str, ...] = ()
    left_in_the_code: int | None = None

    def to_primitive(self) -> dict[str, Any]:
        """Return the row as JSON has it, with counts in the place of places."""
        return {
            "work_item": self.work_item,
            "scenarios": list(self.scenarios),
            "verdict": self.verdict.value,
            "parts_at": list(self.parts_at),
            "raw_conductor_calls": len(self.raw_conductor_calls),
            "dict_accesses": len(self.dict_accesses),
            "unversioned_arguments": len(self.unversioned_arguments),
            "had_to_accept_an_object": list(self.had_to_accept_an_object),
            "left_in_the_code": self.left_in_the_code,
        }


def worst(verdicts: Iterable[Verdict]) -> Verdict | None:
    """Return the worst of some verdicts, None if there are none."""
    return max(verdicts, key=_ORDER.index, default=None)


def row_of(work_item: str, name: str, comparison: Comparison) -> BoardRow:
    """Return what one comparison says of a work item that it entered.

    Args:
        work_item: The work item's name.
        name: What was compared: a scenario or a test.
        comparison: What was found.
    """
    verdict = comparison.verdict_for(work_item)
    cause = comparison.cause
    parts_at = (f"{cause.channel} {cause.operation}",) if verdict is Verdict.DIVERGED and cause is not None else ()
    accepted = tuple(sorted(_had_to_accept_an_object(work_item, comparison)))
    # An old node takes nothing but dicts: what its peers send it is no leftover of theirs.
    if name in SCENARIOS and "version_cap" in SCENARIOS[name].cloud:
        return BoardRow(work_item, (name,), verdict, parts_at, had_to_accept_an_object=accepted)
    left = comparison.objects.leftovers(work_item)
    return BoardRow(
        work_item,
        (name,),
        verdict,
        parts_at,
        _places(left.raw_conductor_calls),
        _places(left.dict_accesses),
        _places(left.unversioned_arguments),
        accepted,
    )


def merged(rows: Sequence[BoardRow]) -> BoardRow:
    """Return the one row that says what several rows of a work item say."""
    return BoardRow(
        rows[0].work_item,
        tuple(dict.fromkeys(scenario for row in rows for scenario in row.scenarios)),
        max((row.verdict for row in rows), key=_ORDER.index),
        tuple(dict.fromkeys(place for row in rows for place in row.parts_at)),
        tuple(place for row in rows for place in row.raw_conductor_calls),
        tuple(place for row in rows for place in row.dict_accesses),
        tuple(place for row in rows for place in row.unversioned_arguments),
        tuple(sorted({method for row in rows for method in row.had_to_accept_an_object})),
    )


def _had_to_accept_an_object(work_item: str, comparison: Comparison) -> set[str]:
    """Return the methods that get an object from the work item in the place of a dict."""
    before, now = handovers(comparison.legacy), handovers(comparison.objects)
    objects_before = {(h.receiver, h.schema) for h in before if h.giver == work_item and h.form == "object"}
    return {
        h.receiver
        for h in now
        if h.giver == work_item and h.form == "object" and h.to_module and (h.receiver, h.schema) not in objects_before
    }


def _places(effects: Iterable[Effect]) -> tuple[str, ...]:
    return tuple(_place(effect) for effect in effects)


def _place(effect: Effect) -> str:
    place = effect.details.get("place")
    return f"{effect.channel} {effect.operation}" + (f" at {place}" if place else "")
