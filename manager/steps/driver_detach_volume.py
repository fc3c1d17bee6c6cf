"""_driver_detach_volume: take a volume from the guest, whoever wants it gone (Juno, on both paths)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from oslo_serialization import jsonutils
from oslo_utils import excutils

from fakevirt.context import RequestContext

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.block_device import BlockDeviceMapping

LOG = logging.getLogger(__name__)


def driver_detach_volume(
    manager: ComputeManager, context: RequestContext, instance: Any, bdm: BlockDeviceMapping
) -> None:
    """Detach the volume of ``bdm``; a failure tells the volume service that the volume is in use still."""
    connection_info = jsonutils.loads(bdm.connection_info)
    connection_info.setdefault("serial", bdm.volume_id)
    try:
        if not manager.driver.instance_exists(instance):
            LOG.warning("Detaching volume %s from unknown instance", bdm.volume_id)
        encryption = {}
        if connection_info["data"].get("encrypted"):
            encryption = manager.volume_api.get_volume_encryption_metadata(context, bdm.volume_id)
        manager.driver.detach_volume(connection_info, instance, bdm.device_name, encryption=encryption)
    except Exception:
        with excutils.save_and_reraise_exception():
            manager.volume_api.roll_detaching(context, bdm.volume_id)
