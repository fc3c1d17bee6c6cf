"""In which order the work items can be converted, computed from what their runs handed on."""

from __future__ import annotations

import dataclasses
import graphlib
import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from fakevirt.conversion.handover import Handover
from fakevirt.conversion.plans import in_order
from fakevirt.conversion.scenarios import Scenario
from fakevirt.conversion.verification import Failure, Progress, Verification, verify
from fakevirt.manager.plan import ConversionPlan
from fakevirt.manager.work_items import item_names


@dataclass(frozen=True, slots=True)
class Gift:
    """What a work item hands a module's method.

    Args:
        work_item: The work item that hands it on.
        method: Who gets it, such as ``driver.detach_volume``.
        schema: What it is, such as ``Instance``.
        legacy: In which forms on the legacy path, none if it is not called there.
        objects: In which forms on the object path.
    """

    work_item: str
    method: str
    schema: str
    legacy: tuple[str, ...]
    objects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the conversion.

    Args:
        work_items: What is converted: several only if each hands the other an instance.
        callers: The work items that hand them dicts until they are converted, hence before.
        accept_first: The methods, each with what it is given (``driver.spawn(Instance)``), that get an object from this
            step on and had got none before, hence must accept either form by now.
    """

    work_items: tuple[str, ...]
    callers: tuple[str, ...]
    accept_first: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConversionOrder:
    """A safe order of conversion.

    Args:
        steps: The steps.
        gifts: What each work item hands on.
        not_entered: Work items of which nothing is known: no scenario enters them.
        failures: What did not pass on the way: while there is any, the order is not safe.
    """

    steps: tuple[Step, ...]
    gifts: tuple[Gift, ...]
    not_entered: tuple[str, ...]
    failures: tuple[Failure, ...]

    @property
    def passes(self) -> bool:
        """Whether every scenario passes after every step."""
        return not self.failures

    def to_primitive(self) -> dict[str, Any]:
        """Return the order as JSON has it."""
        return {
            "passes": self.passes,
            "steps": [dataclasses.asdict(step) for step in self.steps],
            "gifts": [dataclasses.asdict(gift) for gift in self.gifts],
            "not_entered": list(self.not_entered),
        }


def find_order(
    scenarios: Iterable[Scenario],
    *,
    processes: int = 1,
    progress: Progress = lambda made, needed: None,
) -> ConversionOrder:
    """Run scenarios, compute a safe order from what they handed on, and run them after each of its steps.

    Args:
        scenarios: What is run; those with an older node are left out, which is sent dicts by necessity.
        processes: How many processes share the work.
        progress: Told how far it is.
    """
    chosen = [scenario for scenario in scenarios if "version_cap" not in scenario.cloud]
    alone = [ConversionPlan.only(name) for name in item_names()]
    first = verify(chosen, [_LEGACY, _OBJECTS, *alone], options=_AGAIN, processes=processes, progress=progress)
    entered = in_order(frozenset().union(*(scenario.enters for scenario in chosen)))
    callers = {name: _callers(name, first) & set(entered) for name in entered}
    groups = list(in_sequence(callers))
    states = [_LEGACY]
    for group in groups:
        states.append(ConversionPlan(states[-1].converted.union(group)))
    then = verify(chosen, states, options=_AGAIN, processes=processes, progress=progress)
    accepted = _accepted(then, _LEGACY)
    steps = []
    for group, state in zip(groups, states[1:], strict=True):
        needed = _accepted(then, state)
        before = frozenset().union(*(callers[name] for name in group)).difference(group)
        steps.append(Step(group, tuple(in_order(before)), tuple(sorted(needed - accepted))))
        accepted |= needed
    return ConversionOrder(
        tuple(steps),
        tuple(_gifts(entered, first)),
        tuple(name for name in item_names() if name not in entered),
        (*first.failures, *then.failures),
    )


def in_sequence(callers: Mapping[str, Set[str]]) -> Iterator[tuple[str, ...]]:
    """Yield work items so that each comes after its callers, otherwise in the order of the list.

    Work items that call each other come together.

    Args:
        callers: The work items that come before each.
    """
    before = {name: _all_before(name, callers) for name in callers}
    group_of = {
        name: tuple(other for other in callers if other == name or (other in before[name] and name in before[other]))
        for name in callers
    }
    sorter = graphlib.TopologicalSorter(
        {
            group: {group_of[caller] for name in group for caller in callers[name]} - {group}
            for group in group_of.values()
        }
    )
    sorter.prepare()
    ready: list[tuple[int, tuple[str, ...]]] = []
    while sorter.is_active():
        for group in sorter.get_ready():
            heapq.heappush(ready, (item_names().index(group[0]), group))
        _, group = heapq.heappop(ready)
        yield group
        sorter.done(group)


_LEGACY, _OBJECTS = ConversionPlan.legacy(), ConversionPlan.objects()
#: The plans that were run are among these.
_AGAIN = " --plans all"


def _all_before(name: str, callers: Mapping[str, Set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = set(callers[name])
    while waiting:
        caller = waiting.pop()
        found.add(caller)
        waiting |= callers[caller] - found
    return found


def _handed_on(found: Verification, plan: ConversionPlan) -> frozenset[Handover]:
    return frozenset().union(*(finding.handovers for finding in found.under(plan)))


def _callers(work_item: str, found: Verification) -> set[str]:
    """Return who hands the work item a dict while it alone is converted, and an object when everything is."""
    with_dicts, with_objects = (
        {h.giver for h in _handed_on(found, plan) if h.receiver == work_item and h.form == form}
        for plan, form in ((ConversionPlan.only(work_item), "dict"), (_OBJECTS, "object"))
    )
    return {giver for giver in with_dicts & with_objects if giver is not None and giver != work_item}


def _accepted(found: Verification, plan: ConversionPlan) -> set[str]:
    """Return the methods that get an object under a plan, each with what it is given."""
    return {f"{h.receiver}({h.schema})" for h in _handed_on(found, plan) if h.to_module and h.form == "object"}


def _gifts(work_items: Sequence[str], found: Verification) -> Iterator[Gift]:
    legacy, objects = _handed_on(found, _LEGACY), _handed_on(found, _OBJECTS)
    for work_item in work_items:
        given = {(h.receiver, h.schema) for h in legacy | objects if h.giver == work_item and h.to_module}
        for method, schema in sorted(given):
            forms = (
                tuple(sorted(h.form for h in handed if (h.giver, h.receiver, h.schema) == (work_item, method, schema)))
                for handed in (legacy, objects)
            )
            yield Gift(work_item, method, schema, *forms)
