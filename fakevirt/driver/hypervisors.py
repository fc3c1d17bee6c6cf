"""Hypervisors that reach each other."""

from __future__ import annotations

import threading
from collections.abc import Callable

from fakevirt import exceptions
from fakevirt.driver.clock import Clock
from fakevirt.driver.hypervisor import Hypervisor
from fakevirt.driver.storage import Storage


def _on_its_own_storage(hostname: str, my_ip: str) -> Hypervisor:
    return Hypervisor(hostname, my_ip=my_ip, instances_path=Storage(hostname))


class Hypervisors:
    """The hypervisors of a site by host: guests move between them. A host's is made when its compute service starts.

    Args:
        make: Makes the hypervisor of a host from the host's name and a free address; one with storage of its own
            unless given.
    """

    def __init__(self, make: Callable[[str, str], Hypervisor] = _on_its_own_storage) -> None:
        self._make = make
        self._by_host: dict[str, Hypervisor] = {}
        #: Held while a driver is at work: a migration touches two hosts, and each compute service has its threads.
        self.lock: threading.RLock = threading.RLock()
        #: How long live migrations take; it moves when a test says so.
        self.clock: Clock = Clock(self.lock)

    def of(self, host: str) -> Hypervisor:
        """Return the hypervisor of a host; it is made if there is none, and then outlives restarts of the service."""
        with self.lock:
            if host not in self._by_host:
                self._by_host[host] = self._make(host, f"192.0.2.{len(self._by_host) + 1}")
            return self._by_host[host]

    def reach(self, dest: str) -> Hypervisor:
        """Return the hypervisor of that name or address.

        Raises:
            MigrationError: There is none.
        """
        with self.lock:
            for hypervisor in self._by_host.values():
                if dest in (hypervisor.hostname, hypervisor.my_ip):
                    return hypervisor
        raise exceptions.MigrationError(reason=f"unable to connect to server at {dest}")
