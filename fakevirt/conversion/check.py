"""Checking a work item: both call paths, the same scenario, each in a world of its own."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from fakevirt.cloud import Cloud
from fakevirt.conversion import report
from fakevirt.conversion.allowance import Allowance
from fakevirt.conversion.comparison import Comparison, compare
from fakevirt.conversion.known import KNOWN
from fakevirt.conversion.observation import Observation, observe
from fakevirt.conversion.scenarios import Scenario, scenario_named
from fakevirt.driver.profile import Profile
from fakevirt.instrument.faults import Fault
from fakevirt.manager.plan import ConversionPlan, check_work_item


class ConversionError(AssertionError):
    """The two call paths differ, or were not compared; the message has the aligned traces.

    Args:
        message: The whole message.
        comparison: What was found.
    """

    def __init__(self, message: str, comparison: Comparison) -> None:
        super().__init__(message)
        self.comparison = comparison


def check(
    work_item: str,
    scenario: str,
    *,
    plan: ConversionPlan | None = None,
    allow: Iterable[Allowance] = (),
    profile: Profile | None = None,
    reproduce: str | None = None,
    **cloud: Any,
) -> Comparison:
    """Compare a scenario under a plan with the same scenario on the legacy path.

    Args:
        work_item: The work item that it must enter.
        scenario: The scenario's name.
        plan: The plan that is held against the legacy path; everything converted, unless given.
        allow: Differences that must be there.
        profile: In which form the drivers of the run under the plan take instances; in any, unless given.
        reproduce: The line that repeats it; one of the command, unless given.
        **cloud: Arguments of the clouds besides the scenario's own, such as ``hosts`` of several releases.

    Returns:
        The comparison, whose verdict is SAME or ALLOWED.

    Raises:
        ConversionError: The verdict is another.
        UsageError: There is no such work item or scenario.
    """
    # pytest shows the line of the test and the message, and nothing in between.
    __tracebackhide__ = True
    check_work_item(work_item, where="conversion.check")
    chosen = scenario_named(scenario, work_item).with_cloud(**cloud)
    comparison = compare_scenario(chosen, plan or ConversionPlan.objects(), allow, profile=profile)
    raise_unless_passed(
        comparison,
        what=f"{work_item} / {scenario}",
        reproduce=reproduce or f"fakevirt verify --work-item {work_item} {chosen.options}",
    )
    return comparison


def compare_scenario(
    scenario: Scenario,
    plan: ConversionPlan,
    allow: Iterable[Allowance] = (),
    *,
    profile: Profile | None = None,
) -> Comparison:
    """Compare a scenario under ``plan`` with the same scenario on the legacy path."""
    with uncollected():
        measure = run(scenario, ConversionPlan.legacy())
        return compare_with(measure, scenario, plan, allow, profile=profile)


def compare_with(
    measure: Observation,
    scenario: Scenario,
    plan: ConversionPlan,
    allow: Iterable[Allowance] = (),
    *,
    profile: Profile | None = None,
) -> Comparison:
    """Compare a scenario under ``plan`` with what was observed of it on the legacy path.

    The measure is a run on drivers that take instances in any form: a profile is for the run that is held against it.
    """
    same = profile is None and plan == measure.plan
    observation = measure if same else run(scenario, plan, profile=profile)
    return compare(measure, observation, known=KNOWN, allow=allow, entering=scenario.enters)


def run(
    scenario: Scenario,
    plan: ConversionPlan,
    *,
    faults: Collection[Fault] = (),
    profile: Profile | None = None,
) -> Observation:
    """Run a scenario in a world of its own, with faults planted besides its own."""
    arguments = {"profile": profile, **scenario.cloud}
    with uncollected():
        return observe(plan, lambda p: Cloud(plan=p, **arguments), scenario.request, faults)


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """Let the garbage collector wait: a run keeps what it makes on its trace, and looking for garbage finds none."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def raise_unless_passed(comparison: Comparison, *, what: str, reproduce: str) -> None:
    """Raise ConversionError unless the two runs are the same but for allowances.

    Args:
        comparison: What was found.
        what: What was compared.
        reproduce: A line that does the same again.
    """
    __tracebackhide__ = True
    if not comparison.verdict.passes:
        raise ConversionError(report.describe(comparison, what=what, reproduce=reproduce), comparison)
