"""A sweep of one scenario, and one faulty run, for a person to read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fakevirt.conversion.faults import fault_report
from fakevirt.conversion.faults.fault_board import FaultBoard, sweep
from fakevirt.conversion.faults.injection import Injection
from fakevirt.conversion.faults.points import points
from fakevirt.conversion.faults.sweep import Broken, FaultyRun, Mode, fault_free, run_with
from fakevirt.conversion.scenarios import Scenario, scenario_named
from fakevirt.manager.plan import check_work_item
from fakevirt.usage_error import UsageError


class SweepError(AssertionError):
    """The two call paths differ under a fault, or one breaks what it should not; the message has the aligned traces.

    Args:
        message: The whole message.
        board: What was found.
    """

    def __init__(self, message: str, board: FaultBoard) -> None:
        super().__init__(message)
        self.board = board


def check_sweep(work_item: str | None, scenario: str, mode: Mode = Mode.SINGLE, **cloud: Any) -> FaultBoard:
    """Plant every fault at every point of a work item in a scenario, on both call paths, and compare.

    Args:
        work_item: The work item; None: all that the scenario enters.
        scenario: The scenario's name; it must enter the work item.
        mode: Which faults: single ones, pairs, or second writers.
        **cloud: Arguments of the clouds besides the scenario's own.

    Returns:
        The board, on which everything passes.

    Raises:
        SweepError: Something does not pass, or there is no point.
        UsageError: There is no such work item or scenario.
    """
    # pytest shows the line of the test and the message, and nothing in between.
    __tracebackhide__ = True
    if work_item is not None:
        check_work_item(work_item, where="conversion.sweep")
    chosen = scenario_named(scenario, work_item).with_cloud(**cloud)
    board = sweep([chosen], mode, work_item=work_item)
    if not board.passes:
        messages = [failure.message for failure in board.failures] or [
            f"{work_item or 'no work item'} has no point in {scenario}"
        ]
        raise SweepError("\n\n".join(messages), board)
    return board


def check_faults(scenario: Scenario, lines: Iterable[str]) -> FaultyRun:
    """Run a scenario with faults that were written down.

    Args:
        scenario: The scenario.
        lines: The faults, one a line.

    Raises:
        UsageError: One cannot be read, or the first strikes no point of the scenario.
    """
    injections = tuple(map(Injection.parse, lines))
    comparison = fault_free(scenario)
    first = injections[0]
    for point in points(comparison):
        if point.is_at(first):
            return run_with(scenario, Broken.after(comparison), point.work_item, injections)
    raise UsageError(
        expected="a fault at a step of the scenario that belongs to a work item",
        happened=f"there is no such step: {first}",
        where=f"fakevirt verify {scenario.options} --fault",
        how_to_go_on="copy the line from a report of this scenario",
    )


def tell(run: FaultyRun) -> str:
    """Return what there is to say of a faulty run, whether it passes or not."""
    if not run.passes:
        return fault_report.describe(run)
    lines = [f"{run.comparison.verdict.value}: {run.work_item} / {run.scenario.name} with {run.planted}"]
    lines += [f"  allowed:      {reason}" for reason in sorted({a.reason for a in run.comparison.used})]
    lines += [f"  known:        {reason}" for reason in sorted({known.reason for known in run.known})]
    lines += [f"  improvement:  only the legacy path breaks {breach}" for breach in sorted(run.improvements)]
    return "\n".join(lines)
