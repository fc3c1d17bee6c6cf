"""update_available_resource: tell what this host has, and delete compute nodes that its driver no longer knows.

The blueprint's worked example. What changed: the service and its nodes came as dicts through the conductor
(``service_get_by_compute_host``, ``compute_node_delete``) and are objects now (``Service.get_by_compute_host``,
``ComputeNode.destroy``). A service may own many nodes, hence the list and not ``service.compute_node``.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from fakevirt.context import RequestContext
from fakevirt.manager.steps.get_compute_nodes import get_compute_nodes
from fakevirt.objects.compute_node import ComputeNodeList
from fakevirt.objects.service import Service

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager

LOG = logging.getLogger(__name__)


def legacy(manager: ComputeManager, context: RequestContext) -> None:
    available = manager._track_available_nodes(context)
    _, nodes = get_compute_nodes(manager, context, manager.host)
    for node in nodes:
        if node["hypervisor_hostname"] not in available:
            LOG.info("Deleting orphan compute node %s", node["id"])
            manager.conductor_api.compute_node_delete(context, node)


def objects(manager: ComputeManager, context: RequestContext) -> None:
    available = manager._track_available_nodes(context)
    service = Service.get_by_compute_host(context, manager.host)
    for node in ComputeNodeList.get_by_service(context, service):
        if node.hypervisor_hostname not in available:
            LOG.info("Deleting orphan compute node %s", node.id)
            node.destroy()
