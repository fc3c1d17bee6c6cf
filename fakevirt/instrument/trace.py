"""Effects in one global order."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from fakevirt.instrument.snapshot import Failure, snapshot

_scope: ContextVar[str | None] = ContextVar("fakevirt_scope", default=None)


def current_scope() -> str | None:
    """Return the name of the innermost scope, which effects are attributed to."""
    return _scope.get()


@contextlib.contextmanager
def scope(name: str | None) -> Iterator[None]:
    """Attribute the effects of the block to ``name``."""
    token = _scope.set(name)
    try:
        yield
    finally:
        _scope.reset(token)


@dataclass(frozen=True, slots=True)
class Returned:
    """How an effect ended: with this value (a snapshot)."""

    value: Any = None


@dataclass(frozen=True, slots=True)
class Raised:
    """How an effect ended: with this exception."""

    failure: Failure


#: How most effects end.
_RETURNED_NONE = Returned()


@dataclass(slots=True, eq=False)
class Effect:
    """One observed event and the boundary that it crossed.

    Args:
        channel: The boundary, such as ``driver`` or ``db``.
        operation: What was done there: a method, a table's change, an event type.
        arguments: What it was done with (snapshots by parameter name).
        service: The host of the service that did it, None outside any.
        scope: What it is attributed to (the work item that was running).
        details: What is worth showing but is not compared (an RPC version, a place in the code).
        outcome: How it ended; None while it is under way and for an event without an end.
        began: Its place in the trace, -1 if it is in none.
        ended: How many effects the trace had when it ended.
    """

    channel: str
    operation: str
    arguments: dict[str, Any] = field(default_factory=dict)
    service: str | None = None
    scope: str | None = None
    details: dict[str, Any] = field(default_factory=dict)
    outcome: Returned | Raised | None = None
    began: int = -1
    ended: int | None = None
    _trace: Trace | None = None

    def __repr__(self) -> str:
        by = "" if self.service is None else f" {self.service}"
        return f"<{self.channel}{by}: {self.operation}({', '.join(self.arguments)})>"

    def returned(self, value: Any = None) -> None:
        """Note that the effect ended with ``value``."""
        self._end(_RETURNED_NONE if value is None else Returned(snapshot(value)))

    def raised(self, error: BaseException) -> None:
        """Note that the effect ended with ``error``."""
        self._end(Raised(Failure.of(error)))

    def _end(self, outcome: Returned | Raised) -> None:
        self.outcome = outcome
        if self._trace is not None:
            self.ended = len(self._trace)


class _Unheard(Effect):
    """An effect while nothing is recorded."""

    def returned(self, value: Any = None) -> None:
        pass

    def raised(self, error: BaseException) -> None:
        pass


#: What records nothing hands out in place of effects.
UNHEARD = _Unheard("", "")


class Trace:
    """All effects of one world, in the order in which they began.

    Attributes:
        effects: The effects.
        consulted: The choices that something asked for, by name, such as the call path of a work item: what no run has
            asked for cannot have mattered to it.
    """

    def __init__(self) -> None:
        self.effects: list[Effect] = []
        self.consulted: set[str] = set()
        self._muted = 0

    def __repr__(self) -> str:
        return f"<trace of {len(self)} effects>"

    def __len__(self) -> int:
        return len(self.effects)

    def __iter__(self) -> Iterator[Effect]:
        return iter(self.effects)

    def record(
        self,
        channel: str,
        operation: str,
        arguments: Mapping[str, Any] | None = None,
        *,
        service: str | None = None,
        **details: Any,
    ) -> Effect:
        """Append an effect that begins now and return it, so that its outcome can be noted.

        Args:
            channel: The boundary that it crosses.
            operation: What is done there.
            arguments: What it is done with; snapshots are taken here.
            service: The host of the service that does it.
            **details: What is shown and not compared.
        """
        if self._muted:
            return UNHEARD
        effect = Effect(
            channel,
            operation,
            snapshot(arguments) if arguments else {},
            service,
            _scope.get(),
            details,
            began=len(self.effects),
            _trace=self,
        )
        self.effects.append(effect)
        return effect

    def consult(self, choice: str) -> None:
        """Note that something asked for a choice, by name."""
        if not self._muted:
            self.consulted.add(choice)

    @property
    def is_muted(self) -> bool:
        """Whether nothing is recorded at the moment."""
        return self._muted > 0

    @contextlib.contextmanager
    def muted(self) -> Iterator[None]:
        """Record nothing in the block: the setting up of a world is not part of what is observed."""
        self._muted += 1
        try:
            yield
        finally:
            self._muted -= 1

    def on(self, *channels: str) -> list[Effect]:
        """Return the effects on ``channels``, in order."""
        return [effect for effect in self.effects if effect.channel in channels]
