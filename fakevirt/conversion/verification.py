"""Every plan on every scenario, in as few runs as prove them all."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fakevirt.conversion import report
from fakevirt.conversion.check import compare_with, run
from fakevirt.conversion.comparison import Comparison, Verdict
from fakevirt.conversion.finding import Finding
from fakevirt.conversion.html.diagram import Diagram, diagram_of
from fakevirt.conversion.plans import in_order, plans_of, unproved
from fakevirt.conversion.reduction import Decision, reduced
from fakevirt.conversion.scenarios import Scenario, scenario_named
from fakevirt.conversion.workers import outcomes
from fakevirt.manager.plan import ConversionPlan, check_work_item

#: Called with the number of runs that were made and of those that are known to be needed.
Progress = Callable[[int, int], None]

#: How many runs are one task: a scenario with many is shared out, and each part makes one more, the legacy one.
_RUNS = 32


@dataclass(frozen=True, slots=True)
class Failure:
    """What does not pass, for a person to read.

    Args:
        scenario: The scenario's name.
        plan: A plan that fails.
        verdict: Its verdict.
        decided_by: The work items whose paths decide it, None if it was not compared.
        message: All that there is to say.
    """

    scenario: str
    plan: ConversionPlan
    verdict: Verdict
    decided_by: Decision | None
    message: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found.

    Args:
        findings: What each run found.
        failures: What does not pass; plans that fail for the same reason are one failure.
    """

    findings: tuple[Finding, ...]
    failures: tuple[Failure, ...]

    def under(self, plan: ConversionPlan) -> list[Finding]:
        """Return for each scenario the finding that proves ``plan``: that plan's, or one's that is the same run."""
        matter: dict[str, frozenset[str]] = {}
        for finding in self.findings:
            matter[finding.scenario] = matter.get(finding.scenario, frozenset()) | finding.matter
        proofs: dict[str, Finding] = {}
        for finding in self.findings:
            if not (finding.plan.converted ^ plan.converted) & matter[finding.scenario]:
                proofs.setdefault(finding.scenario, finding)
        return list(proofs.values())


class PlansError(AssertionError):
    """A partial conversion differs from the legacy path, or was not compared; the message has the aligned traces.

    Args:
        message: The whole message.
        verification: What was found.
    """

    def __init__(self, message: str, verification: Verification) -> None:
        super().__init__(message)
        self.verification = verification


def check_plans(work_item: str, scenario: str, plans: str = "singles", **cloud: Any) -> Verification:
    """Compare a scenario under many plans with its legacy path.

    Args:
        work_item: The work item that it must enter.
        scenario: The scenario's name.
        plans: The choice of plans: ``ends``, ``singles``, ``pairs`` or ``all``.
        **cloud: Arguments of the clouds besides the scenario's own.

    Returns:
        What was found; every plan passes.

    Raises:
        PlansError: One does not.
        UsageError: There is no such work item, scenario or choice.
    """
    __tracebackhide__ = True
    check_work_item(work_item, where="conversion.check_plans")
    chosen = scenario_named(scenario, work_item).with_cloud(**cloud)
    found = verify([chosen], plans_of(plans), options=f" --plans {plans}")
    if found.failures:
        raise PlansError("\n\n".join(failure.message for failure in found.failures), found)
    return found


def verify(
    scenarios: Sequence[Scenario],
    plans: Sequence[ConversionPlan],
    *,
    options: str = "",
    diagrams: bool = False,
    processes: int = 1,
    progress: Progress = lambda made, needed: None,
) -> Verification:
    """Compare every scenario under every plan with its legacy path.

    A plan is run only where it differs from those that were run in a work item whose call path some run of the scenario
    asked for.

    Args:
        scenarios: What is run.
        plans: The plans.
        options: What ``fakevirt verify --scenario NAME`` needs besides to repeat it.
        diagrams: Whether findings keep their traces as diagrams.
        processes: How many processes share the work.
        progress: Told how far it is.
    """
    found: dict[str, dict[ConversionPlan, Finding]] = {scenario.name: {} for scenario in scenarios}
    drawn = options if diagrams else None
    while tasks := [task for s in scenarios for task in _tasks(s, plans, found[s.name], drawn)]:
        made = sum(map(len, found.values()))
        needed = made + sum(len(task.plans) for task in tasks)
        for findings in outcomes(_compare, sorted(tasks, key=lambda task: -len(task.plans)), processes=processes):
            found[findings[0].scenario] |= {finding.plan: finding for finding in findings}
            made += len(findings)
            progress(made, needed)
    cases = [_Case(s, tuple(found[s.name].values()), options) for s in scenarios]
    failing = [case for case in cases if any(not finding.verdict.passes for finding in case.findings)]
    failures = {each[0].scenario: each for each in outcomes(_explain, failing, processes=processes)}
    return Verification(
        tuple(finding for case in cases for finding in case.findings),
        tuple(failure for s in scenarios for failure in failures.get(s.name, ())),
    )


def failure_of(scenario: Scenario, comparison: Comparison, options: str, decided_by: Decision | None = None) -> Failure:
    """Return a comparison that does not pass as a person reads it.

    Args:
        scenario: What ran.
        comparison: What was found.
        options: What ``fakevirt verify --scenario NAME`` needs besides to repeat it.
        decided_by: The work items whose paths decide it.
    """
    message = report.describe(
        comparison,
        what=f"{scenario.name} ({scenario.title})",
        reproduce=_reproduce(scenario, options),
        decided_by=None if decided_by is None else str(decided_by),
    )
    return Failure(scenario.name, comparison.objects.plan, comparison.verdict, decided_by, message)


def _reproduce(scenario: Scenario, options: str) -> str:
    return f"fakevirt verify {scenario.options}{options}"


@dataclass(frozen=True, slots=True)
class _Task:
    """Plans of a scenario, and the options of the command if their traces are to be drawn."""

    scenario: Scenario
    plans: tuple[ConversionPlan, ...]
    drawn: str | None


def _tasks(
    scenario: Scenario,
    plans: Sequence[ConversionPlan],
    found: Mapping[ConversionPlan, Finding],
    drawn: str | None,
) -> Iterator[_Task]:
    needed = unproved(plans, _matter(scenario, found.values()), found)
    for start in range(0, len(needed), _RUNS):
        yield _Task(scenario, tuple(needed[start : start + _RUNS]), drawn)


def _matter(scenario: Scenario, findings: Iterable[Finding]) -> frozenset[str]:
    return scenario.enters.union(*(finding.matter for finding in findings))


def _compare(task: _Task) -> list[Finding]:
    scenario = task.scenario
    measure = run(scenario, ConversionPlan.legacy())
    findings = []
    for plan in task.plans:
        comparison = compare_with(measure, scenario, plan)
        finding = Finding.of(scenario.name, comparison, in_order(scenario.enters))
        # Of the many partial plans only what fails is worth looking at.
        if task.drawn is not None and (plan == ConversionPlan.objects() or not finding.verdict.passes):
            finding = dataclasses.replace(finding, diagram=_diagram(scenario, comparison, finding, task.drawn))
        findings.append(finding)
    return findings


def _diagram(scenario: Scenario, comparison: Comparison, finding: Finding, options: str) -> Diagram:
    return diagram_of(
        comparison,
        name=scenario.name,
        title=scenario.title,
        work_items=[row.work_item for row in finding.rows],
        reproduce=_reproduce(scenario, options),
    )


@dataclass(frozen=True, slots=True)
class _Case:
    """A scenario with what was found of it."""

    scenario: Scenario
    findings: tuple[Finding, ...]
    options: str


def _explain(case: _Case) -> list[Failure]:
    """Return the failures of a scenario, each reduced."""
    scenario = case.scenario
    measure = run(scenario, ConversionPlan.legacy())
    matter = _matter(scenario, case.findings)
    passes = {finding.plan.converted & matter: finding.verdict.passes for finding in case.findings}

    def fails(converted: frozenset[str]) -> bool:
        if converted not in passes:
            passes[converted] = compare_with(measure, scenario, ConversionPlan(converted)).verdict.passes
        return not passes[converted]

    failures: list[Failure] = []
    for finding in case.findings:
        if finding.verdict.passes or any(_covers(failure, finding) for failure in failures):
            continue
        comparison = compare_with(measure, scenario, finding.plan)
        decided_by = None
        if comparison.verdict is Verdict.DIVERGED:
            decided_by = reduced(finding.plan, in_order(matter), fails)
        failures.append(failure_of(scenario, comparison, case.options, decided_by))
    return failures


def _covers(failure: Failure, finding: Finding) -> bool:
    """Tell whether a finding is told by a failure already: of what is not compared, one plan tells enough."""
    if failure.decided_by is None or finding.verdict is Verdict.NOT_COMPARED:
        return failure.verdict is finding.verdict
    return failure.decided_by.holds_in(finding.plan)
