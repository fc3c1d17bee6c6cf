"""A frozen world: the clock stands still and uuids and random numbers come from a seed."""

from __future__ import annotations

import contextlib
import datetime
import functools
import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from unittest import mock

#: When every world begins, unless told otherwise: noon of the day of the Icehouse release.
EPOCH = datetime.datetime(2014, 4, 17, 12, 0, 0)


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

    def utcnow(self, with_timezone: bool = False) -> datetime.datetime:
        """Return what it shows, as ``oslo_utils.timeutils.utcnow`` does."""
        return self.now.replace(tzinfo=datetime.UTC) if with_timezone else self.now


@contextlib.contextmanager
def frozen(seed: int = 0, epoch: datetime.datetime = EPOCH) -> Iterator[Clock]:
    """Freeze ``timeutils.utcnow``, ``uuid.uuid4`` and ``random`` for the block.

    Worlds may be nested: leaving one returns to the clock of the one around it.

    Args:
        seed: Where uuids and random numbers begin.
        epoch: The time (UTC, without a time zone) that the clock shows.

    Yields:
        The clock.
    """
    source, clock = random.Random(seed), Clock(epoch)
    with contextlib.ExitStack() as undo:
        undo.enter_context(mock.patch("oslo_utils.timeutils.utcnow", clock.utcnow))
        undo.enter_context(mock.patch("uuid.uuid4", new=functools.partial(_next_uuid, source)))
        undo.callback(random.setstate, random.getstate())
        random.seed(seed)
        yield clock


def _next_uuid(source: random.Random) -> uuid.UUID:
    return uuid.UUID(int=source.getrandbits(128), version=4)
