"""Which call path each work item takes in one manager."""

from __future__ import annotations

import difflib
import enum
from dataclasses import dataclass

from fakevirt import services
from fakevirt.manager.work_items import NAMES
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

    converted: frozenset[str] = frozenset(NAMES)

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
        return cls(frozenset(NAMES) - frozenset(work_items))

    def path_of(self, work_item: str) -> CallPath:
        """Return the call path that ``work_item`` takes; the running service's trace notes that it was asked for."""
        running = services.current()
        if running is not None:
            running.trace.consult(work_item)
        return CallPath.OBJECTS if work_item in self.converted else CallPath.LEGACY

    def __str__(self) -> str:
        if not self.converted:
            return "legacy"
        if len(self.converted) == len(NAMES):
            return "objects"
        if len(self.converted) <= len(NAMES) // 2:
            return "only " + ", ".join(name for name in NAMES if name in self.converted)
        return "all but " + ", ".join(name for name in NAMES if name not in self.converted)


def check_work_item(name: str, *, where: str) -> None:
    """Raise UsageError unless ``name`` is a work item's.

    Args:
        name: What was given.
        where: Where it was given, for the message.
    """
    if name in NAMES:
        return
    close = difflib.get_close_matches(name, NAMES, n=1)
    raise UsageError(
        expected="the name of a work item",
        happened=f"{name!r} is none",
        where=where,
        how_to_go_on=f"did you mean {close[0]!r}?" if close else f"take one of: {', '.join(NAMES)}",
    )
