"""Checking that the object path survives upgrades."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from fakevirt.conversion.upgrades.rehearsal import Rehearsal, rehearse
from fakevirt.conversion.upgrades.verify import Upgrades, verify_upgrades
from fakevirt.manager.plan import ConversionPlan
from fakevirt.releases import Release, get


class UpgradeError(AssertionError):
    """The object path does not survive an upgrade.

    Args:
        message: The whole message.
        upgrades: What was found.
    """

    def __init__(self, message: str, upgrades: Upgrades | Rehearsal) -> None:
        super().__init__(message)
        self.upgrades = upgrades


def check_upgrades(
    work_item: str | None = None,
    scenario: str | None = None,
    *,
    releases: Sequence[Release] | None = None,
    **cloud: Any,
) -> Upgrades:
    """Run scenarios in every mix of releases, and rehearse an upgrade from each release to the next.

    Args:
        work_item: Only scenarios that enter this work item.
        scenario: Only this scenario; without one those that are meant for upgrades.
        releases: The releases, the oldest first; all that are registered unless given.
        **cloud: Arguments of the clouds besides the scenarios' own.

    Raises:
        UpgradeError: The object path does not work in a mix that a rolling upgrade comes by, or in a rehearsal.
        UsageError: There is no such work item or scenario.
    """
    __tracebackhide__ = True
    upgrades = verify_upgrades(work_item, scenario, releases=releases, cloud=cloud)
    if upgrades.passes:
        return upgrades
    names = {"--work-item": work_item, "--scenario": scenario}
    options = "".join(f" {option} {name}" for option, name in names.items() if name is not None)
    lines = [
        "expected:     the object path ends in every mix of releases as it does without an upgrade",
        *_failures(upgrades),
        f"how to go on: fakevirt verify --upgrade{options} shows every mix",
    ]
    raise UpgradeError("\n".join(lines), upgrades)


def check_rehearsal(old: Release | str, new: Release | str, **cloud: Any) -> Rehearsal:
    """Rehearse a whole upgrade from one release to the next, everything converted.

    Args:
        old: The release that it begins with.
        new: The release that it leads to.
        **cloud: Other arguments of the clouds.

    Raises:
        UpgradeError: A step ends otherwise than without an upgrade.
        UsageError: There is no such release.
    """
    __tracebackhide__ = True
    rehearsal = rehearse(get(old), get(new), ConversionPlan.objects(), **cloud)
    if rehearsal.passes:
        return rehearsal
    lines = [
        "expected:     every step of the upgrade ends as it does without an upgrade",
        *_failure(rehearsal),
        "how to go on: fakevirt verify --upgrade shows every step",
    ]
    raise UpgradeError("\n".join(lines), rehearsal)


def _failures(upgrades: Upgrades) -> Iterator[str]:
    for result in upgrades.matrix.broken:
        for cause in result.causes:
            yield f"happened:     {cause}"
            yield f"where:        {result.work_item}, {result.cell}"
    for rehearsal in upgrades.rehearsals:
        if rehearsal.plan == ConversionPlan.objects() and not rehearsal.passes:
            yield from _failure(rehearsal)


def _failure(rehearsal: Rehearsal) -> Iterator[str]:
    step = next(step for step in rehearsal.steps if step.causes)
    yield f"happened:     {step.causes[0]}"
    yield f"where:        {step.step!r} of the upgrade from {rehearsal.old} to {rehearsal.new}"
