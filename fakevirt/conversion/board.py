"""The board: one row for each work item, over all its scenarios."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fakevirt.conversion.allowance import Allowance
from fakevirt.conversion.check import compare_scenario
from fakevirt.conversion.comparison import Comparison, Verdict
from fakevirt.conversion.known import KNOWN
from fakevirt.conversion.scenarios import SCENARIOS, Scenario, scenario_named
from fakevirt.instrument.trace import Effect
from fakevirt.manager.plan import ConversionPlan, check_work_item
from fakevirt.manager.work_items import NAMES
from fakevirt.usage_error import UsageError

#: From the best to the worst.
_ORDER = (Verdict.SAME, Verdict.ALLOWED, Verdict.NOT_COMPARED, Verdict.DIVERGED)


@dataclass(frozen=True, slots=True)
class BoardRow:
    """What is known of one work item.

    Args:
        work_item: Its name.
        scenarios: The scenarios that were compared.
        verdict: The worst verdict among them.
        raw_conductor_calls: Calls of raw conductor methods left on the object path.
        dict_accesses: Dict-style accesses to objects left on the object path.
        unversioned_arguments: RPC and driver calls left on the object path that carry a dict in the place of an object.
        had_to_accept_an_object: Driver methods that get a dict on the legacy path and an object on the object path.
    """

    work_item: str
    scenarios: tuple[str, ...]
    verdict: Verdict
    raw_conductor_calls: tuple[Effect, ...]
    dict_accesses: tuple[Effect, ...]
    unversioned_arguments: tuple[Effect, ...]
    had_to_accept_an_object: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """The state of the whole conversion.

    Args:
        comparisons: What was compared, by scenario.
        rows: One row for each work item.
        unused: Known allowances that covered nothing although everything was compared.
    """

    comparisons: Mapping[str, Comparison]
    rows: tuple[BoardRow, ...]
    unused: tuple[Allowance, ...]

    @property
    def passes(self) -> bool:
        """Whether every verdict passes, nothing unversioned is left and no allowance is unused."""
        return not self.unused and all(
            row.verdict.passes and not (row.raw_conductor_calls or row.dict_accesses or row.unversioned_arguments)
            for row in self.rows
        )

    @property
    def reasons(self) -> list[str]:
        """The reasons of the allowances that were used, each once."""
        used = {allowance for comparison in self.comparisons.values() for allowance in comparison.used}
        return sorted({allowance.reason for allowance in used})

    def to_primitive(self) -> dict[str, Any]:
        """Return the board as JSON has it."""
        return {
            "passes": self.passes,
            "work_items": [
                {
                    "work_item": row.work_item,
                    "scenarios": list(row.scenarios),
                    "verdict": row.verdict.value,
                    "raw_conductor_calls": len(row.raw_conductor_calls),
                    "dict_accesses": len(row.dict_accesses),
                    "unversioned_arguments": len(row.unversioned_arguments),
                    "had_to_accept_an_object": list(row.had_to_accept_an_object),
                }
                for row in self.rows
            ],
            "scenarios": {name: comparison.verdict.value for name, comparison in self.comparisons.items()},
            "allowances": self.reasons,
            "unused_allowances": [allowance.reason for allowance in self.unused],
        }


def chosen_scenarios(work_item: str | None = None, scenario: str | None = None) -> list[Scenario]:
    """Return the scenarios to compare, in the order in which they are declared.

    Args:
        work_item: Only those that enter it.
        scenario: Only the one of this name.

    Raises:
        UsageError: There is no such work item or scenario, or no scenario enters the work item yet.
    """
    if work_item is not None:
        check_work_item(work_item, where="fakevirt verify --work-item")
    if scenario is not None:
        return [scenario_named(scenario, work_item)]
    chosen = [s for s in SCENARIOS.values() if work_item is None or work_item in s.enters]
    if not chosen:
        raise UsageError(
            expected="a work item that some scenario enters",
            happened=f"no scenario enters {work_item!r}",
            where="fakevirt.conversion.scenarios",
            how_to_go_on=f"take one of: {', '.join(_done())}",
        )
    return chosen


def fill_board(
    scenarios: Iterable[Scenario],
    *,
    work_item: str | None = None,
    compared: Callable[[Scenario, Comparison], None] = lambda scenario, comparison: None,
) -> Board:
    """Compare scenarios and draw up the board.

    Args:
        scenarios: What to compare.
        work_item: Only a row for this one; for all that are entered, unless given.
        compared: Called after each comparison.

    Returns:
        The board.
    """
    chosen = list(scenarios)
    comparisons = {}
    for scenario in chosen:
        comparisons[scenario.name] = comparison = compare_scenario(scenario, ConversionPlan.objects())
        compared(scenario, comparison)
    names = [work_item] if work_item else [n for n in NAMES if any(n in s.enters for s in chosen)]
    rows = tuple(row_of(name, {s.name: comparisons[s.name] for s in chosen if name in s.enters}) for name in names)
    unused: tuple[Allowance, ...] = ()
    if len(chosen) == len(SCENARIOS):
        unused = tuple(a for a in KNOWN if not any(a in comparison.used for comparison in comparisons.values()))
    return Board(comparisons, rows, unused)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the worst of some verdicts."""
    return max(verdicts, key=_ORDER.index)


def row_of(work_item: str, comparisons: Mapping[str, Comparison]) -> BoardRow:
    """Return the row of a work item.

    Args:
        work_item: Its name.
        comparisons: What was compared, by scenario, each of which entered the work item.
    """
    verdicts = [comparison.verdict_for(work_item) for comparison in comparisons.values()]
    leftovers = [
        comparison.objects.leftovers(work_item)
        for name, comparison in comparisons.items()
        # An old node takes nothing but dicts: what its peers send it is no leftover of theirs.
        if name not in SCENARIOS or "version_cap" not in SCENARIOS[name].cloud
    ]
    return BoardRow(
        work_item,
        tuple(comparisons),
        worst(verdicts),
        tuple(effect for left in leftovers for effect in left.raw_conductor_calls),
        tuple(effect for left in leftovers for effect in left.dict_accesses),
        tuple(effect for left in leftovers for effect in left.unversioned_arguments),
        tuple(sorted({name for c in comparisons.values() for name in _had_to_accept_an_object(work_item, c)})),
    )


def _had_to_accept_an_object(work_item: str, comparison: Comparison) -> Iterable[str]:
    for row in comparison.rows:
        if row.legacy is None or row.objects is None or row.legacy.channel != "driver":
            continue
        if row.objects.effect.scope != work_item:
            continue
        dicts = {(f.path, f.schema) for f in row.legacy.forms if f.form == "dict"}
        if dicts & {(f.path, f.schema) for f in row.objects.forms if f.form == "object"}:
            yield row.legacy.operation


def _done() -> list[str]:
    return [name for name in NAMES if any(name in scenario.enters for scenario in SCENARIOS.values())]
