"""The lock that work on one instance takes."""

from __future__ import annotations

import threading
import weakref
from contextlib import AbstractContextManager

from oslo_concurrency import lockutils


class _ReentrantLocks(lockutils.Semaphores):
    """Locks that a thread may take again: a cast is delivered on the stack of whoever sends it."""

    def __init__(self) -> None:
        super().__init__()
        self._locks: weakref.WeakValueDictionary[str, threading.RLock] = weakref.WeakValueDictionary()

    def get(self, name: str) -> threading.RLock:  # type: ignore[override]  # taken and given back alike
        with self._lock:
            lock = self._locks.get(name)
            if lock is None:
                lock = self._locks[name] = threading.RLock()
            return lock


_LOCKS = _ReentrantLocks()


def instance_lock(uuid: str) -> AbstractContextManager[object]:
    """Return the lock of an instance: one thread at a time works on it."""
    return lockutils.lock(uuid, semaphores=_LOCKS)
