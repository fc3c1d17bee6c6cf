"""Two observations of the same request side by side: the aligned traces, their differences and the verdict."""

from __future__ import annotations

import dataclasses
import difflib
import enum
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from fakevirt.conversion.allowance import Allowance
from fakevirt.conversion.difference import ABSENT, Difference
from fakevirt.conversion.observation import Observation
from fakevirt.instrument.canonical import LAZY, CanonicalEffect


class Verdict(enum.Enum):
    """What a comparison found."""

    SAME = "SAME"
    ALLOWED = "ALLOWED"
    DIVERGED = "DIVERGED"
    NOT_COMPARED = "NOT_COMPARED"

    @property
    def passes(self) -> bool:
        """Whether nothing is to be done."""
        return self in (Verdict.SAME, Verdict.ALLOWED)


@dataclass(frozen=True, slots=True)
class Row:
    """One step of the aligned traces: an effect on either side, or on both."""

    legacy: CanonicalEffect | None
    objects: CanonicalEffect | None
    differences: tuple[Difference, ...] = ()

    @property
    def effect(self) -> CanonicalEffect:
        """The effect of the side that has one."""
        effect = self.legacy or self.objects
        assert effect is not None
        return effect


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came of comparing two observations.

    Args:
        legacy: The observation that is the measure.
        objects: The observation that is held against it.
        rows: The aligned traces.
        not_compared: Why nothing could be compared, None if it could.
        unused: Allowances that were asked for and covered nothing.
    """

    legacy: Observation
    objects: Observation
    rows: tuple[Row, ...]
    not_compared: str | None = None
    unused: tuple[Allowance, ...] = ()

    @property
    def differences(self) -> list[Difference]:
        """All differences, the allowed ones too, in order."""
        return [difference for row in self.rows for difference in row.differences]

    @property
    def divergences(self) -> list[Difference]:
        """The differences that no allowance covers."""
        return [difference for difference in self.differences if difference.allowance is None]

    @property
    def cause(self) -> Difference | None:
        """The divergence with which the two runs part; what else differs may follow from it.

        What a call is given shows when it begins, how it ends when it ends: of an exception that travels up through
        several calls the innermost is the cause.
        """
        return min(self.divergences, key=self._moment, default=None)

    @property
    def to_blame(self) -> str | None:
        """The work item to which the cause counts; None if it is in none.

        Whether a method is called and what it is given is its caller's doing.
        """
        cause = self.cause
        if cause is None:
            return None
        if cause.channel == "manager" and not _is_outcome(cause):
            caller: str | None = self.rows[cause.row].effect.effect.details.get("caller")
            return caller
        return cause.scope

    def _moment(self, difference: Difference) -> tuple[int, bool, int, bool]:
        if not _is_outcome(difference):
            return difference.row, False, 0, False
        # The run that was through with the call first is the one that parted.
        ended = min(self._last_row_within(difference.row, side) for side in ("legacy", "objects"))
        # What it raised says more than what it did not return.
        return ended, True, -difference.row, str(difference.field).startswith("returned")

    def _last_row_within(self, number: int, side: str) -> int:
        """Return the last row whose effect began while that of a row was under way."""
        outer = getattr(self.rows[number], side).effect
        last = number
        if outer.ended is not None:
            for n, row in enumerate(self.rows[number:], start=number):
                inner = getattr(row, side)
                if inner is not None and outer.began <= inner.effect.began < outer.ended:
                    last = n
        return last

    @property
    def used(self) -> frozenset[Allowance]:
        """The allowances that covered something."""
        return frozenset(d.allowance for d in self.differences if d.allowance is not None)

    @property
    def verdict(self) -> Verdict:
        """The verdict."""
        if self.not_compared is not None:
            return Verdict.NOT_COMPARED
        if self.divergences or self.unused:
            return Verdict.DIVERGED
        return Verdict.ALLOWED if self.differences else Verdict.SAME

    def verdict_for(self, work_item: str) -> Verdict:
        """Return the verdict on one work item among those that were entered.

        Divergences count for the one that is to blame for their cause, for all if none is, and an allowed difference
        for the work item whose conversion brings it.
        """
        if self.not_compared is not None:
            return Verdict.NOT_COMPARED
        if self.unused:
            return Verdict.DIVERGED
        if self.divergences and (self.to_blame == work_item or self.to_blame not in self.legacy.entered):
            return Verdict.DIVERGED
        allowed = any(
            work_item == (d.allowance.work_item or d.scope) for d in self.differences if d.allowance is not None
        )
        return Verdict.ALLOWED if allowed else Verdict.SAME


def compare(
    legacy: Observation,
    objects: Observation,
    *,
    known: Iterable[Allowance] = (),
    allow: Iterable[Allowance] = (),
    entering: frozenset[str] | None = None,
) -> Comparison:
    """Hold one observation against another.

    Args:
        legacy: The measure.
        objects: What is held against it.
        known: Allowances that may cover a difference.
        allow: Allowances that must cover one: an unused one is a finding.
        entering: The work items that the measure must have entered, no more and no fewer, and the other run no more;
            any, unless given.

    Returns:
        The comparison, with its verdict.
    """
    not_compared = _why_not_compared(legacy, objects, entering)
    if not_compared is not None:
        return Comparison(legacy, objects, (), not_compared)
    allow = tuple(allow)
    converted = objects.plan.converted & (legacy.entered | objects.entered)
    applicable = [a for a in (*allow, *known) if a.work_item is None or a.work_item in converted]
    rows = align(legacy.effects, objects.effects, applicable)
    used = {difference.allowance for row in rows for difference in row.differences}
    comparison = Comparison(legacy, objects, rows, unused=tuple(a for a in allow if a not in used))
    # What keeps the other run from entering any is a divergence with a place in the traces.
    if comparison.verdict.passes and not _has_begun(objects):
        return dataclasses.replace(comparison, not_compared=_nothing_entered(objects))
    # What is entered besides is a divergence with a place in the traces, unless an allowance covers that.
    if comparison.verdict.passes and entering is not None and not objects.entered <= entering:
        besides = ", ".join(sorted(objects.entered - entering))
        return dataclasses.replace(
            comparison,
            not_compared=f"the run under the plan {str(objects.plan)!r} entered work items that it should not "
            f"({besides}), so that plans which differ in these alone were left out without proof",
        )
    return comparison


def _is_outcome(difference: Difference) -> bool:
    return difference.field is not None and not difference.field.startswith("arguments")


def align(
    legacy: Sequence[CanonicalEffect], objects: Sequence[CanonicalEffect], allowances: Sequence[Allowance] = ()
) -> tuple[Row, ...]:
    """Return two traces side by side, each step with its differences.

    Args:
        legacy: The measure.
        objects: What is held against it.
        allowances: What may cover a difference.
    """
    return tuple(_compared(_pairs(legacy, objects), allowances))


def _has_begun(observation: Observation) -> bool:
    """Tell whether a run came to what is to be compared, or a fault has kept it from that."""
    return bool(observation.entered or observation.faults)


def _nothing_entered(observation: Observation) -> str:
    return f"the run under the plan {str(observation.plan)!r} entered no work item"


def _why_not_compared(legacy: Observation, objects: Observation, entering: frozenset[str] | None) -> str | None:
    for observation in (legacy, objects):
        run = f"the run under the plan {str(observation.plan)!r}"
        if observation.set_up_error is not None:
            return f"{run} could not be set up: {observation.set_up_error!r}"
    if not _has_begun(legacy):
        return _nothing_entered(legacy)
    # A fault that strikes on one path only is a divergence with a place in the traces.
    waiting = {fault.where for fault in objects.unstruck}
    planted = [*legacy.faults, *objects.faults]
    # A scenario's own fault need not come to pass where another one strikes before.
    never = [f for f in legacy.unstruck if f in planted or (f.where in waiting and not planted)]
    if never:
        fault = never[0]
        return f"call {fault.nth} of {fault.operation} on {fault.channel}, which was to fail, never came"
    # What the other run does not enter, or enters besides, is a divergence with a place in the traces.
    if entering is not None and entering != legacy.entered:
        missed = ", ".join(sorted(entering - legacy.entered)) or "none"
        extra = ", ".join(sorted(legacy.entered - entering)) or "none"
        return f"the legacy path entered other work items than it should (missed: {missed}; besides: {extra})"
    return None


def _pairs(
    legacy: Sequence[CanonicalEffect], objects: Sequence[CanonicalEffect]
) -> Iterator[tuple[CanonicalEffect | None, CanonicalEffect | None]]:
    """Pair effects that are alike first, then, between them, effects that are the same step with other content."""
    alike = difflib.SequenceMatcher(None, [e.likeness for e in legacy], [e.likeness for e in objects], autojunk=False)
    for tag, a1, a2, b1, b2 in alike.get_opcodes():
        if tag == "equal":
            yield from zip(legacy[a1:a2], objects[b1:b2], strict=True)
            continue
        left, right = legacy[a1:a2], objects[b1:b2]
        steps = difflib.SequenceMatcher(None, [e.key for e in left], [e.key for e in right], autojunk=False)
        for step_tag, i1, i2, j1, j2 in steps.get_opcodes():
            if step_tag == "equal":
                yield from zip(left[i1:i2], right[j1:j2], strict=True)
            else:
                yield from ((effect, None) for effect in left[i1:i2])
                yield from ((None, effect) for effect in right[j1:j2])


def _compared(
    pairs: Iterable[tuple[CanonicalEffect | None, CanonicalEffect | None]], allowances: Sequence[Allowance]
) -> Iterator[Row]:
    for number, (left, right) in enumerate(pairs):
        found: Iterable[tuple[str | None, Any, Any]]
        if left is not None and right is not None:
            found = _differences(left, right)
        else:
            found = [(None, left or ABSENT, right or ABSENT)]
        effect = left or right
        assert effect is not None
        differences = (
            Difference(effect.channel, effect.operation, effect.service, path, a, b, number, effect.effect.scope)
            for path, a, b in found
        )
        yield Row(left, right, tuple(_allowed(difference, allowances) for difference in differences))


def _allowed(difference: Difference, allowances: Iterable[Allowance]) -> Difference:
    """Return a difference with what covers it."""
    allowance = next((allowance for allowance in allowances if allowance.covers(difference)), None)
    return difference if allowance is None else dataclasses.replace(difference, allowance=allowance)


def _differences(left: CanonicalEffect, right: CanonicalEffect) -> Iterator[tuple[str, Any, Any]]:
    if left.service != right.service:
        yield "service", left.service, right.service
    yield from _field_differences(left.content, right.content, "")


def _field_differences(a: Any, b: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    if a == b or LAZY in (a, b):
        return
    if isinstance(a, dict) and isinstance(b, dict):
        for key in [*a, *(key for key in b if key not in a)]:
            left, right = a.get(key, ABSENT), b.get(key, ABSENT)
            if left != right:
                yield from _field_differences(left, right, f"{path}.{key}" if path else key)
    elif isinstance(a, list) and isinstance(b, list) and (items := _items(a, b)) is not None:
        for n, (left, right) in enumerate(items):
            yield from _field_differences(left, right, f"{path}[{n}]")
    else:
        yield path, a, b


def _items(a: list[Any], b: list[Any]) -> Iterable[tuple[Any, Any]] | None:
    """Pair the items of two lists that are the same things; None if there is no telling which are."""
    common = min(len(a), len(b))
    if len(a) == len(b) or a[:common] == b[:common]:
        return itertools.zip_longest(a, b, fillvalue=ABSENT)
    if all(isinstance(item, dict) and "id" in item for item in (*a, *b)):
        return _rows(a, b)
    return None


def _rows(a: list[dict[str, Any]], b: list[dict[str, Any]]) -> Iterator[tuple[Any, Any]]:
    """Pair rows that say the same: ids are numbers that follow from how many rows there were."""
    said_by_a, said_by_b = (
        [str({name: value for name, value in row.items() if name != "id"}) for row in rows] for rows in (a, b)
    )
    for _, a1, a2, b1, b2 in difflib.SequenceMatcher(None, said_by_a, said_by_b, autojunk=False).get_opcodes():
        yield from itertools.zip_longest(a[a1:a2], b[b1:b2], fillvalue=ABSENT)
