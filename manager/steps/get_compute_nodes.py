"""The compute nodes of a host, and its service's id, as the legacy path gets them from the conductor.

A service has the list of its nodes up to Juno. In Kilo nodes are found by their host, and its services have no list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakevirt.context import RequestContext
from fakevirt.releases import LegacyFormat

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager


def get_compute_nodes(manager: ComputeManager, context: RequestContext, host: str) -> tuple[int, list[dict[str, Any]]]:
    service = manager.conductor_api.service_get_by_compute_host(context, host)
    if manager.service.release.legacy_format is LegacyFormat.SEPARATE:
        return service["id"], manager.conductor_api.compute_node_get_all_by_host(context, host)
    return service["id"], service["compute_node"]
