"""_prep_block_device: make the volumes of an instance that are not there yet, and connect all of them to this host.

Whatever goes wrong, the block devices are what is invalid. What changed: where uuid and root device of the instance are
read. The mappings are objects on both paths (Icehouse).
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from oslo_serialization import jsonutils
from oslo_utils import timeutils

from fakevirt import exceptions
from fakevirt.context import RequestContext
from fakevirt.manager.block_devices import SOURCES, block_device_info, is_volume
from fakevirt.objects.block_device import BlockDeviceMapping, BlockDeviceMappingList

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.instance import Instance

LOG = logging.getLogger(__name__)


def legacy(
    manager: ComputeManager,
    context: RequestContext,
    instance: Any,
    bdms: BlockDeviceMappingList,
    do_check_attach: bool = True,
) -> dict[str, Any]:
    return _prepare(manager, context, instance, instance["uuid"], instance["root_device_name"], bdms, do_check_attach)


def objects(
    manager: ComputeManager,
    context: RequestContext,
    instance: Instance,
    bdms: BlockDeviceMappingList,
    do_check_attach: bool = True,
) -> dict[str, Any]:
    return _prepare(manager, context, instance, instance.uuid, instance.root_device_name, bdms, do_check_attach)


def _prepare(
    manager: ComputeManager,
    context: RequestContext,
    instance: Any,
    instance_uuid: str,
    root_device_name: str | None,
    bdms: BlockDeviceMappingList,
    do_check_attach: bool,
) -> dict[str, Any]:
    volumes = sorted(filter(is_volume, bdms), key=lambda bdm: SOURCES.index(bdm.source_type))
    try:
        for bdm in volumes:
            if not bdm.volume_id:
                bdm.volume_id = _create(manager, context, instance_uuid, bdm)
            _attach(manager, context, instance, instance_uuid, bdm, do_check_attach)
        return block_device_info(root_device_name, bdms, volumes)
    except exceptions.OverQuota:
        LOG.warning("Failed to create block device for instance due to being over volume resource quota")
        raise exceptions.InvalidBDM() from None
    except Exception as error:
        LOG.exception("Instance failed block device setup")
        raise exceptions.InvalidBDM() from error


def _create(manager: ComputeManager, context: RequestContext, instance_uuid: str, bdm: BlockDeviceMapping) -> str:
    """Make the volume, wait until it is there, and return its id."""
    create, size = manager.volume_api.create, bdm.volume_size
    if bdm.source_type == "snapshot":
        snapshot = manager.volume_api.get_snapshot(context, bdm.snapshot_id)
        volume = create(context, size, "", "", snapshot)
    elif bdm.source_type == "image":
        volume = create(context, size, "", "", image_id=bdm.image_id)
    else:
        volume = create(context, size, f"{instance_uuid}-blank-vol", "")
    volume_id: str = volume["id"]
    _await_created(manager, context, volume_id)
    return volume_id


def _await_created(manager: ComputeManager, context: RequestContext, volume_id: str) -> None:
    start = timeutils.utcnow()
    attempts = max(manager.settings.block_device_allocate_retries, 0) + 1
    for _ in range(attempts):
        status = manager.volume_api.get(context, volume_id)["status"]
        if status not in ("creating", "downloading"):
            if status != "available":
                LOG.warning("Volume %s is %s and not available", volume_id, status)
            return
        manager.sleep(manager.settings.block_device_allocate_retries_interval)
    seconds = int((timeutils.utcnow() - start).total_seconds())
    raise exceptions.VolumeNotCreated(volume_id=volume_id, seconds=seconds, attempts=attempts)


def _attach(
    manager: ComputeManager,
    context: RequestContext,
    instance: Any,
    instance_uuid: str,
    bdm: BlockDeviceMapping,
    do_check_attach: bool,
) -> None:
    """Connect the volume; the driver gives it to the guest when it starts it. It may be the instance's already."""
    volume = manager.volume_api.get(context, bdm.volume_id)
    if do_check_attach:
        manager.volume_api.check_attach(context, volume, instance=instance)
    context = context.elevated()
    connector = manager.driver.get_volume_connector(instance)
    connection_info = manager.volume_api.initialize_connection(context, bdm.volume_id, connector)
    connection_info.setdefault("serial", bdm.volume_id)
    mode = connection_info["data"].get("access_mode", "rw")
    if volume["attach_status"] == "detached":
        manager.volume_api.attach(context, bdm.volume_id, instance_uuid, bdm.device_name, mode=mode)
    bdm.connection_info = jsonutils.dumps(connection_info)
    bdm.save()
