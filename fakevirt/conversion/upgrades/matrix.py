"""What every mix of releases does with every work item, on the object path and on the legacy path."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from fakevirt.conversion.plans import in_order
from fakevirt.conversion.scenarios import Scenario
from fakevirt.conversion.upgrades.cause import Cause, causes_of
from fakevirt.conversion.upgrades.cell import Cell, Support, cells
from fakevirt.conversion.upgrades.run import CellRun, WireMessage, run_in
from fakevirt.conversion.verification import Progress
from fakevirt.conversion.workers import outcomes
from fakevirt.manager.plan import ConversionPlan
from fakevirt.releases import CURRENT, Release


class How(enum.Enum):
    """What a mix did with a work item, the best first."""

    NOT_ENTERED = "-"
    OBJECTS = "objects"
    BACKPORTED = "backported"
    DICT = "dict"
    FAILED = "FAILED"
    NOT_SUPPORTED = "n/a"


_PLANS = {"objects": ConversionPlan.objects(), "legacy": ConversionPlan.legacy()}


@dataclass(frozen=True, slots=True)
class CellResult:
    """What a mix did with a work item under one plan.

    Args:
        cell: The mix.
        work_item: The work item.
        path: ``objects`` or ``legacy``.
        how: What it did.
        messages: What went over the wire for it.
        causes: Why it failed, none if it did not.
    """

    cell: Cell
    work_item: str
    path: str
    how: How
    messages: tuple[WireMessage, ...] = ()
    causes: tuple[Cause, ...] = ()


@dataclass(frozen=True, slots=True)
class UpgradeMatrix:
    """The matrix.

    Args:
        releases: The releases that are mixed, the oldest first.
        work_items: The work items that the scenarios entered.
        results: What each mix did.
    """

    releases: tuple[Release, ...]
    work_items: tuple[str, ...]
    results: tuple[CellResult, ...]

    @property
    def passes(self) -> bool:
        """Whether the object path works in every mix that a rolling upgrade comes by."""
        return not self.broken

    @property
    def broken(self) -> list[CellResult]:
        """What fails in supported mixes on the object path."""
        return [
            result
            for result in self.results
            if result.how is How.FAILED and result.path == "objects" and result.cell.support is Support.SUPPORTED
        ]

    @property
    def rescued(self) -> list[CellResult]:
        """What fails in supported mixes on the legacy path, and works on the object path."""
        works = {(r.cell, r.work_item) for r in self.results if r.path == "objects" and r.how is not How.FAILED}
        return [
            result
            for result in self.results
            if result.path == "legacy"
            and result.how is How.FAILED
            and result.cell.support is Support.SUPPORTED
            and (result.cell, result.work_item) in works
        ]

    def of(self, work_item: str, path: str) -> list[CellResult]:
        """Return what every mix did with a work item on a call path."""
        return [r for r in self.results if r.work_item == work_item and r.path == path]

    def to_primitive(self) -> dict[str, Any]:
        """Return the matrix as plain data."""
        return {
            "releases": [release.name for release in self.releases],
            "passes": self.passes,
            "cells": [
                {
                    "conductor": result.cell.conductor.name,
                    "src": result.cell.source.name,
                    "dst": result.cell.destination.name,
                    "support": result.cell.support.value,
                    "work_item": result.work_item,
                    "path": result.path,
                    "how": result.how.value,
                    "causes": [str(cause) for cause in result.causes],
                    "messages": [asdict(message) for message in result.messages],
                }
                for result in self.results
            ],
        }


def fill_matrix(
    scenarios: Sequence[Scenario],
    releases: Sequence[Release],
    *,
    processes: int = 1,
    progress: Progress = lambda made, needed: None,
) -> UpgradeMatrix:
    """Run scenarios in every mix of releases.

    A run works if it ends, tells and leaves behind what it does in a cloud of the release that the conversion is made
    in, under the same plan.

    Args:
        scenarios: What is run.
        releases: The releases, the oldest first.
        processes: How many processes share the work.
        progress: Told how far it is.
    """
    mixes = [cell for cell in cells(releases) if cell.support is not Support.CONDUCTOR_TOO_OLD]
    found: list[_Found] = []
    for part in outcomes(_run, [_Task(scenario, tuple(mixes)) for scenario in scenarios], processes=processes):
        found += part
        progress(len(found), len(scenarios) * len(mixes) * len(_PLANS))
    work_items = in_order(frozenset().union(*(scenario.enters for scenario in scenarios)))
    return UpgradeMatrix(tuple(releases), tuple(work_items), tuple(_results(releases, work_items, found)))


@dataclass(frozen=True, slots=True)
class _Task:
    """A scenario in every mix."""

    scenario: Scenario
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """What a run did, held against the run at home."""

    cell: Cell
    scenario: Scenario
    path: str
    run: CellRun
    causes: tuple[Cause, ...]


def _run(task: _Task) -> list[_Found]:
    scenario = task.scenario
    unmixed = Cell(CURRENT, CURRENT, CURRENT, Support.SUPPORTED)
    found = []
    for path, plan in _PLANS.items():
        home = run_in(unmixed, scenario, plan)
        for cell in task.cells:
            run = run_in(cell, scenario, plan)
            found.append(_Found(cell, scenario, path, run, causes_of(run, home)))
    return found


def _results(releases: Sequence[Release], work_items: Iterable[str], found: Iterable[_Found]) -> Iterator[CellResult]:
    by_cell: dict[tuple[Cell, str], list[_Found]] = {}
    for one in found:
        by_cell.setdefault((one.cell, one.path), []).append(one)
    for work_item in work_items:
        for path in _PLANS:
            for cell in cells(releases):
                yield _result(cell, work_item, path, by_cell)


def _result(cell: Cell, work_item: str, path: str, by_cell: Mapping[tuple[Cell, str], Sequence[_Found]]) -> CellResult:
    if cell.support is Support.CONDUCTOR_TOO_OLD:
        return CellResult(cell, work_item, path, How.NOT_SUPPORTED)
    runs = [one for one in by_cell[cell, path] if work_item in one.scenario.enters]
    messages = tuple(m for one in runs for m in one.run.messages if m.work_item == work_item)
    # A failure counts to the work item that it happened in; where it shows only in what is left, to each that ran.
    causes = {str(cause): cause for one in runs for cause in _causes_in(work_item, one)}
    if causes:
        how = How.FAILED
    elif not runs:
        how = How.NOT_ENTERED
    elif path == "legacy" or any(message.payload == "dict" for message in messages):
        how = How.DICT
    elif any(work_item in one.run.backported for one in runs):
        how = How.BACKPORTED
    else:
        how = How.OBJECTS
    return CellResult(cell, work_item, path, how, messages, tuple(causes.values()))


def _causes_in(work_item: str, found: _Found) -> Iterator[Cause]:
    """Return the causes that count to a work item: where it happened in, and where what had failed before let it wait.

    What shows only in what is left behind counts to each that ran.
    """
    for number, cause in enumerate(found.causes):
        kept_waiting = number == 0 and work_item not in found.run.entered
        if kept_waiting or cause.work_item in (None, work_item):
            yield cause
