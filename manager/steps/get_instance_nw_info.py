"""_get_instance_nw_info: ask the network service for an instance's VIFs.

What changed: the network API wants an object. The legacy path asks with ``hasattr``, which a dict answers with no, so
that a dict is always fetched again; the object path uses the object it has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakevirt.context import RequestContext
from fakevirt.objects.instance import Instance

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager


def legacy(manager: ComputeManager, context: RequestContext, instance: Any) -> list[dict[str, Any]]:
    if not hasattr(instance, "system_metadata") or not instance["system_metadata"]:
        instance = Instance.get_by_uuid(context, instance["uuid"])
    network_info: list[dict[str, Any]] = manager.network_api.get_instance_nw_info(context, instance)
    return network_info


def objects(manager: ComputeManager, context: RequestContext, instance: Instance) -> list[dict[str, Any]]:
    if not instance.system_metadata:
        instance = Instance.get_by_uuid(context, instance.uuid)
    network_info: list[dict[str, Any]] = manager.network_api.get_instance_nw_info(context, instance)
    return network_info
