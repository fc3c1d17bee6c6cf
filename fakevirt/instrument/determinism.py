"""A frozen world: the clock stands still and uuids and random numbers come from a seed."""

from __future__ import annotations

import contextlib
import datetime
import functools
import random
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from unittest import mock

#: When every world begins, unless told otherwise: noon of the day of the Icehouse release.
EPOCH = datetime.datetime(2014, 4, 17, 12, 0, 0)


#: What names queues and messages by uuids: from a frozen source two worlds on one broker would have the same ones.
_BY_CHANCE = frozenset({"amqp", "kombu", "oslo_messaging"})
_uuid4_by_chance = uuid.uuid4


@dataclass(slots=True)
class Clock:
    """A clock that moves only when told to.

    Args:
        now: What it shows (UTC, without a time zone).
    """

    now: datetime.datetime = EPOCH

    def advance(self, seconds: float) -> None:
        """Move it forward."""
        self.now += datetime.timedelta(seconds=seconds)

    def seconds(self) -> float:
        """Return what it shows as seconds since the epoch of all worlds."""
        return (self.utcnow() - EPOCH).total_seconds()

    def utcnow(self, with_timezone: bool = False) -> datetime.datetime:
        """Return what it shows, as ``oslo_utils.timeutils.utcnow`` does."""
        return self.now.replace(tzinfo=datetime.UTC) if with_timezone else self.now


@contextlib.contextmanager
def frozen(
    seed: int = 0,
    epoch: datetime.datetime = EPOCH,
    *,
    clock: Clock | None = None,
    uuid4: Callable[[], uuid.UUID] | None = None,
) -> Iterator[Clock]:
    """Freeze ``timeutils.utcnow``, ``uuid.uuid4`` and ``random`` for the block.

    Worlds may be nested: leaving one returns to the clock of the one around it.

    Args:
        seed: Where uuids and random numbers begin.
        epoch: The time (UTC, without a time zone) that the clock shows.
        clock: The clock; one of the block's own unless given.
        uuid4: Draws the uuids; a source of the block's own does unless given.

    Yields:
        The clock.
    """
    source, clock = random.Random(seed), clock or Clock(epoch)
    with contextlib.ExitStack() as undo:
        undo.enter_context(mock.patch("oslo_utils.timeutils.utcnow", clock.utcnow))
        draw = uuid4 or functools.partial(_next_uuid, source)
        undo.enter_context(mock.patch("uuid.uuid4", new=functools.partial(_uuid4, draw)))
        undo.callback(random.setstate, random.getstate())
        random.seed(seed)
        yield clock


def _uuid4(draw: Callable[[], uuid.UUID]) -> uuid.UUID:
    asks: str = sys._getframe(1).f_globals.get("__name__", "")
    return _uuid4_by_chance() if asks.partition(".")[0] in _BY_CHANCE else draw()


def _next_uuid(source: random.Random) -> uuid.UUID:
    return uuid.UUID(int=source.getrandbits(128), version=4)
