"""The trace of a cloud of several processes: at home, and as the other processes see it."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Mapping
from typing import Any

from fakevirt.cloud.processes import causality
from fakevirt.cloud.trace import CloudTrace
from fakevirt.instrument import trace
from fakevirt.instrument.faults import Fault, FaultPlan, Kind
from fakevirt.instrument.snapshot import snapshot
from fakevirt.instrument.trace import UNHEARD, Effect, Raised, Returned, Trace

#: Asks home for something.
Ask = Callable[..., Any]


class CollectedTrace(CloudTrace):
    """Effects of all processes, in the order of what caused what.

    An effect belongs to the handling of a message, or to none. What a message caused stands behind the message, before
    whatever its sender did next; within one handling the order is that in which effects came in. Clocks play no part.
    """

    def __init__(self) -> None:
        super().__init__()
        self._in_turns = threading.RLock()
        self._next = itertools.count(1)
        self._by_number: dict[int, Effect] = {}
        self._numbers: dict[int, int] = {}
        self._causes: dict[int, int | None] = {}

    def record(
        self,
        channel: str,
        operation: str,
        arguments: Mapping[str, Any] | None = None,
        *,
        service: str | None = None,
        **details: Any,
    ) -> Effect:
        """Insert an effect of this process, as :meth:`fakevirt.instrument.trace.Trace.record` appends one."""
        if self._muted:
            return UNHEARD
        taken = snapshot(arguments) if arguments else {}
        effect = Effect(channel, operation, taken, service, trace.current_scope(), details)
        self.add(effect, causality.message())
        return effect

    def add(self, effect: Effect, cause: int | None) -> int:
        """Insert an effect that begins now, and return its number.

        Args:
            effect: The effect.
            cause: The number of the message whose handling it belongs to, None if to none.
        """
        with self._in_turns:
            number = next(self._next)
            at = self._place(cause)
            self._by_number[number], self._numbers[id(effect)], self._causes[number] = effect, number, cause
            effect.began, effect._trace = at, self
            self.effects.insert(at, effect)
            for later in self.effects[at + 1 :]:
                later.began += 1
            return number

    def number(self, effect: Effect) -> int | None:
        """Return the number of an effect; None if it is none of the trace's."""
        return self._numbers.get(id(effect))

    def end(self, number: int, outcome: Returned | Raised, details: Mapping[str, Any]) -> None:
        """Note how an effect ended.

        Args:
            number: Its number.
            outcome: How.
            details: What is shown of it besides, from now on.
        """
        with self._in_turns:
            effect = self._by_number[number]
            effect.details.update(details)
            effect._end(outcome)

    def _place(self, cause: int | None) -> int:
        if cause is None:
            return len(self.effects)
        return next(at for at in range(len(self.effects), 0, -1) if self._is_caused_by(self.effects[at - 1], cause))

    def _is_caused_by(self, effect: Effect, cause: int) -> bool:
        number: int | None = self._numbers[id(effect)]
        while number is not None and number != cause:
            number = self._causes[number]
        return number == cause


class SentEffect(Effect):
    """An effect in another process than the trace.

    Args:
        ask: Asks home for something.
        number: Its number.
    """

    __slots__ = ("_ask", "number")

    def __init__(self, ask: Ask, number: int) -> None:
        super().__init__("", "")
        self._ask = ask
        self.number = number

    def _end(self, outcome: Returned | Raised) -> None:
        self._ask("end", self.number, outcome, self.details)


class SentTrace(Trace):
    """A trace that is at home.

    Args:
        ask: Asks home for something.
    """

    def __init__(self, ask: Ask) -> None:
        super().__init__()
        self._ask = ask

    def __len__(self) -> int:
        length: int = self._ask("length")
        return length

    @property
    def is_muted(self) -> bool:
        """Whether what is being handled was asked for while nothing was recorded."""
        return causality.is_muted()

    def record(
        self,
        channel: str,
        operation: str,
        arguments: Mapping[str, Any] | None = None,
        *,
        service: str | None = None,
        **details: Any,
    ) -> Effect:
        """Have an effect inserted at home."""
        if self.is_muted:
            return UNHEARD
        taken = snapshot(arguments) if arguments else {}
        return SentEffect(self._ask, self._ask("add", channel, operation, taken, service, details))

    def consult(self, choice: str) -> None:
        """Note that something asked for a choice; home hears of each once."""
        if not self.is_muted and choice not in self.consulted:
            self._ask("consult", choice)
            self.consulted.add(choice)


class SentFaults(FaultPlan):
    """What is planted at home.

    Args:
        ask: Asks home for something.
    """

    def __init__(self, ask: Ask) -> None:
        super().__init__()
        self._ask = ask

    def count(self, channel: str, operation: str) -> int:
        """Count a call at home."""
        nth: int = self._ask("count", channel, operation)
        return nth

    def strike(self, channel: str, operation: str, nth: int) -> Fault | None:
        """Let happen at home what is planted at a call."""
        later: tuple[Kind, BaseException | None] | None = self._ask("strike", channel, operation, nth)
        return None if later is None else Fault(channel, operation, nth, later[0], lambda: later[1])
