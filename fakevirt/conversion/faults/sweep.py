"""Every fault at every point of a scenario, on both call paths."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from fakevirt.conversion.check import run
from fakevirt.conversion.comparison import Comparison, compare
from fakevirt.conversion.faults.injection import Injection
from fakevirt.conversion.faults.points import RACES, Point, points, races
from fakevirt.conversion.invariants import Breach
from fakevirt.conversion.known import KNOWN
from fakevirt.conversion.known.faults import (
    ALLOWANCES,
    BREACHES,
    BREACHES_BY_RACES,
    OF_SECOND_WRITERS,
    KnownBreach,
)
from fakevirt.conversion.observation import Observation
from fakevirt.conversion.scenarios import Scenario
from fakevirt.manager.plan import CallPath, ConversionPlan
from fakevirt.usage_error import UsageError


class Mode(enum.Enum):
    """Which faults are swept."""

    SINGLE = "1"
    PAIRS = "2"
    RACES = "races"


def mode_of(choice: str) -> Mode:
    """Return the mode of a name, or raise UsageError."""
    try:
        return Mode(choice)
    except ValueError:
        raise UsageError(
            expected=f"a choice of faults: {', '.join(mode.value for mode in Mode)}",
            happened=f"{choice!r} is none",
            where="fakevirt verify --faults",
            how_to_go_on="take one of them; --faults alone is 1",
        ) from None


@dataclass(frozen=True, slots=True)
class FaultyRun:
    """Both call paths of a scenario under the same faults.

    Args:
        scenario: The scenario.
        work_item: The work item that the (last) point belongs to.
        injections: What was planted.
        comparison: What differs.
        legacy: What the fault has broken on the legacy path: what is broken without it does not count.
        objects: What it has broken on the object path.
        known: The known breaches that there are on the legacy path.
    """

    scenario: Scenario
    work_item: str
    injections: tuple[Injection, ...]
    comparison: Comparison
    legacy: frozenset[Breach]
    objects: frozenset[Breach]
    known: frozenset[KnownBreach]

    @property
    def improvements(self) -> frozenset[Breach]:
        """What is broken on the legacy path only."""
        return self.legacy - self.objects

    @property
    def regressions(self) -> frozenset[Breach]:
        """What is broken on the object path only."""
        return self.objects - self.legacy

    @property
    def unreviewed(self) -> frozenset[Breach]:
        """What is broken on the legacy path and known to nobody."""
        return frozenset(
            b for b in self.legacy if not any(k.covers(self.work_item, self.planted, b) for k in self.known)
        )

    @property
    def passes(self) -> bool:
        """Whether both paths do the same, and the object path breaks nothing more."""
        return self.comparison.verdict.passes and not self.regressions and not self.unreviewed

    @property
    def planted(self) -> str:
        """What was planted, in one line."""
        return " and ".join(map(str, self.injections)) or "no fault"

    @property
    def options(self) -> str:
        """What repeats it."""
        return fault_options(self.scenario, self.injections)


def fault_options(scenario: Scenario, injections: Iterable[Injection]) -> str:
    """Return the arguments of the command that repeat a faulty run."""
    return scenario.options + "".join(f" --fault '{injection}'" for injection in injections)


class Broken(NamedTuple):
    """What is broken at the end of a scenario's fault-free runs, on each call path."""

    legacy: frozenset[Breach]
    objects: frozenset[Breach]

    @classmethod
    def after(cls, comparison: Comparison) -> Broken:
        """Return what is broken at the end of both runs of a comparison."""
        return cls(comparison.legacy.breaches, comparison.objects.breaches)


def fault_free(scenario: Scenario) -> Comparison:
    """Run a scenario as it is, on both call paths."""
    return _compare(scenario, ())


def run_with(scenario: Scenario, without: Broken, work_item: str, injections: tuple[Injection, ...]) -> FaultyRun:
    """Run a scenario with faults on both call paths.

    Args:
        scenario: The scenario.
        without: What is broken without the faults.
        work_item: The work item that is under test.
        injections: What is planted.
    """
    comparison = _compare(scenario, injections)
    planted = " and ".join(map(str, injections))

    def broken(observation: Observation, without: frozenset[Breach]) -> frozenset[Breach]:
        return frozenset(
            breach
            for breach in observation.breaches - without
            if not any(known.covers(work_item, planted, breach) for known in OF_SECOND_WRITERS)
        )

    legacy = broken(comparison.legacy, without.legacy)
    objects = broken(comparison.objects, without.objects)
    reviewed = (*BREACHES, *BREACHES_BY_RACES)
    known = frozenset(k for k in reviewed if any(k.covers(work_item, planted, breach) for breach in legacy))
    return FaultyRun(scenario, work_item, injections, comparison, legacy, objects, known)


def planned(comparison: Comparison, work_item: str | None, mode: Mode) -> Iterator[tuple[Point, tuple[Injection, ...]]]:
    """Yield every point of a scenario with what can be planted there.

    Args:
        comparison: The fault-free runs.
        work_item: Only points that belong to this work item.
        mode: Which faults.
    """
    found = races(comparison) if mode is Mode.RACES else points(comparison)
    kinds = RACES if mode is Mode.RACES else None
    for point in found:
        if work_item in (None, point.work_item):
            yield point, tuple(point.injections(kinds))


def seconds(run: FaultyRun) -> Iterator[Injection]:
    """Yield what can go wrong after a first fault: the clean-up's own points, on both paths."""
    (first,) = run.injections
    struck = {
        path: next(
            (
                effect.began
                for effect in observation.trace
                if (effect.channel, effect.operation, effect.details.get("nth")) == first.on(path).where
            ),
            -1,
        )
        for path, observation in (
            (CallPath.LEGACY, run.comparison.legacy),
            (CallPath.OBJECTS, run.comparison.objects),
        )
    }
    for point in points(run.comparison):
        if point.legacy is None or point.objects is None or point.work_item != run.work_item:
            continue
        if point.legacy.began > struck[CallPath.LEGACY] and point.objects.began > struck[CallPath.OBJECTS]:
            yield from point.injections()


def _compare(scenario: Scenario, injections: tuple[Injection, ...]) -> Comparison:
    legacy, objects = (
        run(scenario, plan, faults=[injection.on(path) for injection in injections])
        for plan, path in ((ConversionPlan.legacy(), CallPath.LEGACY), (ConversionPlan.objects(), CallPath.OBJECTS))
    )
    return compare(legacy, objects, known=(*KNOWN, *ALLOWANCES) if injections else KNOWN)
