"""_get_instance_block_device_info: an instance's block devices in the driver's format.

What changed: where the instance's uuid and root device are read. The mappings themselves are objects on both paths
(Icehouse).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from oslo_serialization import jsonutils

from fakevirt.context import RequestContext
from fakevirt.manager.block_devices import block_device_info
from fakevirt.objects.block_device import BlockDeviceMapping, BlockDeviceMappingList

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.instance import Instance


def legacy(
    manager: ComputeManager,
    context: RequestContext,
    instance: Any,
    refresh_conn_info: bool = False,
    bdms: BlockDeviceMappingList | None = None,
) -> dict[str, Any]:
    if bdms is None:
        bdms = BlockDeviceMappingList.get_by_instance_uuid(context, instance["uuid"])
    root_device_name = instance.get("root_device_name")
    return _block_device_info(manager, context, instance, root_device_name, bdms, refresh_conn_info)


def objects(
    manager: ComputeManager,
    context: RequestContext,
    instance: Instance,
    refresh_conn_info: bool = False,
    bdms: BlockDeviceMappingList | None = None,
) -> dict[str, Any]:
    if bdms is None:
        bdms = BlockDeviceMappingList.get_by_instance_uuid(context, instance.uuid)
    return _block_device_info(manager, context, instance, instance.root_device_name, bdms, refresh_conn_info)


def _block_device_info(
    manager: ComputeManager,
    context: RequestContext,
    instance: Any,
    root_device_name: str | None,
    bdms: BlockDeviceMappingList,
    refresh_conn_info: bool,
) -> dict[str, Any]:
    volumes = [bdm for bdm in bdms if bdm.is_volume]
    if refresh_conn_info and volumes:
        connector = manager.driver.get_volume_connector(instance)
        for bdm in volumes:
            _refresh_connection_info(manager, context, bdm, connector)
    # A mapping that was never connected has nothing to tell the driver.
    connected = [bdm for bdm in volumes if bdm.connection_info is not None]
    return block_device_info(root_device_name, bdms, connected)


def _refresh_connection_info(
    manager: ComputeManager, context: RequestContext, bdm: BlockDeviceMapping, connector: dict[str, Any]
) -> None:
    connection_info = manager.volume_api.initialize_connection(context, bdm.volume_id, connector)
    connection_info.setdefault("serial", bdm.volume_id)
    bdm.connection_info = jsonutils.dumps(connection_info)
    bdm.save()
