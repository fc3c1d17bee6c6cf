"""The resource tracker's write: the row of a compute node, looked for the first time and made if it is not there.

What changed: the node came as a dict through the conductor (``service_get_by_compute_host``, ``compute_node_create``,
``compute_node_update``) and is an object now (Kilo).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakevirt.context import RequestContext
from fakevirt.manager.steps.get_compute_nodes import get_compute_nodes
from fakevirt.objects.compute_node import ComputeNode, ComputeNodeList
from fakevirt.objects.service import Service

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager


def legacy(
    manager: ComputeManager, context: RequestContext, node: dict[str, Any] | None, values: dict[str, Any]
) -> dict[str, Any]:
    if node is None:
        service_id, nodes = get_compute_nodes(manager, context, manager.host)
        node = next((n for n in nodes if n["hypervisor_hostname"] == values["hypervisor_hostname"]), None)
        if node is None:
            return manager.conductor_api.compute_node_create(context, {**values, "service_id": service_id})
    return manager.conductor_api.compute_node_update(context, node, values)


def objects(
    manager: ComputeManager, context: RequestContext, node: ComputeNode | None, values: dict[str, Any]
) -> ComputeNode:
    if node is None:
        service = Service.get_by_compute_host(context, manager.host)
        nodes = ComputeNodeList.get_by_service(context, service)
        node = next((n for n in nodes if n.hypervisor_hostname == values["hypervisor_hostname"]), None)
        if node is None:
            node = ComputeNode(context, **values, service_id=service.id)
            node.create()
            return node
    for name, value in values.items():
        setattr(node, name, value)
    node.save()
    return node
