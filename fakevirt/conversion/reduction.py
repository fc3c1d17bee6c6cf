"""A plan that fails, reduced to the work items that decide it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from fakevirt.manager.plan import CallPath, ConversionPlan


@dataclass(frozen=True, slots=True)
class Decision:
    """The call paths of some work items, which decide that a plan fails whatever the others take.

    Args:
        paths: The call path of each of them.
    """

    paths: Mapping[str, CallPath]

    def holds_in(self, plan: ConversionPlan) -> bool:
        """Return whether these work items take these paths in ``plan``."""
        return all(plan.path_of(work_item) is path for work_item, path in self.paths.items())

    def __str__(self) -> str:
        return " with ".join(f"{work_item}={path}" for work_item, path in self.paths.items())


def reduced(plan: ConversionPlan, work_items: Sequence[str], fails: Callable[[frozenset[str]], bool]) -> Decision:
    """Return the smallest set of work items whose paths decide that ``plan`` fails.

    With these on the paths that the plan gives them it fails both when all others are legacy and when all others are
    converted. Sets are tried by their size, so that no smaller one does.

    Args:
        plan: A plan that fails.
        work_items: The work items that matter, in the order in which they are to be named.
        fails: Tells whether it fails when just these work items are converted.
    """
    every = frozenset(work_items)
    for size in range(1, len(work_items)):
        for chosen in itertools.combinations(work_items, size):
            others = every.difference(chosen)
            converted = plan.converted.intersection(chosen)
            if fails(converted) and fails(converted | others):
                return _decision(plan, chosen)
    return _decision(plan, work_items)


def _decision(plan: ConversionPlan, work_items: Sequence[str]) -> Decision:
    return Decision({work_item: plan.path_of(work_item) for work_item in work_items})
