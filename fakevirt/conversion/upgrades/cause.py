"""Why a run in a mix of releases did not end as it does at home."""

from __future__ import annotations

import enum
import re
from collections import Counter
from dataclasses import dataclass

from fakevirt.conversion.comparison import align
from fakevirt.conversion.difference import ABSENT, Difference
from fakevirt.conversion.upgrades.run import CellRun, Error


class Kind(enum.Enum):
    """What was wrong with the data, or with the message."""

    MISSING_KEY = "missing key"
    MOVED_FIELD = "moved field"
    WRONG_SHAPE = "wrong shape"
    REFUSED = "refused"
    ERROR = "error"
    OTHER_OUTCOME = "other outcome"


_FLAVOR_MOVED = "the flavor is no longer among the system metadata"
#: Fields of notifications that tell of a flavor: without one they are empty, and nothing is raised.
_TOLD_OF_FLAVORS = frozenset({"arguments.payload.instance_type", "arguments.payload.instance_flavor_id"})
_REFUSALS = frozenset(
    {"IncompatibleObjectVersion", "UnsupportedObjectError", "UnsupportedVersion", "NoSuchMethod", "RPCVersionCapError"}
)
_ABOUT_DATA = frozenset({Kind.MISSING_KEY, Kind.MOVED_FIELD, Kind.WRONG_SHAPE})
_SHAPES = frozenset({"AttributeError", "TypeError", "ValueError"})


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a run did not end as it does at home.

    Args:
        kind: What was wrong.
        text: What happened, in words.
        work_item: The work item that it happened in, None if it is told by what is left behind alone.
    """

    kind: Kind
    text: str
    work_item: str | None = None

    def __str__(self) -> str:
        return f"{self.kind.value}: {self.text}"


def causes_of(run: CellRun, home: CellRun) -> tuple[Cause, ...]:
    """Return why a run ended otherwise than the same run at home, nothing if it did not.

    Args:
        run: The run in a mix of releases.
        home: The run in a cloud of the release that the conversion is made in.
    """
    expected = Counter((error.method, error.failure.kind) for error in home.errors)
    causes: list[Cause] = []
    for error in run.errors:
        if expected[error.method, error.failure.kind]:
            expected[error.method, error.failure.kind] -= 1
            continue
        cause = _of_error(error)
        # Another error after the first is its consequence, unless it is about data too.
        if not causes or cause.kind in _ABOUT_DATA:
            causes.append(cause)
    found = [difference for row in align(home.effects, run.effects) for difference in row.differences]
    moved = [_of_moved_field(d) for d in found if d.field in _TOLD_OF_FLAVORS]
    # What else is left in another state may follow from an error.
    if not causes and not moved and found:
        return (Cause(Kind.OTHER_OUTCOME, _told(found[0])),)
    return tuple(dict.fromkeys([*causes, *moved[:1]]))


def _of_moved_field(difference: Difference) -> Cause:
    return Cause(Kind.MOVED_FIELD, f"{_told(difference)}: {_FLAVOR_MOVED}", difference.scope)


def _told(difference: Difference) -> str:
    if difference.field is None:
        here, not_here = ("at home", "here") if difference.objects is ABSENT else ("here", "at home")
        return f"{difference.channel} {difference.operation} is {here}, and not {not_here}"
    return f"{difference.operation} {difference.field} is {difference.objects!r}, and {difference.legacy!r} at home"


def _of_error(error: Error) -> Cause:
    failure = error.failure
    text = f"{failure.kind}({failure.message})"
    kind = Kind.ERROR
    if failure.kind == "KeyError":
        kind = Kind.MISSING_KEY
        key = re.sub(r"^(old|new)_", "", failure.message.strip("'\""))
        if key.startswith("instance_type_"):
            kind, text = Kind.MOVED_FIELD, f"{text}: {_FLAVOR_MOVED}"
    elif failure.kind in _REFUSALS:
        kind = Kind.REFUSED
    elif failure.kind in _SHAPES:
        kind = Kind.WRONG_SHAPE
    return Cause(kind, text, error.work_item)
