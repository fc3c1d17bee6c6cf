"""What is planted at a boundary: failures, delays, lost messages, second writers, at (channel, operation, nth call)."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fakevirt.usage_error import UsageError


class Kind(enum.Enum):
    """What happens to a call."""

    FAIL = "fail"
    AFTER = "after"
    DELAY = "delay"
    DROP = "drop"
    DROP_REPLY = "drop-reply"
    RACE = "race"
    INTERFERE = "interfere"

    def __str__(self) -> str:
        return self.value


#: Where something travels that can be lost.
_LOSSY = frozenset({"rpc", "conductor"})


@dataclass(frozen=True, slots=True)
class Fault:
    """Something planted at one call.

    Args:
        channel: The boundary at which it waits.
        operation: The operation it waits for.
        nth: The call that it strikes, counted from 1 since the world began; what is not recorded does not count.
        kind: What happens.
        what: The exception's class (or what makes one) of a failure, the seconds of a delay, what a second writer
            changes, what an interference calls; nothing for a lost message.
    """

    channel: str
    operation: str
    nth: int
    kind: Kind
    what: Any = None

    @property
    def where(self) -> tuple[str, str, int]:
        """The call that it waits for."""
        return self.channel, self.operation, self.nth

    @property
    def happens(self) -> str:
        """What happens, in a few words."""
        return str(self.kind) if self.what is None else f"{self.kind} {getattr(self.what, '__name__', self.what)}"

    def __str__(self) -> str:
        return f"{self.channel}.{self.operation}#{self.nth} {self.happens}"

    def error(self) -> BaseException:
        """Make the exception of a failure."""
        if not isinstance(self.what, type):
            made: BaseException = self.what()
            return made
        # Classes whose text is made of arguments take a text in their place. It does not tell where, so that the same
        # fault reads alike where the same step is another operation.
        error: BaseException = self.what("planted")
        return error


@dataclass(slots=True)
class FaultPlan:
    """The faults planted in one world.

    Args:
        faults: What is planted.
        advance: Moves the world's clock forward by a number of seconds.
        write: Has a second writer change the rows of the world's instances; it is told what to change.
        before: Called with the boundary before each call takes effect: another request may go on there.
    """

    faults: list[Fault] = field(default_factory=list)
    advance: Callable[[float], object] | None = None
    write: Callable[[str], object] | None = None
    before: Callable[[str], object] | None = None
    _calls: Counter[tuple[str, str]] = field(default_factory=Counter, repr=False)

    def fail(self, channel: str, operation: str, *, with_: Callable[[], BaseException], nth: int = 1) -> None:
        """Let a call raise in place of taking effect.

        Args:
            channel: The boundary.
            operation: The operation.
            with_: The exception's class, or a function without arguments that makes one.
            nth: Which call of the operation from now on.
        """
        self._plant(channel, operation, nth, Kind.FAIL, with_)

    def after(self, channel: str, operation: str, *, with_: Callable[[], BaseException], nth: int = 1) -> None:
        """Let a call take effect and raise then; arguments as for :meth:`fail`."""
        self._plant(channel, operation, nth, Kind.AFTER, with_)

    def delay(self, channel: str, operation: str, seconds: float, *, nth: int = 1) -> None:
        """Let the clock go on before a call takes effect.

        Args:
            channel: The boundary.
            operation: The operation.
            seconds: How far.
            nth: Which call of the operation from now on.
        """
        self._plant(channel, operation, nth, Kind.DELAY, seconds)

    def drop(self, channel: str, operation: str, *, nth: int = 1, reply: bool = False) -> None:
        """Lose a message: of a cast nobody hears, and a call ends in MessagingTimeout.

        Args:
            channel: ``rpc`` or ``conductor``.
            operation: The method that is called.
            nth: Which message of that method from now on.
            reply: Whether it is the reply that is lost, after the method did its work.

        Raises:
            UsageError: Nothing travels there.
        """
        if channel not in _LOSSY:
            raise UsageError(
                expected=f"a boundary that messages cross: {', '.join(sorted(_LOSSY))}",
                happened=f"{channel!r} is none",
                where=f"faults.drop({channel!r}, {operation!r})",
                how_to_go_on="use faults.fail or faults.after there",
            )
        self._plant(channel, operation, nth, Kind.DROP_REPLY if reply else Kind.DROP, None)

    def race(self, channel: str, operation: str, change: str, *, nth: int = 1) -> None:
        """Let a second writer change the rows of the instances just before a call takes effect.

        Args:
            channel: The boundary.
            operation: The operation.
            change: What it changes: ``task_state``, ``host`` or ``deleting``.
            nth: Before which call of the operation from now on.
        """
        self._plant(channel, operation, nth, Kind.RACE, change)

    def interfere(self, channel: str, operation: str, action: Callable[[], object], *, nth: int = 1) -> None:
        """Let something happen just before a call takes effect.

        Args:
            channel: The boundary.
            operation: The operation.
            action: What happens.
            nth: Before which call of the operation from now on.
        """
        self._plant(channel, operation, nth, Kind.INTERFERE, action)

    def plant(self, fault: Fault) -> None:
        """Plant a fault whose call is counted from the beginning of the world."""
        self.faults.append(fault)

    @property
    def unstruck(self) -> list[Fault]:
        """What waits still for its call."""
        return [fault for fault in self.faults if self._calls[fault.channel, fault.operation] < fault.nth]

    def count(self, channel: str, operation: str) -> int:
        """Count a call that begins, and return which of its operation it is."""
        call = channel, operation
        self._calls[call] = nth = self._calls[call] + 1
        return nth

    def strike(self, channel: str, operation: str, nth: int) -> Fault | None:
        """Let happen what is planted at a call that is about to take effect.

        Args:
            channel: The boundary.
            operation: The operation.
            nth: Which call of the operation it is.

        Returns:
            What is to happen to its effect: it is lost, or the call raises after it (:meth:`Fault.error`).

        Raises:
            BaseException: The call is to fail.
        """
        if self.before is not None:
            self.before(channel)
        call = (channel, operation, nth)
        later = None
        for fault in self.faults:
            if fault.where == call:
                match fault.kind:
                    case Kind.FAIL:
                        raise fault.error()
                    case Kind.DELAY:
                        _given(self.advance, fault)(fault.what)
                    case Kind.RACE:
                        _given(self.write, fault)(fault.what)
                    case Kind.INTERFERE:
                        fault.what()
                    case _:
                        later = fault
        return later

    def _plant(self, channel: str, operation: str, nth: int, kind: Kind, what: Any) -> None:
        self.plant(Fault(channel, operation, self._calls[channel, operation] + nth, kind, what))


def _given(action: Callable[[Any], object] | None, fault: Fault) -> Callable[[Any], object]:
    if action is None:
        raise UsageError(
            expected="a world with a clock and a database",
            happened="these faults are planted in none",
            where=str(fault),
            how_to_go_on="plant it in the faults of a Cloud",
        )
    return action
