"""Which service is running: one context variable answers it, so that many services share one process."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fakevirt import releases
from fakevirt.instrument.faults import FaultPlan
from fakevirt.instrument.trace import Trace
from fakevirt.releases import Release
from fakevirt.settings import Settings

if TYPE_CHECKING:
    from fakevirt.db.engine import Database


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """One running service and what it can reach.

    Args:
        binary: Nova's name of the program, such as ``nova-compute``.
        host: The host it runs on, which is also its RPC server name.
        trace: Where effects that it causes are recorded.
        database: Its database; a compute host has none.
        indirection_api: Where its remotable methods go (a conductor client); without one they run in place.
        notifier: What sends its notifications; a service without one sends none.
        settings: How it is configured.
        release: The release whose versions it speaks.
        faults: What is planted at the commits of its database.
    """

    binary: str
    host: str
    trace: Trace
    database: Database | None = None
    indirection_api: Any = None
    notifier: Any = None
    settings: Settings = field(default_factory=Settings)
    release: Release = releases.CURRENT
    faults: FaultPlan | None = None


_current: ContextVar[Service | None] = ContextVar("fakevirt_service", default=None)


def current() -> Service | None:
    """Return the service that is running, or None outside any."""
    return _current.get()


def running() -> Service:
    """Return the service that is running, for code that an RPC server alone reaches: it runs its endpoints as one."""
    service = current()
    assert service is not None, "an RPC server runs its endpoints as a service"
    return service


@contextlib.contextmanager
def running_as(service: Service) -> Iterator[Service]:
    """Run the block as ``service``."""
    token = _current.set(service)
    try:
        yield service
    finally:
        _current.reset(token)
