"""check_can_live_migrate_source: may the instance leave this host? Runs on the source, called by the destination.

What changed: whether the instance boots from a volume. The legacy path flattens the instance and asks the conductor for
its block devices as dicts (Havana); the object path reads ``BlockDeviceMappingList``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakevirt.context import RequestContext
from fakevirt.manager.decorators import wrap_exception, wrap_instance_fault
from fakevirt.objects.block_device import BlockDeviceMappingList
from fakevirt.objects.primitive import legacy_dict

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.instance import Instance


@wrap_exception("check_can_live_migrate_source")
@wrap_instance_fault
def legacy(
    manager: ComputeManager, context: RequestContext, instance: Instance, dest_check_data: dict[str, Any]
) -> dict[str, Any]:
    bdms = manager.conductor_api.block_device_mapping_get_all_by_instance(context, legacy_dict(instance), legacy=False)
    root = next((bdm for bdm in bdms if bdm["boot_index"] == 0), None)
    from_volume = root is not None and root["destination_type"] == "volume"
    dest_check_data["is_volume_backed"] = not instance["image_ref"] or from_volume
    return _check(manager, context, instance, dest_check_data)


@wrap_exception("check_can_live_migrate_source")
@wrap_instance_fault
def objects(
    manager: ComputeManager, context: RequestContext, instance: Instance, dest_check_data: dict[str, Any]
) -> dict[str, Any]:
    root = BlockDeviceMappingList.get_by_instance_uuid(context, instance.uuid).root_bdm()
    from_volume = root is not None and root.is_volume
    dest_check_data["is_volume_backed"] = not instance.image_ref or from_volume
    return _check(manager, context, instance, dest_check_data)


def _check(
    manager: ComputeManager, context: RequestContext, instance: Instance, dest_check_data: dict[str, Any]
) -> dict[str, Any]:
    block_device_info = manager._get_instance_block_device_info(context, instance, refresh_conn_info=True)
    migrate_data: dict[str, Any] = manager.driver.check_can_live_migrate_source(
        context, instance, dest_check_data, block_device_info
    )
    return migrate_data
