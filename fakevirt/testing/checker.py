"""What the fixture ``conversion`` gives a test."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fakevirt.conversion.allowance import Allowance
from fakevirt.conversion.check import ConversionError, check
from fakevirt.conversion.comparison import Comparison
from fakevirt.conversion.faults.check import check_sweep
from fakevirt.conversion.faults.fault_board import FaultBoard
from fakevirt.conversion.faults.sweep import Mode
from fakevirt.conversion.upgrades.check import check_rehearsal, check_upgrades
from fakevirt.conversion.upgrades.rehearsal import Rehearsal
from fakevirt.conversion.upgrades.verify import Upgrades
from fakevirt.conversion.verification import Verification, check_plans
from fakevirt.driver.profile import Profile
from fakevirt.manager.plan import ConversionPlan
from fakevirt.releases import Release
from fakevirt.running_test import RunningTest
from fakevirt.testing import markers
from fakevirt.usage_error import UsageError


class ConversionChecker:
    """Compares scenarios for one test.

    Args:
        test: The test, whose markers say what is allowed.
    """

    def __init__(self, test: RunningTest) -> None:
        self._test = test

    def check(
        self,
        work_item: str | None = None,
        scenario: str | None = None,
        plan: ConversionPlan | None = None,
        allow: Iterable[Allowance] = (),
        profile: Profile | None = None,
    ) -> Comparison:
        """Compare a scenario under a plan with the same scenario on the legacy path.

        Args:
            work_item: The work item that it must enter; the marker ``work_item`` names it, unless given.
            scenario: The scenario's name.
            plan: The plan that is held against the legacy path; everything converted, unless given.
            allow: Differences that must be there, besides those of the nearest markers ``allow``.
            profile: In which form the drivers of the run under the plan take instances; in any, unless given.

        Returns:
            The comparison, whose verdict is SAME or ALLOWED.

        Raises:
            ConversionError: The verdict is another; the message has the aligned traces.
            UsageError: There is no such work item or scenario, or one is not named.
        """
        __tracebackhide__ = True
        named, scenario = self._named("check", work_item, scenario)
        try:
            comparison = check(
                named,
                scenario,
                plan=plan,
                profile=profile,
                allow=(*allow, *markers.allowances(self._test)),
                reproduce=self._test.reproduce if self._test.has_factories else None,
                **self._test.cloud_arguments,
            )
        except ConversionError as error:
            self._test.compared(scenario, error.comparison)
            raise
        self._test.compared(scenario, comparison)
        return comparison

    def check_upgrades(
        self,
        work_item: str | None = None,
        scenario: str | None = None,
        releases: Sequence[Release] | None = None,
    ) -> Upgrades:
        """Run scenarios in every mix of releases, and rehearse an upgrade from each release to the next.

        Args:
            work_item: Only scenarios that enter this work item; the marker ``work_item`` names it, unless given.
            scenario: Only this scenario; without one those that are meant for upgrades.
            releases: The releases, the oldest first; all that are registered unless given.

        Returns:
            What was found; the object path works in every mix that a rolling upgrade comes by.

        Raises:
            UpgradeError: It does not; the message has the matrix.
            UsageError: There is no such work item or scenario.
        """
        __tracebackhide__ = True
        named = work_item or markers.work_item(self._test)
        return check_upgrades(named, scenario, releases=releases, **self._test.cloud)

    def check_plans(
        self, work_item: str | None = None, scenario: str | None = None, plans: str = "singles"
    ) -> Verification:
        """Compare a scenario under many plans with its legacy path.

        Args:
            work_item: The work item that it must enter; the marker ``work_item`` names it, unless given.
            scenario: The scenario's name.
            plans: The choice of plans: ``ends``, ``singles`` (each work item alone, and all but each), ``pairs`` or
                ``all``.

        Returns:
            What was found; every plan passes.

        Raises:
            PlansError: One does not; the message has the aligned traces and the work items that decide it.
            UsageError: There is no such work item, scenario or choice, or one is not named.
        """
        __tracebackhide__ = True
        named, scenario = self._named("check_plans", work_item, scenario)
        return check_plans(named, scenario, plans, **self._test.cloud_arguments)

    def rehearse(self, old: Release | str, new: Release | str) -> Rehearsal:
        """Rehearse a whole upgrade from one release to the next, everything converted.

        Args:
            old: The release that it begins with.
            new: The release that it leads to.

        Returns:
            Its steps, which all ended as without an upgrade.

        Raises:
            UpgradeError: One did not.
            UsageError: There is no such release.
        """
        __tracebackhide__ = True
        return check_rehearsal(old, new, **self._test.cloud)

    def sweep(self, work_item: str | None = None, scenario: str | None = None, mode: Mode = Mode.SINGLE) -> FaultBoard:
        """Plant every fault at every point of a work item in a scenario, on both call paths, and compare.

        Args:
            work_item: The work item; the marker ``work_item`` names it, unless given. All that the scenario enters, if
                there is no marker either.
            scenario: The scenario's name; it must enter the work item.
            mode: Which faults: single ones, pairs, or second writers.

        Returns:
            The board, on which everything passes.

        Raises:
            SweepError: The paths differ under a fault, or one breaks what it should not; the message has the traces.
            UsageError: There is no such work item or scenario, or one is not named.
        """
        __tracebackhide__ = True
        named = work_item or markers.work_item(self._test)
        if scenario is None:
            named, scenario = self._named("sweep", named, scenario)
        return check_sweep(named, scenario, mode, **self._test.cloud_arguments)

    def _named(self, method: str, work_item: str | None, scenario: str | None) -> tuple[str, str]:
        work_item = work_item or markers.work_item(self._test)
        if work_item is None or scenario is None:
            raise UsageError(
                expected="the name of a work item and the name of a scenario",
                happened=f"work_item={work_item!r}, scenario={scenario!r}",
                where=f"conversion.{method} in {self._test.name}",
                how_to_go_on=f'write conversion.{method}("live_migration", "shared_storage"), or give the test the '
                f'marker work_item("live_migration") and write conversion.{method}(scenario="shared_storage")',
            )
        return work_item, scenario
