"""What Nova has to do with threads that are interleaved: its locks, and its messages."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any
from unittest import mock

import nova.rpc
from oslo_concurrency import lockutils

from fakevirt.driver.clock import Clock
from fakevirt.usage_error import UsageError


@contextlib.contextmanager
def casts_are_calls(clock: Clock) -> Iterator[None]:
    """Refuse the block if threads that nobody waits for handle Nova's casts: no draw says when these go on."""
    transport = getattr(nova.rpc.TRANSPORT, "_driver", None)
    if not getattr(transport, "waits_for_casts", False):
        raise UsageError(
            expected="a transport on which the sender of a cast waits until it is handled",
            happened=f"{type(transport).__name__} has threads that go on whenever they like, which no seed repeats",
            where="Clock.interleave(…)",
            how_to_go_on="call self.useFixture(FastRPCFixture(casts='calls')) before super().setUp()",
        )
    yield


@contextlib.contextmanager
def nothing_begins(clock: Clock) -> Iterator[None]:
    """Refuse what Nova does in a thread of its own and does not wait for, in the block and once more at its end."""
    # Not before: it imports drivers.
    from nova.compute.manager import ComputeManager

    refused = []

    def start(manager: Any, executor_type: Any, task_name: str, *args: Any, **kwargs: Any) -> Any:
        error = UsageError(
            expected="actions that are over when they return",
            happened=f"one has begun with {task_name}, whose thread goes on whenever it likes",
            where="Clock.interleave(…)",
            how_to_go_on="begin it before, and call clock.await_waiting(…): those that wait are interleaved",
        )
        refused.append(error)
        raise error

    with mock.patch.object(ComputeManager, "_start_recorded_task", start):
        yield
    # What an action casts tells nobody how it ends.
    for error in refused:
        raise error


@contextlib.contextmanager
def locks_in_turns(clock: Clock) -> Iterator[None]:
    """Let who wants a lock that another one has wait on the clock for the block, since its holder may be there too."""
    holders: dict[str, tuple[int, int]] = {}
    real = lockutils.lock

    @contextlib.contextmanager
    def lock(name: str, *args: Any, **kwargs: Any) -> Iterator[Any]:
        own = threading.get_ident()

        def is_free() -> bool:
            return name not in holders or holders[name][0] == own

        if kwargs.get("blocking", True) and not is_free():
            clock.wait_for(is_free)
        with real(name, *args, **kwargs) as taken:
            # Some can be taken again by the thread that has them.
            times = holders.get(name, (own, 0))[1]
            holders[name] = own, times + 1
            try:
                yield taken
            finally:
                if times:
                    holders[name] = own, times
                else:
                    del holders[name]

    with mock.patch.object(lockutils, "lock", lock):
        yield
