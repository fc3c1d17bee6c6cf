"""Differences that are known, each with its reason."""

from __future__ import annotations

import enum
import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fakevirt.conversion.difference import Difference


class _Anything(enum.Enum):
    ANYTHING = "ANYTHING"

    def __repr__(self) -> str:
        return self.value


#: Any value, or no value at all.
ANYTHING: Any = _Anything.ANYTHING


@dataclass(frozen=True, slots=True, eq=False)
class Fitting:
    """Stands for the values that a test lets pass.

    Args:
        test: Tells of a value in canonical form, or of a whole effect that is on one path only, whether it is meant. A
            function of a module, so that an allowance can go to another process.
    """

    test: Callable[[Any], bool]

    def __eq__(self, other: object) -> bool:
        return self.test is other.test if isinstance(other, Fitting) else self.test(other)

    def __hash__(self) -> int:
        return hash(self.test)


@dataclass(frozen=True, slots=True)
class Allowance:
    """A difference that may be: it follows from the conversion.

    Args:
        channel: The boundary on which the difference shows.
        reason: Why it may be; it is shown on the board.
        operation: The operation that differs (``*`` stands for anything).
        field: The field that differs (its path, such as ``arguments.values.host``; ``*`` stands for anything);
            without one the whole effect may be on one path only.
        work_item: The work item whose conversion brings it; it holds where that is converted and entered. None: always.
        scope: The work item in which it shows; in any, unless given.
        legacy: What the legacy path has there (``ABSENT`` for nothing, :class:`Fitting` for what a test tells).
        objects: What the other run has there.
    """

    channel: str
    reason: str
    operation: str = "*"
    field: str | None = None
    work_item: str | None = None
    scope: str | None = None
    legacy: Any = ANYTHING
    objects: Any = ANYTHING

    def covers(self, difference: Difference) -> bool:
        """Tell whether ``difference`` is the one that is meant."""
        return (
            difference.channel == self.channel
            and matches(difference.operation, self.operation)
            and (self.field is None) is (difference.field is None)
            and (difference.field is None or matches(difference.field, self.field or ""))
            and self.scope in (None, difference.scope)
            and (self.legacy is ANYTHING or self.legacy == difference.legacy)
            and (self.objects is ANYTHING or self.objects == difference.objects)
        )


def matches(name: str, pattern: str) -> bool:
    """Tell whether ``name`` fits a pattern in which only ``*`` is special: paths have brackets in them."""
    return pattern == "*" or _compiled(pattern).fullmatch(name) is not None


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", ".*"))
