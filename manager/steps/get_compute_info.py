"""_get_compute_info: the compute node of a host, part of the worked example.

What changed: the legacy path asks the conductor for the service and takes the first of its nodes, a dict; the object
path reads ``Service.compute_node`` (Juno). A service without nodes gives the legacy path an empty list, hence
IndexError; the object looks once more and raises ServiceNotFound, or ComputeHostNotFound since it looks by the host
(Kilo), so that is what the object path waits for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakevirt import exceptions
from fakevirt.context import RequestContext
from fakevirt.manager.steps.get_compute_nodes import get_compute_nodes
from fakevirt.objects.compute_node import ComputeNode
from fakevirt.objects.service import Service

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager


def legacy(manager: ComputeManager, context: RequestContext, host: str) -> dict[str, Any]:
    _, nodes = get_compute_nodes(manager, context, host)
    try:
        return nodes[0]
    except IndexError:
        raise exceptions.NotFound(f"Host {host} not found") from None


def objects(manager: ComputeManager, context: RequestContext, host: str) -> ComputeNode:
    service = Service.get_by_compute_host(context, host)
    try:
        return service.compute_node
    except (exceptions.ServiceNotFound, exceptions.ComputeHostNotFound):
        raise exceptions.NotFound(f"Host {host} not found") from None
