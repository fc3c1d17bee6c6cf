"""One place where two traces differ."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fakevirt.conversion.allowance import Allowance


class _Absent(enum.Enum):
    ABSENT = "—"

    def __str__(self) -> str:
        return self.value


ABSENT = _Absent.ABSENT


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where the two traces differ.

    Args:
        channel: The boundary.
        operation: What was done there.
        service: Who did it.
        field: The path of the field that differs; None where the whole effect is on one side only.
        legacy: What the legacy path has there.
        objects: What the other run has there.
        row: The place in the aligned traces.
        scope: The work item that was running, if any was.
        allowance: What covers it.
    """

    channel: str
    operation: str
    service: str | None
    field: str | None
    legacy: Any
    objects: Any
    row: int
    scope: str | None = None
    allowance: Allowance | None = None
