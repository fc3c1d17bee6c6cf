"""What is planted at a boundary: failures and interferences, at (channel, operation, nth call)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Fault:
    """Something planted at one call.

    Args:
        channel: The boundary at which it waits.
        operation: The operation it waits for.
        nth: The call that it strikes, counted from 1 since the world began.
        strike: What happens before that call takes effect: an exception that it raises takes the call's place.
    """

    channel: str
    operation: str
    nth: int
    strike: Callable[[], object]

    @property
    def where(self) -> tuple[str, str, int]:
        """The call that it waits for."""
        return self.channel, self.operation, self.nth


@dataclass(slots=True)
class FaultPlan:
    """The faults planted in one world."""

    faults: list[Fault] = field(default_factory=list)
    _calls: Counter[tuple[str, str]] = field(default_factory=Counter, repr=False)

    def fail(self, channel: str, operation: str, *, with_: Callable[[], BaseException], nth: int = 1) -> None:
        """Let a call raise in place of taking effect.

        Args:
            channel: The boundary.
            operation: The operation.
            with_: Makes the exception: a class, or a function without arguments.
            nth: Which call of the operation from now on.
        """

        def strike() -> None:
            raise with_()

        self.interfere(channel, operation, strike, nth=nth)

    def interfere(self, channel: str, operation: str, action: Callable[[], object], *, nth: int = 1) -> None:
        """Let something happen just before a call takes effect.

        Args:
            channel: The boundary.
            operation: The operation.
            action: What happens.
            nth: Before which call of the operation from now on.
        """
        self.faults.append(Fault(channel, operation, self._calls[channel, operation] + nth, action))

    @property
    def unstruck(self) -> list[Fault]:
        """What waits still for its call."""
        return [fault for fault in self.faults if self._calls[fault.channel, fault.operation] < fault.nth]

    def strike(self, channel: str, operation: str) -> None:
        """Count a call that is about to take effect, and let happen what is planted at it."""
        self._calls[channel, operation] += 1
        # Kept, because what strikes may call the operation itself.
        call = (channel, operation, self._calls[channel, operation])
        for fault in self.faults:
            if fault.where == call:
                fault.strike()
