"""Which work items depend on what the methods of a driver accept."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from fakevirt.conversion.board_row import BoardRow, row_of
from fakevirt.conversion.check import compare_with, run
from fakevirt.conversion.comparison import Comparison
from fakevirt.conversion.finding import Finding
from fakevirt.conversion.plans import in_order
from fakevirt.conversion.scenarios import Scenario
from fakevirt.conversion.verification import Failure, Progress, Verification, failure_of
from fakevirt.conversion.workers import outcomes
from fakevirt.driver.profile import Profile
from fakevirt.manager.plan import ConversionPlan


def verify_profile(
    scenarios: Sequence[Scenario],
    profile: Profile,
    *,
    options: str = "",
    processes: int = 1,
    progress: Progress = lambda made, needed: None,
) -> Verification:
    """Compare every scenario, all converted and on drivers with a profile, with the legacy path on drivers without.

    What fails at a driver goes no further, so that a later work item would not come to call it. Hence a scenario that
    fails runs once more with drivers that are lenient to the work item that was to blame, until none is.

    Args:
        scenarios: What is run.
        profile: In which form the drivers take instances.
        options: What ``fakevirt verify --scenario NAME`` needs besides to repeat it.
        processes: How many processes share the work.
        progress: Told how far it is.

    Returns:
        What was found; of each work item that was to blame, the first scenario is among the failures.
    """
    found: dict[str, tuple[Finding, dict[str | None, Failure]]] = {}
    tasks = [_Task(scenario, profile, options) for scenario in scenarios]
    for finding, failures in outcomes(_compare, tasks, processes=processes):
        found[finding.scenario] = finding, failures
        progress(len(found), len(tasks))
    first: dict[str | None, Failure] = {}
    for scenario in scenarios:
        first = {**found[scenario.name][1], **first}
    return Verification(tuple(found[scenario.name][0] for scenario in scenarios), tuple(first.values()))


@dataclass(frozen=True, slots=True)
class _Task:
    scenario: Scenario
    profile: Profile
    options: str


def _compare(task: _Task) -> tuple[Finding, dict[str | None, Failure]]:
    """Return what was found of a scenario, and what failed by the work item to blame, None if there is none."""
    scenario = task.scenario
    measure = run(scenario, ConversionPlan.legacy())
    by_blame: dict[str, Comparison] = {}
    while True:
        profile = task.profile.lenient_to(*by_blame)
        comparison = compare_with(measure, scenario, ConversionPlan.objects(), profile=profile)
        to_blame = comparison.to_blame
        if to_blame is None or to_blame in by_blame or to_blame not in scenario.enters:
            break
        by_blame[to_blame] = comparison
    failing: dict[str | None, Comparison] = dict(by_blame.items())
    if not comparison.verdict.passes:
        failing[None] = comparison
    finding = Finding.of(scenario.name, comparison, in_order(scenario.enters))
    if failing:
        finding = dataclasses.replace(
            finding,
            verdict=next(iter(failing.values())).verdict,
            rows=tuple(_blamed(row, by_blame.get(row.work_item)) for row in finding.rows),
        )
    return finding, {to_blame: failure_of(scenario, c, task.options) for to_blame, c in failing.items()}


def _blamed(row: BoardRow, comparison: Comparison | None) -> BoardRow:
    if comparison is None:
        return row
    red = row_of(row.work_item, row.scenarios[0], comparison)
    return dataclasses.replace(row, verdict=red.verdict, parts_at=red.parts_at)
