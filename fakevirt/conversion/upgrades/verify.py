"""Everything that is known of upgrades: the matrix and the rehearsals."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fakevirt import releases as known_releases
from fakevirt.conversion.board import chosen_scenarios
from fakevirt.conversion.upgrades.matrix import UpgradeMatrix, fill_matrix
from fakevirt.conversion.upgrades.rehearsal import Rehearsal, rehearse
from fakevirt.conversion.verification import Failure, Progress
from fakevirt.conversion.workers import outcomes
from fakevirt.manager.plan import ConversionPlan
from fakevirt.releases import Release


@dataclass(frozen=True, slots=True)
class Upgrades:
    """What was found.

    Args:
        matrix: What each mix of releases did.
        rehearsals: Whole upgrades from each release to the next, on either path.
    """

    matrix: UpgradeMatrix
    rehearsals: tuple[Rehearsal, ...]

    @property
    def passes(self) -> bool:
        """Whether the object path survives every upgrade."""
        objects = (rehearsal for rehearsal in self.rehearsals if rehearsal.plan == ConversionPlan.objects())
        return self.matrix.passes and all(rehearsal.passes for rehearsal in objects)

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Nothing: what breaks stands below the matrix, with its mixes."""
        return ()

    def to_primitive(self) -> dict[str, Any]:
        """Return it as plain data."""
        rehearsals = [rehearsal.to_primitive() for rehearsal in self.rehearsals]
        return {**self.matrix.to_primitive(), "rehearsals": rehearsals, "passes": self.passes}


def verify_upgrades(
    work_item: str | None = None,
    scenario: str | None = None,
    *,
    releases: Sequence[Release] | None = None,
    processes: int = 1,
    progress: Progress = lambda made, needed: None,
    cloud: Mapping[str, Any] | None = None,
) -> Upgrades:
    """Run scenarios in every mix of releases, and rehearse an upgrade from each release to the next.

    Args:
        work_item: Only scenarios that enter this work item, and no rehearsals.
        scenario: Only this scenario, and no rehearsals; without one those scenarios that are meant for upgrades.
        releases: The releases, the oldest first; all that are registered unless given.
        processes: How many processes share the work.
        progress: Told how far it is.
        cloud: Arguments of the clouds besides the scenarios' own.

    Raises:
        UsageError: There is no such work item or scenario.
    """
    cloud = cloud or {}
    chosen = chosen_scenarios(work_item, scenario, **cloud)
    if scenario is None:
        chosen = [one for one in chosen if one.in_upgrades]
    mixed = tuple(releases or known_releases.registered())
    matrix = fill_matrix(chosen, mixed, processes=processes, progress=progress)
    wanted = [
        (old, new, plan, cloud)
        for old, new in itertools.pairwise(mixed)
        for plan in (ConversionPlan.objects(), ConversionPlan.legacy())
        if work_item is None and scenario is None
    ]
    found = {(r.old, r.new, r.plan): r for r in outcomes(_rehearse, wanted, processes=processes)}
    return Upgrades(matrix, tuple(found[which[:3]] for which in wanted))


def _rehearse(which: tuple[Release, Release, ConversionPlan, Mapping[str, Any]]) -> Rehearsal:
    old, new, plan, cloud = which
    return rehearse(old, new, plan, **cloud)
