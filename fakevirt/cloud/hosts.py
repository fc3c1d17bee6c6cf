"""Hosts and nodes that are not as they should be: none of it is on the trace."""

from __future__ import annotations

from fakevirt import services
from fakevirt.cloud.world import World
from fakevirt.db import api as db
from fakevirt.db import builders


class Hosts(World):
    """Changes hosts."""

    def add_compute_node(self, host: str, nodename: str) -> None:
        """Set up one more compute node of a host, which its driver knows nothing of."""
        with self.trace.muted(), services.running_as(self._api):
            service = db.service_get_by_compute_host(self.context, self.host(host).name)
            values = builders.compute_node_row(id=None, service_id=service.id, hypervisor_hostname=nodename)
            db.compute_node_create(self.context, values)

    def remove_compute_nodes(self, host: str) -> None:
        """Delete the compute nodes of a host behind its back."""
        with self.trace.muted(), services.running_as(self._api):
            service = db.service_get_by_compute_host(self.context, self.host(host).name)
            for node in service.compute_node:
                db.compute_node_delete(self.context, node.id)

    def cut_off(self, host: str) -> None:
        """Let hypervisors no longer reach the one of ``host``; messages still reach its manager."""
        self._unreachable.add(self.host(host).name)

    def process_id(self, service: str) -> int:
        """Return the id of the process that a service runs in: to kill it, say, where it has one of its own.

        Args:
            service: A host, or ``conductor``.

        Raises:
            UsageError: There is no such host.
        """
        return self._premises.process_id(service if service == "conductor" else self.host(service).name)
