"""Which partial conversions are verified, and which runs prove them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

from fakevirt.manager.plan import ConversionPlan
from fakevirt.manager.work_items import item_names
from fakevirt.usage_error import UsageError

#: What ``fakevirt verify --plans`` takes: how many work items at most are on one side, the others being on the other;
#: None: any number.
_DEPTHS = {"ends": 0, "singles": 1, "pairs": 2, "all": None}
CHOICES = tuple(_DEPTHS)


def plans_of(choice: str) -> tuple[ConversionPlan, ...]:
    """Return the plans of a choice; each choice has those of the one before it.

    Args:
        choice: ``ends``: nothing converted, and everything; ``singles``: one work item, and all but one; ``pairs``:
            two, and all but two; ``all``: every subset.

    Raises:
        UsageError: There is no such choice.
    """
    if choice not in _DEPTHS:
        raise UsageError(
            expected=f"a choice of plans: {', '.join(CHOICES)}",
            happened=f"{choice!r} is none",
            where="fakevirt verify --plans",
            how_to_go_on="take one of them; without --plans it is ends",
        )
    names = item_names()
    deepest = _DEPTHS[choice]
    depths = range((len(names) if deepest is None else deepest) + 1)
    few = [items for depth in depths for items in itertools.combinations(names, depth)]
    plans = (plan for items in few for plan in (ConversionPlan.only(*items), ConversionPlan.all_but(*items)))
    return tuple(dict.fromkeys(plans))


def unproved(
    plans: Iterable[ConversionPlan], matter: frozenset[str], ran: Iterable[ConversionPlan]
) -> list[ConversionPlan]:
    """Return the plans that still have to be run so that every plan is proved.

    Two plans that agree on the work items that matter are the same run.

    Args:
        plans: What is to be proved.
        matter: The work items whose call path some run has asked for.
        ran: The plans that were run.
    """
    proved = {plan.converted & matter for plan in ran}
    missing: dict[frozenset[str], ConversionPlan] = {}
    for plan in plans:
        converted = plan.converted & matter
        if converted not in proved:
            missing.setdefault(converted, plan)
    return list(missing.values())


def in_order(work_items: Iterable[str]) -> Sequence[str]:
    """Return work items in the order of the list."""
    return sorted(work_items, key=item_names().index)
