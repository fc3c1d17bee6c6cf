"""Which call path each work item takes in one manager."""

from __future__ import annotations

import difflib
import enum
from dataclasses import dataclass, field

from fakevirt import services
from fakevirt.manager.work_items import item_names
from fakevirt.usage_error import UsageError


class CallPath(enum.StrEnum):
    """How a work item handles data."""

    LEGACY = "legacy"
    OBJECTS = "objects"


@dataclass(frozen=True, slots=True)
class ConversionPlan:
    """The set of converted work items; every subset is a plan.

    Args:
        converted: The names of the work items that take the object path. The others take the legacy path.

    Raises:
        UsageError: A name is not a work item's.
    """

    converted: frozenset[str] = field(default_factory=lambda: frozenset(item_names()))

    def __post_init__(self) -> None:
        for name in self.converted:
            check_work_item(name, where="ConversionPlan(converted=…)")

    @classmethod
    def legacy(cls) -> ConversionPlan:
        """Return the plan in which nothing is converted."""
        return cls(frozenset())

    @classmethod
    def objects(cls) -> ConversionPlan:
        """Return the plan in which everything is converted."""
        return cls()

    @classmethod
    def only(cls, *work_items: str) -> ConversionPlan:
        """Return the plan in which just these are converted."""
        return cls(frozenset(work_items))

    @classmethod
    def all_but(cls, *work_items: str) -> ConversionPlan:
        """Return the plan in which just these are not converted."""
        for name in work_items:
            check_work_item(name, where="ConversionPlan.all_but(…)")
        return cls(frozenset(item_names()) - frozenset(work_items))

    def path_of(self, work_item: str) -> CallPath:
        """Return the call path that ``work_item`` takes; the running service's trace notes that it was asked for."""
        running = services.current()
        if running is not None:
            running.trace.consult(work_item)
        return CallPath.OBJECTS if work_item in self.converted else CallPath.LEGACY

    def __str__(self) -> str:
        if not self.converted:
            return "legacy"
        names = item_names()
        if len(self.converted) == len(names):
            return "objects"
        if len(self.converted) <= len(names) // 2:
            return "only " + ", ".join(name for name in names if name in self.converted)
        return "all but " + ", ".join(name for name in names if name not in self.converted)


def check_work_item(name: str, *, where: str) -> None:
    """Raise UsageError unless ``name`` is a work item's.

    Args:
        name: What was given.
        where: Where it was given, for the message.
    """
    names = item_names()
    if name in names:
        return
    close = difflib.get_close_matches(name, names, n=1)
    raise UsageError(
        expected="the name of a work item",
        happened=f"{name!r} is none",
        where=where,
        how_to_go_on=f"did you mean {close[0]!r}?"
        if close
        else f"take one of: {', '.join(names)}; or register your own with fakevirt.manager.work_items.register",
    )
