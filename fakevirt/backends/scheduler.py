"""The scheduler: which hosts a request may go to, and which of them takes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from fakevirt import exceptions, services
from fakevirt.db import api as db
from fakevirt.services import Service


@dataclass(slots=True, eq=False)
class Scheduler:
    """Nova's filter scheduler with the filters that a request in a small cloud meets.

    A host passes if its service is enabled, the request has not been tried on it, and it has the memory and the disk.
    The one with the most free memory takes the request, the first by name among equals.

    Args:
        service: What it runs as; it reads the database.
        decisions: The hosts that it chose, by instance uuid and in order.
    """

    service: Service
    decisions: list[tuple[str, str]] = field(default_factory=list)

    def select_destinations(
        self, context: Any, request_spec: dict[str, Any], filter_properties: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Choose a host for each instance of a request.

        Args:
            context: The request.
            request_spec: ``instance_type`` with ``memory_mb``, ``root_gb`` and ``ephemeral_gb``, and
                ``instance_uuids``.
            filter_properties: ``retry`` has the hosts that were tried, ``force_hosts`` the only ones that may be,
                ``ignore_hosts`` those that may not.

        Returns:
            ``host``, ``nodename`` and ``limits`` for each instance.

        Raises:
            NoValidHost: There are not enough hosts for all of them.
        """
        with services.running_as(self.service):
            nodes = self._fitting_nodes(context, request_spec["instance_type"], filter_properties)
        uuids = request_spec["instance_uuids"]
        if not nodes:
            raise exceptions.NoValidHost(reason="")
        chosen = [nodes[number % len(nodes)] for number in range(len(uuids))]
        self.decisions += [(uuid, node["host"]) for uuid, node in zip(uuids, chosen, strict=True)]
        return chosen

    def to_primitive(self) -> list[list[str]]:
        """Return its whole state as plain data."""
        return [[uuid, host] for uuid, host in self.decisions]

    def _fitting_nodes(
        self, context: Any, flavor: dict[str, Any], filter_properties: dict[str, Any]
    ) -> list[dict[str, Any]]:
        tried = {tuple(pair) for pair in (filter_properties.get("retry") or {}).get("hosts", ())}
        forced = filter_properties.get("force_hosts") or ()
        ignored = filter_properties.get("ignore_hosts") or ()
        disk_gb = flavor["root_gb"] + flavor["ephemeral_gb"]
        fitting = []
        for node in db.compute_node_get_all(context):
            service = node["service"]
            if service is None or service["disabled"]:
                continue
            host, nodename = service["host"], node["hypervisor_hostname"]
            free_ram_mb, free_disk_gb = node["free_ram_mb"] or 0, node["free_disk_gb"] or 0
            if (host, nodename) in tried or host in ignored or (forced and host not in forced):
                continue
            if host not in forced and (free_ram_mb < flavor["memory_mb"] or free_disk_gb < disk_gb):
                continue
            limits = {"memory_mb": node["memory_mb"], "disk_gb": node["local_gb"]}
            fitting.append((-free_ram_mb, host, nodename, limits))
        fitting.sort(key=lambda entry: entry[:3])
        return [{"host": host, "nodename": node, "limits": limits} for _, host, node, limits in fitting]
