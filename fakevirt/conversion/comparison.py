"""Two observations of the same request side by side: the aligned traces, their differences and the verdict."""

from __future__ import annotations

import dataclasses
import difflib
import enum
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

        A difference counts for the work item in which it shows, a divergence in none of them for all, and an allowed
        difference for the work item whose conversion brings it.
        """
        if self.not_compared is not None:
            return Verdict.NOT_COMPARED
        entered = self.legacy.entered | self.objects.entered
        if self.unused or any(d.scope == work_item or d.scope not in entered for d in self.divergences):
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
        entering: The work items that the measure must have entered, no more and no fewer; any, unless given.

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
    return Comparison(legacy, objects, rows, unused=tuple(a for a in allow if a not in used))


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


def _why_not_compared(legacy: Observation, objects: Observation, entering: frozenset[str] | None) -> str | None:
    for observation in (legacy, objects):
        run = f"the run under the plan {str(observation.plan)!r}"
        if observation.set_up_error is not None:
            return f"{run} could not be set up: {observation.set_up_error!r}"
        if not observation.entered:
            return f"{run} entered no work item"
    # A fault that strikes on one path only is a divergence with a place in the traces.
    never = [fault for fault in legacy.unstruck if fault.where in {other.where for other in objects.unstruck}]
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
            found = _field_differences(left.content, right.content, "")
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


def _field_differences(a: Any, b: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    if a == b or LAZY in (a, b):
        return
    if isinstance(a, dict) and isinstance(b, dict):
        for key in [*a, *(key for key in b if key not in a)]:
            left, right = a.get(key, ABSENT), b.get(key, ABSENT)
            if left != right:
                yield from _field_differences(left, right, f"{path}.{key}" if path else key)
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for n, (left, right) in enumerate(zip(a, b, strict=True)):
            yield from _field_differences(left, right, f"{path}[{n}]")
    else:
        yield path, a, b
