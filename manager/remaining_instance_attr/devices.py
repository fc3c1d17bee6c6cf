"""reserve_block_device_name: a device name for a volume that is about to be attached. Called by the API.

What changed: fields are read as attributes. That the caller gets the mapping in place of the name is a feature of Juno
(compute RPC 3.35) and on both paths.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakevirt.context import RequestContext
from fakevirt.manager.compat import object_compat
from fakevirt.manager.decorators import reverts_task_state, wrap_exception, wrap_instance_fault
from fakevirt.manager.locks import instance_lock
from fakevirt.manager.paths import BothPaths
from fakevirt.objects.block_device import BlockDeviceMapping, BlockDeviceMappingList

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.instance import Instance


@wrap_exception("reserve_block_device_name")
@reverts_task_state
@wrap_instance_fault
def _reserve_block_device_name_legacy(
    manager: ComputeManager,
    context: RequestContext,
    instance: Any,
    device: str | None,
    volume_id: str | None,
    disk_bus: str | None = None,
    device_type: str | None = None,
    return_bdm_object: bool = False,
) -> BlockDeviceMapping | str:
    with instance_lock(instance["uuid"]):
        bdm = _reserve(manager, context, instance, instance["uuid"], device, volume_id, disk_bus, device_type)
    return bdm if return_bdm_object else bdm.device_name


@object_compat
@wrap_exception("reserve_block_device_name")
@reverts_task_state
@wrap_instance_fault
def _reserve_block_device_name_objects(
    manager: ComputeManager,
    context: RequestContext,
    instance: Instance,
    device: str | None,
    volume_id: str | None,
    disk_bus: str | None = None,
    device_type: str | None = None,
    return_bdm_object: bool = False,
) -> BlockDeviceMapping | str:
    with instance_lock(instance.uuid):
        bdm = _reserve(manager, context, instance, instance.uuid, device, volume_id, disk_bus, device_type)
    return bdm if return_bdm_object else bdm.device_name


reserve_block_device_name: BothPaths = BothPaths(
    legacy=_reserve_block_device_name_legacy, objects=_reserve_block_device_name_objects
)


def _reserve(
    manager: ComputeManager,
    context: RequestContext,
    instance: Any,
    uuid: str,
    device: str | None,
    volume_id: str | None,
    disk_bus: str | None,
    device_type: str | None,
) -> BlockDeviceMapping:
    bdms = BlockDeviceMappingList.get_by_instance_uuid(context, uuid)
    bdm = BlockDeviceMapping(
        context,
        source_type="volume",
        destination_type="volume",
        instance_uuid=uuid,
        volume_id=volume_id or "reserved",
        device_name=manager._get_device_name_for_instance(instance, bdms, device),
        disk_bus=disk_bus,
        device_type=device_type,
    )
    bdm.create()
    return bdm
