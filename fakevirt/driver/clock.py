"""A clock for drivers with threads: it stands still until a test lets time pass."""

from __future__ import annotations

import contextlib
import contextvars
import random
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from fakevirt.usage_error import UsageError

#: How long a test waits for threads, in seconds: they wait for nothing but each other.
_PATIENCE = 60.0


@dataclass(slots=True, eq=False)
class _Sleeper:
    """A thread that waits: what for, until when, whether it can go on then, and whether it is to."""

    name: str
    until: float
    or_until: Callable[[], bool]
    can_go_on: Callable[[], bool] = lambda: True
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
        #: What threads are interleaved within, by name: it may refuse, and is told the clock.
        self.within: dict[str, Callable[[Clock], AbstractContextManager[None]]] = {}
        self._sleepers: list[_Sleeper] = []
        self._at_work = 0
        self._is_interleaving = False

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
        self._sleep(_Sleeper(name, began + seconds, or_until))
        return self.now - began

    def take_turn(self) -> None:
        """Let others go on, at work and with the lock, where threads are interleaved."""
        self.wait_for(lambda: True)

    def wait_for(self, can_go_on: Callable[[], bool]) -> None:
        """Let others go on until something holds, where threads are interleaved; elsewhere, do not wait."""
        with self._changed:
            if self._is_interleaving and self._at_work:
                self._sleep(_Sleeper("", self.now, lambda: False, can_go_on))

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

    def interleave(self, *actions: Callable[[], object], seed: int = 0) -> list[BaseException | None]:
        """Let time pass until nobody waits any more, and do something meanwhile; the seed draws who goes on when.

        Of those that wait, and of the actions, one goes on at a time, until it is about to call a driver, lets time
        pass or waits for a lock. Then it is drawn who goes on. Time passes when one is drawn that lets it.

        Args:
            *actions: What is done, each once and in a thread of its own.
            seed: Which draw it is.

        Returns:
            What each action has raised; None for one that has not.

        Raises:
            UsageError: They cannot be had again by the seed, or wait for each other without an end.
        """
        raised: list[BaseException | None] = [None] * len(actions)
        draws = random.Random(seed)
        with contextlib.ExitStack() as stack:
            for within in self.within.values():
                stack.enter_context(within(self))
            stack.enter_context(self._interleaving())
            for number, action in enumerate(actions):
                self._begin(number, action, raised)
            while drawn := self._drawn():
                self._let_go_on(draws.choice(drawn))
        return raised

    def await_waiting(self, count: int) -> None:
        """Wait until so many wait, as live migrations do that were asked for and have begun.

        Raises:
            UsageError: They do not.
        """
        with self._changed:
            self._expect(lambda: len(self._sleepers) >= count and not self._at_work, f"{count} that wait")

    @contextlib.contextmanager
    def _interleaving(self) -> Iterator[None]:
        with self._changed:
            self._settle()
            self._is_interleaving = True
            try:
                yield
            finally:
                self._is_interleaving = False
                for sleeper in [sleeper for sleeper in self._sleepers if sleeper.until <= self.now]:
                    self._wake(sleeper)

    def _begin(self, number: int, action: Callable[[], object], raised: list[BaseException | None]) -> None:
        def act() -> None:
            try:
                self.take_turn()
                action()
            except BaseException as error:
                raised[number] = error
            finally:
                with self._changed:
                    self._at_work -= 1
                    self._changed.notify_all()

        self._at_work += 1
        threading.Thread(target=contextvars.copy_context().run, args=(act,), daemon=True).start()
        self._settle()

    def _drawn(self) -> Sequence[_Sleeper]:
        """Return those of whom one goes on next: whoever can at once, and the first to wake of the others."""
        able = [sleeper for sleeper in self._sleepers if sleeper.can_go_on()]
        if self._sleepers and not able:
            raise UsageError(
                expected="threads of which one can go on",
                happened=f"{len(self._sleepers)} wait for each other",
                where="Clock.interleave(…)",
                how_to_go_on="look for two locks that are taken in different orders; the seed repeats it",
            )
        asleep = [sleeper for sleeper in able if sleeper.until > self.now and not sleeper.or_until()]
        at_once = [sleeper for sleeper in able if sleeper not in asleep]
        return at_once + sorted(asleep, key=lambda sleeper: (sleeper.until, sleeper.name))[:1]

    def _sleep(self, sleeper: _Sleeper) -> None:
        self._sleepers.append(sleeper)
        self._at_work -= 1
        self._changed.notify_all()
        self._changed.wait_for(lambda: sleeper.is_woken)

    def _soonest(self) -> _Sleeper | None:
        return min(self._sleepers, key=lambda sleeper: (sleeper.until, sleeper.name), default=None)

    def _let_go_on(self, sleeper: _Sleeper) -> None:
        if not sleeper.or_until():
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
