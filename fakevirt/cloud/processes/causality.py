"""What is done on whose behalf: it travels with every message and every call between processes."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass

from fakevirt import services
from fakevirt.instrument import trace


@dataclass(frozen=True, slots=True)
class Cause:
    """What something is done for.

    Args:
        message: The number of the effect of the message that is being handled; None outside any.
        activity: Who is at work: the thread in which it all began. Whoever waits for something and what is waited for
            are one activity.
        scope: The work item that is running.
        muted: Whether nothing is recorded.
        service: The host of the service that is running.
    """

    message: int | None
    activity: str
    scope: str | None
    muted: bool
    service: str | None


_message: ContextVar[int | None] = ContextVar("fakevirt_message", default=None)
_activity: ContextVar[str | None] = ContextVar("fakevirt_activity", default=None)
_muted: ContextVar[bool] = ContextVar("fakevirt_muted", default=False)


def message() -> int | None:
    """Return the number of the message that is being handled, None outside any."""
    return _message.get()


def activity() -> str:
    """Return who is at work."""
    return _activity.get() or f"{os.getpid()}-{threading.get_ident()}"


def is_muted() -> bool:
    """Return whether what is being handled was asked for while nothing was recorded."""
    return _muted.get()


def current(*, muted: bool) -> Cause:
    """Return what is being done now.

    Args:
        muted: Whether nothing is recorded.
    """
    service = services.current()
    return Cause(message(), activity(), trace.current_scope(), muted, service.host if service else None)


@contextlib.contextmanager
def because_of(cause: Cause) -> Iterator[None]:
    """Run the block on behalf of ``cause``."""
    tokens = _message.set(cause.message), _activity.set(cause.activity), _muted.set(cause.muted)
    try:
        with trace.scope(cause.scope):
            yield
    finally:
        for variable, token in zip((_message, _activity, _muted), tokens, strict=True):
            variable.reset(token)  # type: ignore[attr-defined]
