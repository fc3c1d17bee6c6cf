"""The board: one row for each work item, over all its scenarios."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fakevirt.conversion.allowance import Allowance
from fakevirt.conversion.board_row import BoardRow, merged, worst
from fakevirt.conversion.comparison import Verdict
from fakevirt.conversion.finding import Finding
from fakevirt.conversion.html.diagram import Diagram
from fakevirt.conversion.known import KNOWN, in_time
from fakevirt.conversion.plans import plans_of
from fakevirt.conversion.readiness import verify_profile
from fakevirt.conversion.scenarios import SCENARIOS, Scenario, scenario_named
from fakevirt.conversion.verification import Failure, Progress, Verification, verify
from fakevirt.driver.profile import Profile
from fakevirt.manager.plan import ConversionPlan, check_work_item
from fakevirt.manager.work_items import item_names


@dataclass(frozen=True, slots=True)
class Board:
    """The state of the whole conversion.

    Args:
        plans: How many plans were proved on each scenario, or refuted.
        findings: What each run found.
        failures: What does not pass.
        rows: One row for each work item, from the runs in which everything is converted.
        unused: Known allowances that covered nothing although everything was compared.
    """

    plans: int
    findings: tuple[Finding, ...]
    failures: tuple[Failure, ...]
    rows: tuple[BoardRow, ...]
    unused: tuple[Allowance, ...]

    @property
    def passes(self) -> bool:
        """Whether every verdict passes, nothing unversioned is left and no allowance is unused."""
        return (
            not self.unused
            and all(finding.verdict.passes for finding in self.findings)
            and not any(row.raw_conductor_calls or row.dict_accesses or row.unversioned_arguments for row in self.rows)
        )

    def with_audit(self, findings: Mapping[str, int]) -> Board:
        """Return the board with what an audit finds in the code of each work item.

        Args:
            findings: How many findings each work item has; those that are not named have none.
        """
        rows = tuple(replace(row, left_in_the_code=findings.get(row.work_item, 0)) for row in self.rows)
        return replace(self, rows=rows)

    @property
    def extent(self) -> str:
        """How much was proved by how much, in words."""
        return f"{self.plans} plan{'s' * (self.plans > 1)}, {len(self.findings)} runs"

    @property
    def reasons(self) -> list[str]:
        """The reasons of the allowances that were used, each once."""
        return sorted({allowance.reason for finding in self.findings for allowance in finding.used})

    @property
    def diagrams(self) -> list[Diagram]:
        """The traces of each scenario with everything converted, and of each plan that is told as a failure."""
        told = {(failure.scenario, failure.plan) for failure in self.failures}
        return [
            finding.diagram
            for finding in self.findings
            if finding.diagram is not None
            and (finding.plan == ConversionPlan.objects() or (finding.scenario, finding.plan) in told)
        ]

    def verdict_on_legacy(self, row: BoardRow) -> Verdict | None:
        """Return the worst verdict on a work item's scenarios with nothing converted, None if they were not run so."""
        legacy, scenarios = ConversionPlan.legacy(), frozenset(row.scenarios)
        return worst(f.verdict for f in self.findings if f.plan == legacy and f.scenario in scenarios)

    def verdict_on_partial_plans(self, row: BoardRow) -> Verdict | None:
        """Return the worst verdict on a work item under plans between nothing and everything, None if there were none.

        What fails under a plan and is none of its converted work items' fault counts for all that the scenario enters.
        """
        ends, scenarios = {ConversionPlan.legacy(), ConversionPlan.objects()}, frozenset(row.scenarios)
        verdicts = []
        for finding in self.findings:
            if finding.plan in ends or finding.scenario not in scenarios:
                continue
            on_rows = {one.work_item: one.verdict for one in finding.rows}
            if not finding.verdict.passes and all(verdict.passes for verdict in on_rows.values()):
                verdicts.append(finding.verdict)
            elif row.work_item in on_rows:
                verdicts.append(on_rows[row.work_item])
        return worst(verdicts)

    def to_primitive(self) -> dict[str, Any]:
        """Return the board as JSON has it."""
        return {
            "passes": self.passes,
            "plans": self.plans,
            "runs": len(self.findings),
            "work_items": [
                {
                    **row.to_primitive(),
                    "verdict_on_legacy": _value(self.verdict_on_legacy(row)),
                    "verdict_on_partial_plans": _value(self.verdict_on_partial_plans(row)),
                }
                for row in self.rows
            ],
            "scenarios": {f.scenario: f.verdict.value for f in self.findings if f.plan == ConversionPlan.objects()},
            "failures": [
                {
                    "scenario": failure.scenario,
                    "plan": str(failure.plan),
                    "verdict": failure.verdict.value,
                    "decided_by": None if failure.decided_by is None else dict(failure.decided_by.paths),
                }
                for failure in self.failures
            ],
            "allowances": self.reasons,
            "unused_allowances": [allowance.reason for allowance in self.unused],
        }


def chosen_scenarios(work_item: str | None = None, scenario: str | None = None, **cloud: Any) -> list[Scenario]:
    """Return the scenarios to compare, in the order in which they are declared.

    Args:
        work_item: Only those that enter it.
        scenario: Only the one of this name.
        **cloud: Arguments of their clouds besides their own, such as ``manager``.

    Raises:
        UsageError: There is no such work item or scenario.
    """
    if work_item is not None:
        check_work_item(work_item, where="fakevirt verify --work-item")
    if scenario is not None:
        return [scenario_named(scenario, work_item).with_cloud(**cloud)]
    return [s.with_cloud(**cloud) for s in SCENARIOS.values() if work_item is None or work_item in s.enters]


def fill_board(
    scenarios: Sequence[Scenario],
    *,
    work_item: str | None = None,
    plans: str = "ends",
    profile: Profile | None = None,
    processes: int = 1,
    options: str = "",
    diagrams: bool = False,
    progress: Progress = lambda made, needed: None,
) -> Board:
    """Compare scenarios and draw up the board.

    Args:
        scenarios: What to compare.
        work_item: Only a row for this one; for all that are entered, unless given.
        plans: The choice of plans: ``ends``, ``singles``, ``pairs`` or ``all``.
        profile: In which form the drivers take instances; with it, everything is converted whatever ``plans`` says.
        processes: How many processes share the work.
        options: What ``fakevirt verify --scenario NAME`` needs besides to repeat what fails.
        diagrams: Whether findings keep their traces as diagrams, for a report.
        progress: Told how many runs were made, and how many are known to be needed.

    Returns:
        The board.

    Raises:
        UsageError: There is no such choice of plans, or a process died.
    """
    chosen = plans_of(plans)
    if profile is None:
        found = verify(scenarios, chosen, options=options, diagrams=diagrams, processes=processes, progress=progress)
    else:
        chosen = (ConversionPlan.objects(),)
        found = verify_profile(scenarios, profile, options=options, processes=processes, progress=progress)
    names = [work_item] if work_item else [n for n in item_names() if any(n in s.enters for s in scenarios)]
    unused: tuple[Allowance, ...] = ()
    # What a project's own manager need not be allowed is no mistake of the list.
    if len(scenarios) == len(SCENARIOS) and not any("manager" in scenario.cloud for scenario in scenarios):
        expected = (allowance for allowance in KNOWN if allowance not in in_time.ALLOWANCES)
        unused = tuple(a for a in expected if not any(a in finding.used for finding in found.findings))
    return Board(len(chosen), found.findings, found.failures, tuple(_row(name, found) for name in names), unused)


def _value(verdict: Verdict | None) -> str | None:
    return None if verdict is None else verdict.value


def _row(work_item: str, found: Verification) -> BoardRow:
    findings = found.under(ConversionPlan.objects())
    return merged([row for finding in findings for row in finding.rows if row.work_item == work_item])
