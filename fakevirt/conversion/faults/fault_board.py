"""What a sweep found: every point of every scenario, spread over processes."""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fakevirt.conversion.comparison import Comparison, Verdict
from fakevirt.conversion.faults import fault_report
from fakevirt.conversion.faults.injection import Injection
from fakevirt.conversion.faults.sweep import Broken, FaultyRun, Mode, fault_free, planned, run_with, seconds
from fakevirt.conversion.known.faults import BREACHES, KnownBreach
from fakevirt.conversion.plans import in_order
from fakevirt.conversion.scenarios import Scenario
from fakevirt.conversion.workers import outcomes

#: How many faulty runs are one task: few enough that no process waits long for the last of another.
_RUNS = 24


@dataclass(frozen=True, slots=True)
class FaultFinding:
    """What a faulty run found, as plain data that can leave the process.

    Args:
        scenario: The scenario's name.
        work_item: The work item that the point belongs to.
        options: What repeats it.
        verdict: The verdict on the traces.
        passes: Whether nothing is to be done.
        improvements: What only the legacy path has broken.
        reasons: The reasons of the allowances that covered something.
        known: The known breaches that there are.
        cause: What failures of the same kind have in common; empty where it passes.
        message: All that there is to say of a failure.
    """

    scenario: str
    work_item: str
    options: str
    verdict: Verdict
    passes: bool
    improvements: tuple[str, ...]
    reasons: frozenset[str]
    known: frozenset[KnownBreach]
    cause: str = ""
    message: str = ""

    @classmethod
    def of(cls, run: FaultyRun) -> FaultFinding:
        """Return what a faulty run found."""
        failed = {} if run.passes else {"cause": fault_report.cause(run), "message": fault_report.describe(run)}
        return cls(
            run.scenario.name,
            run.work_item,
            run.options,
            run.comparison.verdict,
            run.passes,
            tuple(map(str, sorted(run.improvements))),
            frozenset(allowance.reason for allowance in run.comparison.used),
            run.known,
            **failed,
        )


@dataclass(frozen=True, slots=True)
class FaultRow:
    """A work item's row.

    Args:
        work_item: Its name.
        points: How many points both paths come to.
        runs: How many faults were planted there.
        same: How many of them led to the same traces.
        allowed: How many led to traces that differ as is allowed.
        only_on_legacy: How many points there are on the legacy path only.
        only_on_objects: How many points there are on the object path only.
        improvements: How many faults break more on the legacy path than on the object path.
        diverged: How many do not pass.
    """

    work_item: str
    points: int
    runs: int
    same: int
    allowed: int
    only_on_legacy: int
    only_on_objects: int
    improvements: int
    diverged: int


@dataclass(frozen=True, slots=True)
class OneSided:
    """A step that one path only comes to, so that a fault at it cannot be planted on both.

    Args:
        scenario: The scenario.
        work_item: The work item that it belongs to.
        path: The path that comes there: ``legacy`` or ``objects``.
        step: The step, as a fault at it would be written.
    """

    scenario: str
    work_item: str
    path: str
    step: str


@dataclass(frozen=True, slots=True)
class FaultBoard:
    """A row for each work item, and what does not pass.

    Args:
        rows: The rows.
        findings: What each faulty run found.
        one_sided: The steps that one path only comes to.
        gone: Known breaches that no fault brings about any more; empty unless everything was swept.
    """

    rows: tuple[FaultRow, ...]
    findings: tuple[FaultFinding, ...]
    one_sided: tuple[OneSided, ...]
    gone: tuple[KnownBreach, ...]

    @property
    def passes(self) -> bool:
        """Whether nothing is to be done."""
        return bool(self.rows) and not self.gone and all(finding.passes for finding in self.findings)

    @property
    def failures(self) -> list[FaultFinding]:
        """What does not pass: one of each kind, in the order of how many there are."""
        kinds = collections.Counter(finding.cause for finding in self.findings if not finding.passes)
        first = {finding.cause: finding for finding in reversed(self.findings) if not finding.passes}
        return [
            dataclasses.replace(first[cause], message=_with_count(first[cause].message, count))
            for cause, count in kinds.most_common()
        ]

    @property
    def reasons(self) -> list[str]:
        """The reasons of what was allowed and of what is known to be broken."""
        allowed = {f"allowed: {reason}" for finding in self.findings for reason in finding.reasons}
        known = {f"known: {known.reason}" for finding in self.findings for known in finding.known}
        return [*sorted(allowed), *sorted(known)]

    def to_primitive(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "rows": [dataclasses.asdict(row) for row in self.rows],
            "failures": [
                {"options": f.options, "cause": f.cause, "verdict": f.verdict.value}
                for f in self.findings
                if not f.passes
            ],
            "improvements": [
                {"options": f.options, "broken_on_legacy_only": list(f.improvements)}
                for f in self.findings
                if f.improvements
            ],
            "on_one_path_only": [dataclasses.asdict(step) for step in self.one_sided],
            "gone": [dataclasses.asdict(known) for known in self.gone],
            "passes": self.passes,
        }


def _with_count(message: str, count: int) -> str:
    return message if count == 1 else f"{message}\n  besides:      {count - 1} more faults lead to a difference like it"


@dataclass(frozen=True, slots=True)
class _Task:
    scenario: Scenario
    work_item: str | None
    mode: Mode
    without_faults: Broken | None = None
    todo: tuple[tuple[str, tuple[Injection, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class _Planned:
    task: _Task
    points: Mapping[str, int]
    one_sided: tuple[OneSided, ...]
    without: tuple[FaultFinding, ...]


def sweep(
    scenarios: Sequence[Scenario],
    mode: Mode,
    *,
    work_item: str | None = None,
    processes: int = 1,
    whole: bool = False,
    progress: Callable[[int, int], None] = lambda made, needed: None,
) -> FaultBoard:
    """Plant every fault at every point of scenarios, on both call paths, and compare.

    Args:
        scenarios: What is run.
        mode: Which faults.
        work_item: Only points that belong to this work item.
        processes: How many processes share the work.
        whole: Whether these are all scenarios, so that what is known to be broken has to be met.
        progress: Told how many faulty runs were made, and how many are known to be needed.
    """
    tasks = [_Task(scenario, work_item, mode) for scenario in scenarios]
    plans = list(outcomes(_plan, tasks, processes=processes))
    points: collections.Counter[str] = collections.Counter()
    for plan in plans:
        points.update(plan.points)
    one_sided = tuple(step for plan in sorted(plans, key=lambda p: p.task.scenario.name) for step in plan.one_sided)
    findings = [finding for plan in plans for finding in plan.without]
    todo = [part for plan in plans for part in _parts(plan.task)]
    while todo:
        needed = len(findings) + sum(len(task.todo) for task in todo)
        more: list[_Task] = []
        for done, then in outcomes(_sweep, sorted(todo, key=lambda t: -len(t.todo)), processes=processes):
            findings += done
            more += [part for task in then for part in _parts(task)]
            progress(len(findings), needed)
        todo = more
    findings.sort(key=lambda finding: (finding.scenario, finding.options))
    met = {known for finding in findings for known in finding.known}
    gone = tuple(known for known in BREACHES if known not in met) if whole else ()
    return FaultBoard(tuple(_rows(points, one_sided, findings)), tuple(findings), one_sided, gone)


def _plan(task: _Task) -> _Planned:
    """Return what is to be done for a scenario."""
    points: collections.Counter[str] = collections.Counter()
    todo: list[tuple[str, tuple[Injection, ...]]] = []
    one_sided = []
    comparison = fault_free(task.scenario)
    for point, injections in planned(comparison, task.work_item, task.mode):
        effect = point.legacy or point.objects
        assert effect is not None
        if point.is_on_both:
            points[point.work_item] += 1
        else:
            path = "objects" if point.legacy is None else "legacy"
            step = f"{effect.channel}.{effect.operation}#{effect.details['nth']}"
            one_sided.append(OneSided(task.scenario.name, point.work_item, path, step))
        todo += [(point.work_item, (injection,)) for injection in injections]
    without = tuple(_without_faults(task, comparison))
    task = dataclasses.replace(task, without_faults=Broken.after(comparison), todo=tuple(todo))
    return _Planned(task, points, tuple(one_sided), without)


def _without_faults(task: _Task, comparison: Comparison) -> Iterator[FaultFinding]:
    """Yield what is found where the paths differ already: at steps that one path only has, no fault is planted."""
    named = task.work_item or comparison.to_blame or in_order(task.scenario.enters)[0]
    if not comparison.verdict_for(named).passes:
        nothing: frozenset[Any] = frozenset()
        yield FaultFinding.of(FaultyRun(task.scenario, named, (), comparison, nothing, nothing, nothing))


def _parts(task: _Task) -> list[_Task]:
    parts = (task.todo[start : start + _RUNS] for start in range(0, len(task.todo), _RUNS))
    return [dataclasses.replace(task, todo=part) for part in parts]


def _sweep(task: _Task) -> tuple[list[FaultFinding], list[_Task]]:
    """Return what was found, and what is to be done next."""
    assert task.without_faults is not None
    findings, more = [], []
    for work_item, injections in task.todo:
        run = run_with(task.scenario, task.without_faults, work_item, injections)
        findings.append(FaultFinding.of(run))
        if task.mode is Mode.PAIRS and len(injections) == 1:
            then = tuple((work_item, (*injections, second)) for second in seconds(run))
            more.append(dataclasses.replace(task, todo=then))
    return findings, more


def _rows(
    points: Mapping[str, int], one_sided: Iterable[OneSided], findings: Iterable[FaultFinding]
) -> Iterable[FaultRow]:
    by_item: dict[str, list[FaultFinding]] = collections.defaultdict(list)
    for finding in findings:
        by_item[finding.work_item].append(finding)
    alone = collections.Counter((step.work_item, step.path) for step in one_sided)
    for work_item in in_order({*points, *by_item, *(work_item for work_item, _ in alone)}):
        found = by_item[work_item]
        passing = [finding.verdict for finding in found if finding.passes]
        yield FaultRow(
            work_item,
            points.get(work_item, 0),
            len(found),
            passing.count(Verdict.SAME),
            passing.count(Verdict.ALLOWED),
            alone[work_item, "legacy"],
            alone[work_item, "objects"],
            sum(bool(finding.improvements) for finding in found),
            sum(not finding.passes for finding in found),
        )
