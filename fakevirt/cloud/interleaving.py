"""Requests that are under way at the same time, in an order that can be had again."""

from __future__ import annotations

import random
from collections.abc import Callable

from fakevirt.cloud.premises import InProcess
from fakevirt.cloud.world import World
from fakevirt.instrument.turns import Turns
from fakevirt.manager import locks
from fakevirt.usage_error import UsageError

#: Before whose calls another request may go on: those that both call paths make alike.
_CHANNEL = "driver"


class Interleaving(World):
    """Runs requests at the same time."""

    def interleave(self, *requests: Callable[[], object], seed: int = 0) -> list[BaseException | None]:
        """Let requests be under way at the same time; the seed draws which of them goes on when, every time alike.

        A request goes on until it is about to call a virt driver, lets time pass, or waits for the lock of an instance;
        then it is drawn which one goes on. The clock moves when one is drawn that lets time pass.

        Args:
            *requests: What is asked, each without arguments.
            seed: Which order it is.

        Returns:
            What each request has raised; None for one that has not.

        Raises:
            UsageError: The services are processes of their own, they are interleaved already, or the requests wait for
                each other without an end.
        """
        if not isinstance(self._premises, InProcess) or self._turns is not None:
            raise UsageError(
                expected="a cloud within the process, whose requests come one after the other",
                happened="requests are interleaved already" if self._turns else "its services are processes",
                where="Cloud.interleave(…)",
                how_to_go_on="take Cloud() without transport_url; give all requests to one call of interleave",
            )
        self._turns = turns = Turns(self.clock, random.Random(seed))
        self.faults.before = self._let_others_go_on
        try:
            with locks.in_turns(turns.wait_for):
                return turns.run(requests)
        finally:
            self._turns = self.faults.before = None

    def sleep(self, seconds: float) -> None:
        """Let some seconds pass on the clock; requests that are interleaved with who sleeps go on meanwhile.

        Args:
            seconds: How many.
        """
        self._sleep(seconds)

    def wait_for(self, holds: Callable[[], bool]) -> None:
        """Let requests that are interleaved with who waits go on until something holds; without any, do not wait.

        Args:
            holds: Whether to go on.
        """
        if self._turns is not None:
            self._turns.wait_for(holds)

    def _let_others_go_on(self, channel: str) -> None:
        if channel == _CHANNEL and self._turns is not None and not self.trace.is_muted:
            self._turns.sleep(0)
