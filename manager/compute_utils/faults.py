"""add_instance_fault_from_exc: a fault row for an instance.

What changed: the legacy path packs values for ``conductor.instance_fault_create``; the object path creates an
``InstanceFault`` (Juno).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakevirt.context import RequestContext
from fakevirt.manager.compat import hydrate
from fakevirt.objects.instance_fault import InstanceFault, describe_fault

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager


def legacy(manager: ComputeManager, context: RequestContext, instance: Any, fault: Exception) -> None:
    values = {"instance_uuid": instance["uuid"], "host": manager.host, **describe_fault(fault)}
    manager.conductor_api.instance_fault_create(context, values)


def objects(manager: ComputeManager, context: RequestContext, instance: Any, fault: Exception) -> None:
    instance_uuid = hydrate(context, instance).uuid
    InstanceFault(context, instance_uuid=instance_uuid, host=manager.host, **describe_fault(fault)).create()
