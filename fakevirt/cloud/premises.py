"""Where the services of a cloud run."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol

from fakevirt.backends.scheduler import Scheduler
from fakevirt.cloud.factories import DriverFactory, DriverParts, ManagerFactory, made
from fakevirt.cloud.trace import CloudTrace
from fakevirt.cloud.wiring import Wiring
from fakevirt.driver.interface import ComputeDriver
from fakevirt.instrument.probe import probe
from fakevirt.location import MESSAGES
from fakevirt.manager.compute import ComputeManager
from fakevirt.rpc.recording import record_messages
from fakevirt.rpc.server import ServiceRPCServer, get_server
from fakevirt.rpc.transport import SCHEME, open_transport
from fakevirt.services import Service

if TYPE_CHECKING:
    from fakevirt.cloud.world import World


class Premises(Protocol):
    """Where the conductor, the scheduler and the compute hosts run; the API is always in the process of the cloud."""

    @property
    def trace(self) -> CloudTrace:
        """Where all of them record."""

    def open(self, world: World) -> AbstractContextManager[Any]:
        """Return a context whose value is the transport of the world, and that ends all that runs."""

    def run_controllers(self, wiring: Wiring, conductor: Service, scheduler: Service) -> Scheduler:
        """Run conductor and scheduler, in place of those that ran before; return what chooses hosts."""

    def run_host(
        self, wiring: Wiring, service: Service, parts: DriverParts, driver: ComputeDriver | None
    ) -> tuple[ComputeDriver, ComputeManager]:
        """Run a compute host, in place of the one that ran before.

        Args:
            wiring: What it reaches.
            service: Its service.
            parts: What its driver is made with.
            driver: The driver of the one that ran before.

        Returns:
            Its driver, probed, and its manager.
        """

    def process_id(self, name: str) -> int:
        """Return the id of the process of a host, or of the conductor."""

    def read_pins(self, wiring: Wiring) -> None:
        """Let all clients find out anew what they are pinned to."""


class InProcess:
    """All services run in this process, on the stack of whoever asks.

    Args:
        make_manager: Makes the compute manager of a host.
        make_driver: Makes its driver.
    """

    def __init__(self, make_manager: ManagerFactory, make_driver: DriverFactory) -> None:
        self._make_manager = make_manager
        self._make_driver = make_driver
        self.trace: CloudTrace = CloudTrace()
        self._servers: dict[str, ServiceRPCServer] = {}

    @contextlib.contextmanager
    def open(self, world: World) -> Iterator[Any]:
        """Open a transport whose messages are effects."""
        transport = self._transport = open_transport()
        record_messages(transport, world.trace, world.faults)
        try:
            yield transport
        finally:
            for server in self._servers.values():
                server.stop()
            self._servers = {}
            transport.cleanup()

    def run_controllers(self, wiring: Wiring, conductor: Service, scheduler: Service) -> Scheduler:
        """Serve them here."""
        return wiring.serve_controllers(conductor, scheduler, self._serve)

    def run_host(
        self, wiring: Wiring, service: Service, parts: DriverParts, driver: ComputeDriver | None
    ) -> tuple[ComputeDriver, ComputeManager]:
        """Make the driver, unless there is one, and the manager, and serve it here."""
        if driver is None:
            own = made(self._make_driver(parts), ComputeDriver, "driver")
            # A driver of a project's own may name its parameters otherwise, or take whatever comes.
            driver = probe(own, "driver", wiring.trace, wiring.faults, service=service.host, interface=ComputeDriver)
        return driver, wiring.serve_host(service, driver, self._make_manager, self._serve)

    def process_id(self, name: str) -> int:
        """Return the id of this process."""
        return os.getpid()

    def read_pins(self, wiring: Wiring) -> None:
        """There is one set of clients."""
        wiring.read_pins()

    def _serve(self, topic: str, service: Service, *endpoints: object) -> None:
        """Start the server of a service, in place of the one that it had before."""
        if service.host in self._servers:
            self._servers[service.host].stop()
        server = self._servers[service.host] = get_server(self._transport, topic, service, endpoints)
        server.start()


def premises_at(url: str | None, make_manager: ManagerFactory, make_driver: DriverFactory) -> Premises:
    """Return where the services of a cloud run.

    Args:
        url: The transport of their messages; that of the option or of the environment unless given.
        make_manager: Makes the compute manager of a host.
        make_driver: Makes its driver.
    """
    url = url or MESSAGES.url
    if url.partition(":")[0] == SCHEME:
        return InProcess(make_manager, make_driver)
    from fakevirt.cloud.processes.home import Processes

    return Processes(url, make_manager, make_driver)
