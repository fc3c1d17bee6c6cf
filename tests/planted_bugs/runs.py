"""The runs that planted bugs are seen by."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from fakevirt import releases
from fakevirt.conversion.check import compare_scenario
from fakevirt.conversion.comparison import Comparison
from fakevirt.conversion.difference import Difference
from fakevirt.conversion.faults.check import check_faults
from fakevirt.conversion.scenarios import SCENARIOS
from fakevirt.conversion.upgrades.cause import causes_of
from fakevirt.conversion.upgrades.cell import Cell, Support
from fakevirt.conversion.upgrades.run import CellRun, run_in
from fakevirt.instrument.canonical import CanonicalEffect
from fakevirt.manager.plan import ConversionPlan


class Seen(NamedTuple):
    """Something red.

    Args:
        channel: The channel of the effect; ``unversioned`` for what a conversion leaves behind, ``invariant`` for what
            a fault breaks, ``upgrade`` for a mix of releases.
        effect: What was done there, and the field that differs; for a mix of releases the kind of its cause.
    """

    channel: str
    effect: str

    def __str__(self) -> str:
        return f"{self.channel}: {self.effect}"


@dataclass(frozen=True)
class Outcome:
    """What a run has come to.

    Args:
        seen: What is red, the first first.
        legacy: What the legacy path did, where that is the measure.
    """

    seen: tuple[Seen, ...]
    legacy: tuple[CanonicalEffect, ...] = ()


@dataclass(frozen=True)
class Run:
    """A run that is red if there is anything to see.

    Args:
        label: What is run.
        run: Runs it.
    """

    label: str
    run: Callable[[], Outcome] = dataclasses.field(compare=False)

    def __call__(self) -> Outcome:
        """Run it."""
        return self.run()


def comparison(scenario: str, *, only: str | None = None) -> Run:
    """Return a comparison of a scenario.

    Args:
        scenario: Its name.
        only: The one work item that is converted; all are unless given.
    """
    plan = ConversionPlan.only(only) if only else ConversionPlan.objects()

    def run() -> Outcome:
        compared = compare_scenario(SCENARIOS[scenario], plan)
        assert compared.not_compared is None, compared.not_compared
        seen = list(_divergences(compared))
        # An old node takes nothing but dicts: what its peers send it is no leftover of theirs.
        if only is None and "version_cap" not in SCENARIOS[scenario].cloud:
            seen += _leftovers(compared)
        return Outcome(tuple(seen), compared.legacy.effects)

    return Run(scenario + (f" with {only} alone" if only else ""), run)


def faulty(scenario: str, *faults: str) -> Run:
    """Return a run of a scenario with faults."""

    def run() -> Outcome:
        both = check_faults(SCENARIOS[scenario], faults)
        broken = (Seen("invariant", breach.invariant) for breach in sorted(both.regressions))
        return Outcome((*_divergences(both.comparison), *broken), both.comparison.legacy.effects)

    return Run(f"{scenario} with {' and '.join(faults)}", run)


def mix(scenario: str, conductor: str, src: str, dst: str, *, pinned: bool = True) -> Run:
    """Return a run of a scenario on the object path in a mix of releases, held against one that is not mixed.

    Args:
        scenario: Its name.
        conductor: The release of the conductor.
        src: The release of the source.
        dst: The release of the destination.
        pinned: Whether clients send only what the oldest host takes.
    """
    cell = Cell(*map(releases.get, (conductor, src, dst)), Support.SUPPORTED)

    def run() -> Outcome:
        asked = SCENARIOS[scenario]
        if not pinned:
            asked = asked.with_cloud(version_cap=None)
        causes = causes_of(run_in(cell, asked, ConversionPlan.objects()), _at_home(scenario))
        # What happened stands before what it happened to.
        return Outcome(tuple(Seen("upgrade", f"{c.kind.value}: {re.split('[( ]', c.text)[0]}") for c in causes))

    return Run(f"{scenario}, {cell}" + ("" if pinned else ", unpinned"), run)


def _at_home(scenario: str) -> CellRun:
    home = Cell(releases.CURRENT, releases.CURRENT, releases.CURRENT, Support.SUPPORTED)
    return run_in(home, SCENARIOS[scenario], ConversionPlan.objects())


def _divergences(compared: Comparison) -> Iterator[Seen]:
    for difference in compared.divergences:
        words = [difference.operation, difference.field, _exception(difference)]
        yield Seen(difference.channel, " ".join(filter(None, words)))


def _exception(difference: Difference) -> str | None:
    """Return the class of what the object path raised, where that is what differs."""
    match difference.field, difference.objects:
        case "raised.exception", str(kind):
            return kind
        case "raised", {"exception": kind}:
            return str(kind)
        case _:
            return None


def _leftovers(compared: Comparison) -> Iterator[Seen]:
    for work_item in sorted(compared.objects.entered):
        left = compared.objects.leftovers(work_item)
        for effects in (left.raw_conductor_calls, left.dict_accesses, left.unversioned_arguments):
            yield from (Seen("unversioned", f"{effect.channel} {effect.operation}") for effect in effects)


@functools.cache
def unplanted(run: Run) -> Outcome:
    """Return what a run comes to as long as nothing is planted."""
    return run()
