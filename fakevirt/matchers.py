"""testtools matchers over traces.

Each takes a trace, or what has one: a cloud or an observation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from testtools.matchers import Matcher, Mismatch  # type: ignore[attr-defined]  # imported there, not in its __all__

from fakevirt.cloud import Cloud
from fakevirt.conversion import report
from fakevirt.conversion.comparison import Row, align
from fakevirt.conversion.entities import normalise, recognise
from fakevirt.conversion.observation import COMPARED, PLAIN, Observation
from fakevirt.instrument.canonical import CanonicalEffect, Canonicalizer
from fakevirt.instrument.determinism import EPOCH
from fakevirt.instrument.trace import Effect, Trace

#: How many steps are shown on either side of the first difference.
_AROUND = 3


class Traced(Protocol):
    """What has a trace."""

    @property
    def trace(self) -> Trace:
        """The trace."""


if TYPE_CHECKING:
    _TraceMatcher = Matcher[Trace | Traced]
else:
    # Not generic in every release of testtools.
    _TraceMatcher = Matcher


class _Sequence(_TraceMatcher):
    """Matches if these things happened on one channel, in this order; others may have happened in between.

    Args:
        *operations: What is to have happened; nothing at all, if none is given.
        service: The host whose effects count; all count, unless given.
    """

    _channel: str
    _what: str

    def __init__(self, *operations: str, service: str | None = None) -> None:
        self._operations = list(operations)
        self._service = service

    def __str__(self) -> str:
        arguments = [repr(operation) for operation in self._operations]
        arguments += [f"service={self._service!r}"] if self._service else []
        return f"{type(self).__name__}({', '.join(arguments)})"

    __repr__ = __str__

    def match(self, matchee: Trace | Traced) -> Mismatch | None:
        """Return None if just these things happened, else what happened instead."""
        effects = _trace_of(matchee).on(self._channel)
        happened = [e.operation for e in effects if self._service in (None, e.service)]
        missing = _first_missing(self._operations, happened)
        if missing is None and (self._operations or not happened):
            return None
        expected = f"expected {self._what}{f' of {self._service}' if self._service else ''}: "
        lines = [f"{expected}{_list(self._operations)}", f"{'what happened:':{len(expected)}}{_list(happened)}"]
        if missing is not None:
            after = f" after {self._operations[missing - 1]}" if missing else ""
            lines.append(f"{'missing:':{len(expected)}}{self._operations[missing]}{after}")
        return Mismatch("\n".join(lines))


class MadeDriverCalls(_Sequence):
    """Matches if these driver methods were called, in this order, others in between or not.

    Args:
        *operations: The methods.
        service: The host whose driver is meant; all drivers, unless given.
    """

    _channel = "driver"
    _what = "driver calls"


class Notified(_Sequence):
    """Matches if these notifications were sent, in this order, others in between or not.

    Args:
        *operations: Their event types, such as ``compute.instance.update``.
        service: The host that sent them; all, unless given.
    """

    _channel = "notifier"
    _what = "notifications"


class SentRPC(_Sequence):
    """Matches if these messages were sent to compute hosts and tasks, in this order, others in between or not.

    Args:
        *operations: The methods that they call.
        service: The host that sent them; all, unless given.
    """

    _channel = "rpc"
    _what = "messages"


class ChangedRows(_TraceMatcher):
    """Matches if one committed change of a table wrote these values.

    Args:
        table: The table.
        **columns: The values by column; others may be written too.
    """

    def __init__(self, table: str, **columns: Any) -> None:
        self._table = table
        self._columns = columns

    def __str__(self) -> str:
        columns = [f"{name}={value!r}" for name, value in self._columns.items()]
        return f"ChangedRows({', '.join([repr(self._table), *columns])})"

    __repr__ = __str__

    def match(self, matchee: Trace | Traced) -> Mismatch | None:
        """Return None if there is such a change, else the changes that there are."""
        changes = _trace_of(matchee).on("db")
        ours = [effect for effect in changes if effect.operation.partition(" ")[2] == self._table]
        if any(self._is_wanted(effect) for effect in ours):
            return None
        wanted = ", ".join(f"{name}={value!r}" for name, value in self._columns.items()) or "anything"
        if ours:
            happened = "\n".join(f"  {_change(effect)}" for effect in ours)
        else:
            tables = sorted({effect.operation.partition(" ")[2] for effect in changes})
            happened = f"  none; tables that were changed: {', '.join(tables) or 'none'}"
        return Mismatch(
            f"expected a change of {self._table} that writes {wanted}\nchanges of {self._table}:\n{happened}"
        )

    def _is_wanted(self, effect: Effect) -> bool:
        values = effect.arguments.get("values", {})
        return all(name in values and values[name] == value for name, value in self._columns.items())


class SameEffects(_TraceMatcher):
    """Matches if the same effects happened as elsewhere, in the same order, whatever form their arguments had.

    Of an observation, the outcome of the request and the final state count too.

    Args:
        other: What is the measure.
    """

    def __init__(self, other: Trace | Traced) -> None:
        self._other = other

    def __str__(self) -> str:
        return f"SameEffects({self._other!r})"

    __repr__ = __str__

    def match(self, matchee: Trace | Traced) -> Mismatch | None:
        """Return None if the effects are the same, else where they first differ."""
        rows = align(_effects_of(self._other), _effects_of(matchee))
        different = [number for number, row in enumerate(rows) if row.differences]
        if not different:
            return None
        first = different[0]
        shown = range(max(0, first - _AROUND), min(len(rows), first + _AROUND + 1))
        return Mismatch(
            f"expected the same {len(_effects_of(self._other))} effects\n"
            f"happened: {len(different)} of {len(rows)} steps differ, the first is step {first + 1} "
            "(- expected, + happened):\n" + "\n".join(line for number in shown for line in _lines(number, rows[number]))
        )


def _trace_of(matchee: Trace | Traced) -> Trace:
    return matchee if isinstance(matchee, Trace) else matchee.trace


def _effects_of(matchee: Trace | Traced) -> Sequence[CanonicalEffect]:
    if isinstance(matchee, Observation):
        return matchee.effects
    epoch, names = (matchee.epoch, matchee.names) if isinstance(matchee, Cloud) else (EPOCH, {})
    canonicalizer = Canonicalizer(epoch, recognise, normalise, names=names, plain_channels=PLAIN)
    return canonicalizer.effects(effect for effect in _trace_of(matchee) if effect.channel in COMPARED)


def _lines(number: int, row: Row) -> Iterable[str]:
    if not row.differences:
        yield f"  {number + 1:>4}  {report.brief(row.effect)}"
    elif row.objects is None:
        yield f"- {number + 1:>4}  {report.brief(row.effect)}"
    elif row.legacy is None:
        yield f"+ {number + 1:>4}  {report.brief(row.effect)}"
    else:
        yield f"! {number + 1:>4}  {report.brief(row.effect)}"
        for difference in row.differences:
            yield f"        {difference.field}"
            yield f"      - {difference.legacy!r}"
            yield f"      + {difference.objects!r}"


def _first_missing(expected: Sequence[str], happened: Sequence[str]) -> int | None:
    """Return the number of the first that did not happen after those before it, None if all did."""
    remaining = iter(happened)
    return next((number for number, operation in enumerate(expected) if operation not in remaining), None)


def _list(operations: Sequence[str]) -> str:
    return ", ".join(operations) or "none"


def _change(effect: Effect) -> str:
    parts = (f"{part} {effect.arguments[part]!r}" for part in ("where", "values") if part in effect.arguments)
    return f"{effect.operation}: {', '.join(parts)}"
