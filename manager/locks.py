"""The lock that work on one instance takes."""

from __future__ import annotations

import contextlib
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

from oslo_concurrency import lockutils


class _ReentrantLocks(lockutils.Semaphores):
    """Locks that a thread may take again: a cast is delivered on the stack of whoever sends it."""

    def __init__(self, make: Callable[[], Any] = threading.RLock) -> None:
        super().__init__()
        self.make = make
        self._locks: weakref.WeakValueDictionary[str, Any] = weakref.WeakValueDictionary()

    def get(self, name: str) -> Any:
        with self._lock:
            lock = self._locks.get(name)
            if lock is None:
                lock = self._locks[name] = self.make()
            return lock


class _HeldBy:
    """A lock that whoever has it may take again, where that is another one than a thread.

    Args:
        holder: Names who takes it.
    """

    def __init__(self, holder: Callable[[], str]) -> None:
        self._holder = holder
        self._changed = threading.Condition()
        self._held_by: list[str] = []

    def __enter__(self) -> None:
        taker = self._holder()
        with self._changed:
            self._changed.wait_for(lambda: not self._held_by or self._held_by[-1] == taker)
            self._held_by.append(taker)

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._held_by.pop()
            self._changed.notify_all()


class _InTurns:
    """A lock of a thread, which may take it again, where threads run in turns: who has to wait gives up its turn.

    Args:
        wait_for: Returns when something holds.
    """

    def __init__(self, wait_for: Callable[[Callable[[], bool]], None]) -> None:
        self._wait_for = wait_for
        self._lock = threading.RLock()
        self._times_held = 0

    def __enter__(self) -> None:
        if not self._lock.acquire(blocking=False):
            self._wait_for(lambda: not self._times_held)
            self._lock.acquire()
        self._times_held += 1

    def __exit__(self, *_: object) -> None:
        self._times_held -= 1
        self._lock.release()


_LOCKS = _ReentrantLocks()


def hold_by(holder: Callable[[], str]) -> None:
    """Let locks of this process belong to others than threads.

    Args:
        holder: Names who takes a lock: what one thread waits for may be done in another one.
    """
    _LOCKS.make = lambda: _HeldBy(holder)


@contextlib.contextmanager
def in_turns(wait_for: Callable[[Callable[[], bool]], None]) -> Iterator[None]:
    """Let threads that run in turns take locks in the block.

    Args:
        wait_for: Lets the others go on, and returns when something holds.
    """
    global _LOCKS
    before, _LOCKS = _LOCKS, _ReentrantLocks(lambda: _InTurns(wait_for))
    try:
        yield
    finally:
        _LOCKS = before


def instance_lock(uuid: str) -> AbstractContextManager[object]:
    """Return the lock of an instance: one thread at a time works on it."""
    return lockutils.lock(uuid, semaphores=_LOCKS)
