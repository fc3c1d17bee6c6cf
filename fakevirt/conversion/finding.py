"""What one comparison found, as plain data that can leave the process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from fakevirt.conversion.allowance import Allowance
from fakevirt.conversion.board_row import BoardRow, row_of
from fakevirt.conversion.comparison import Comparison, Verdict
from fakevirt.conversion.handover import Handover, handovers
from fakevirt.conversion.html.diagram import Diagram
from fakevirt.manager.plan import ConversionPlan


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found when a scenario ran under a plan.

    Args:
        scenario: The scenario's name.
        plan: The plan that was held against the legacy path.
        verdict: The verdict.
        rows: A row of the board for each converted work item that was entered.
        used: The allowances that covered something.
        matter: The work items that the scenario enters, and those whose call path either run asked for besides.
        handovers: What the run under the plan handed on.
        diagram: The two traces, where a report is to show them.
    """

    scenario: str
    plan: ConversionPlan
    verdict: Verdict
    rows: tuple[BoardRow, ...]
    used: frozenset[Allowance]
    matter: frozenset[str]
    handovers: frozenset[Handover]
    diagram: Diagram | None = None

    @classmethod
    def of(cls, scenario: str, comparison: Comparison, entering: Sequence[str]) -> Self:
        """Return what a comparison found.

        Args:
            scenario: The scenario's name.
            comparison: The comparison.
            entering: The work items that the scenario enters.
        """
        plan = comparison.objects.plan
        return cls(
            scenario,
            plan,
            comparison.verdict,
            tuple(row_of(work_item, scenario, comparison) for work_item in entering if work_item in plan.converted),
            comparison.used,
            frozenset(comparison.legacy.trace.consulted).union(comparison.objects.trace.consulted, entering),
            handovers(comparison.objects),
        )
