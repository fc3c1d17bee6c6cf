"""Threads of which one runs at a time, in an order that is drawn from a seed."""

from __future__ import annotations

import contextvars
import datetime
import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from fakevirt.instrument.determinism import Clock
from fakevirt.usage_error import UsageError


class _GivenUp(BaseException):
    """The others cannot go on, so that this one need not."""


@dataclass(slots=True, eq=False)
class _Task:
    """A request that is under way, in a thread of its own that runs while it is its turn."""

    goes_on_at: datetime.datetime
    or_until: Callable[[], bool] = lambda: False
    can_go_on: Callable[[], bool] = lambda: True
    raised: BaseException | None = None
    has_ended: bool = False
    its_turn: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))


class Turns:
    """Tasks of which one runs at a time.

    Args:
        clock: The clock that they let pass.
        draws: Draws whose turn it is.
    """

    def __init__(self, clock: Clock, draws: random.Random) -> None:
        self._clock = clock
        self._draws = draws
        self._of_thread: dict[int, _Task] = {}
        self._back = threading.Semaphore(0)
        self._is_over = False

    def run(self, requests: Sequence[Callable[[], object]]) -> list[BaseException | None]:
        """Run requests to their ends, and return what each has raised."""
        tasks = [_Task(self._clock.now) for _ in requests]
        for task, request in zip(tasks, requests, strict=True):
            context = contextvars.copy_context()
            threading.Thread(target=context.run, args=(self._run, task, request), daemon=True).start()
        try:
            while under_way := [task for task in tasks if not task.has_ended]:
                task = self._drawn(under_way)
                self._clock.now = max(self._clock.now, task.goes_on_at)
                self._let_go_on(task)
        finally:
            self._is_over = True
            for task in tasks:
                while not task.has_ended:
                    self._let_go_on(task)
        return [task.raised for task in tasks]

    def sleep(self, seconds: float, or_until: Callable[[], bool] = lambda: False) -> None:
        """Let the others go on, for that long at least or until something holds; without others time just passes."""
        task = self._of_thread.get(threading.get_ident())
        if task is None:
            self._clock.advance(seconds)
        else:
            task.goes_on_at, task.or_until = self._clock.now + datetime.timedelta(seconds=seconds), or_until
            self._give_up_turn(task)

    def wait_for(self, can_go_on: Callable[[], bool]) -> None:
        """Let the others go on until something holds; without others, do not wait."""
        task = self._of_thread.get(threading.get_ident())
        if task is not None:
            task.goes_on_at, task.can_go_on = self._clock.now, can_go_on
            self._give_up_turn(task)

    def _drawn(self, under_way: list[_Task]) -> _Task:
        for task in under_way:
            if task.goes_on_at > self._clock.now and task.or_until():
                task.goes_on_at = self._clock.now
        able = [task for task in under_way if task.can_go_on()]
        if not able:
            raise UsageError(
                expected="requests of which one can go on",
                happened=f"{len(under_way)} wait for each other",
                where="Cloud.interleave(…)",
                how_to_go_on="look for two locks that are taken in different orders; the seed repeats it",
            )
        # Of those that let time pass the first to wake may be drawn: who could go on then was slow.
        asleep = sorted((task for task in able if task.goes_on_at > self._clock.now), key=lambda task: task.goes_on_at)
        return self._draws.choice([task for task in able if task not in asleep] + asleep[:1])

    def _run(self, task: _Task, request: Callable[[], object]) -> None:
        self._of_thread[threading.get_ident()] = task
        task.its_turn.acquire()
        try:
            request()
        except BaseException as error:
            task.raised = error
        finally:
            task.has_ended = True
            self._back.release()

    def _let_go_on(self, task: _Task) -> None:
        task.its_turn.release()
        self._back.acquire()

    def _give_up_turn(self, task: _Task) -> None:
        self._back.release()
        task.its_turn.acquire()
        task.can_go_on = lambda: True
        if self._is_over:
            # What it holds is given back on the way out.
            raise _GivenUp
