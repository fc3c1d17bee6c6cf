"""The runs that planted bugs are seen by."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from fakevirt import releases
from fakevirt.conversion.check import compare_scenario, run
from fakevirt.conversion.comparison import Comparison
from fakevirt.conversion.difference import Difference
from fakevirt.conversion.faults.check import check_faults
from fakevirt.conversion.scenarios import SCENARIOS
from fakevirt.conversion.upgrades.cause import causes_of
from fakevirt.conversion.upgrades.cell import Cell, Support
from fakevirt.conversion.upgrades.run import CellRun, run_in
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
class Run:
    """A run that is red if there is anything to see.

    Args:
        label: What is run.
        look: Runs it and yields what it sees, the first first.
        legacy: Returns what the legacy path does in it, where that is the measure.
    """

    label: str
    look: Callable[[], Iterator[Seen]] = dataclasses.field(compare=False)
    legacy: Callable[[], object] = dataclasses.field(compare=False, default=lambda: None)

    def __call__(self) -> list[Seen]:
        """Run, and return what is seen."""
        return list(self.look())


def comparison(scenario: str, *, only: str | None = None) -> Run:
    """Return a comparison of a scenario.

    Args:
        scenario: Its name.
        only: The one work item that is converted; all are unless given.
    """
    plan = ConversionPlan.only(only) if only else ConversionPlan.objects()

    def look() -> Iterator[Seen]:
        compared = compare_scenario(SCENARIOS[scenario], plan)
        assert compared.not_compared is None, compared.not_compared
        yield from _divergences(compared)
        # An old node takes nothing but dicts: what its peers send it is no leftover of theirs.
        if only is None and "version_cap" not in SCENARIOS[scenario].cloud:
            yield from _leftovers(compared)

    def legacy() -> object:
        return run(SCENARIOS[scenario], ConversionPlan.legacy()).effects

    return Run(scenario + (f" with {only} alone" if only else ""), look, legacy)


def faulty(scenario: str, *faults: str) -> Run:
    """Return a run of a scenario with faults."""

    def look() -> Iterator[Seen]:
        both = check_faults(SCENARIOS[scenario], faults)
        yield from _divergences(both.comparison)
        yield from (Seen("invariant", breach.invariant) for breach in sorted(both.regressions))

    return Run(f"{scenario} with {' and '.join(faults)}", look)


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

    def look() -> Iterator[Seen]:
        asked = SCENARIOS[scenario]
        if not pinned:
            asked = dataclasses.replace(asked, cloud={**asked.cloud, "version_cap": None})
        mixed = run_in(cell, asked, ConversionPlan.objects())
        for cause in causes_of(mixed, _at_home(scenario)):
            # What was told stands before what it was told with.
            yield Seen("upgrade", f"{cause.kind.value}: {re.split('[( ]', cause.text)[0]}")

    return Run(f"{scenario}, {cell}" + ("" if pinned else ", unpinned"), look)


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
def sees_nothing_of_itself(run: Run) -> bool:
    """Tell whether a run is green as long as nothing is planted."""
    return not run()


@functools.cache
def measure(run: Run) -> object:
    """Return what the legacy path does in a run as long as nothing is planted."""
    return run.legacy()
