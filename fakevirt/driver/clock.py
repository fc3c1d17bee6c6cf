"""A clock for drivers with threads: it stands still until a test lets time pass."""

from __future__ import annotations

import contextlib
import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from fakevirt.usage_error import UsageError

#: How long a test waits for threads, in seconds: they wait for nothing but each other.
_PATIENCE = 60.0


@dataclass(slots=True, eq=False)
class _Sleeper:
    """A thread that waits: what for, until when, and whether it is to go on."""

    name: str
    until: float
    or_until: Callable[[], bool]
    is_woken: bool = False


class Clock:
    """The time that live migrations take.

    Args:
        lock: What threads hold that are at work, and give back while they wait.
    """

    def __init__(self, lock: threading.RLock) -> None:
        #: How many seconds have passed.
        self.now: float = 0.0
        self._changed = threading.Condition(lock)
        self._sleepers: list[_Sleeper] = []
        self._at_work = 0

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        """Let no time pass during the block but where it waits."""
        with self._changed:
            self._at_work += 1
        try:
            yield
        finally:
            with self._changed:
                self._at_work -= 1
                self._changed.notify_all()

    def wait(self, seconds: float, *, name: str, or_until: Callable[[], bool] = lambda: False) -> float:
        """Wait, at work and with the lock, until some seconds have passed or something holds.

        Args:
            seconds: How many.
            name: What waits: of two that are due at the same time the first by name goes on first.
            or_until: Whether to go on; it is asked whenever :meth:`look` is called.

        Returns:
            How many seconds have passed.
        """
        began = self.now
        sleeper = _Sleeper(name, began + seconds, or_until)
        self._sleepers.append(sleeper)
        self._at_work -= 1
        self._changed.notify_all()
        self._changed.wait_for(lambda: sleeper.is_woken)
        return self.now - began

    def look(self) -> None:
        """Let those go on that wait no longer, whatever the time."""
        with self._changed:
            for sleeper in [sleeper for sleeper in self._sleepers if sleeper.or_until()]:
                self._wake(sleeper)

    def advance(self, seconds: float) -> None:
        """Let some seconds pass; who waits goes on when it is due, one after the other.

        Raises:
            UsageError: A thread neither waits again nor ends.
        """
        with self._changed:
            end = self.now + seconds
            self.look()
            self._settle()
            while (sleeper := self._soonest()) and sleeper.until <= end:
                self._let_go_on(sleeper)
            self.now = end

    def interleave(self, *actions: Callable[[], object], seed: int = 0) -> None:
        """Let time pass until nobody waits any more, and do something meanwhile.

        Args:
            *actions: What is done, each once, in an order and at points in time that the seed draws.
            seed: Which draw it is.
        """
        draws, to_do = random.Random(seed), list(actions)
        while True:
            with self._changed:
                self._settle()
                sleeper = self._soonest()
                draw: list[Callable[[], object] | None] = [*to_do, *([None] if sleeper else [])]
                if not draw:
                    return
                action = draws.choice(draw)
                if action is None and sleeper is not None:
                    self._let_go_on(sleeper)
                    continue
            if action is not None:
                to_do.remove(action)
                action()

    def await_waiting(self, count: int) -> None:
        """Wait until so many wait, as live migrations do that were asked for and have begun.

        Raises:
            UsageError: They do not.
        """
        with self._changed:
            self._expect(lambda: len(self._sleepers) >= count and not self._at_work, f"{count} that wait")

    def _soonest(self) -> _Sleeper | None:
        return min(self._sleepers, key=lambda sleeper: (sleeper.until, sleeper.name), default=None)

    def _let_go_on(self, sleeper: _Sleeper) -> None:
        self.now = max(self.now, sleeper.until)
        self._wake(sleeper)
        self._settle()

    def _wake(self, sleeper: _Sleeper) -> None:
        self._sleepers.remove(sleeper)
        sleeper.is_woken = True
        self._at_work += 1
        self._changed.notify_all()

    def _settle(self) -> None:
        self._expect(lambda: not self._at_work, "none that is at work")

    def _expect(self, holds: Callable[[], bool], what: str) -> None:
        if not self._changed.wait_for(holds, timeout=_PATIENCE):
            raise UsageError(
                expected=f"{what}, after {_PATIENCE:.0f} s",
                happened=f"{len(self._sleepers)} wait and {self._at_work} are at work",
                where="the clock of the hypervisors",
                how_to_go_on="look what live migrations were begun, and at what their threads do",
            )
