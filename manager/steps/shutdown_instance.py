"""_shutdown_instance: take an instance off this host, with its ports and its volumes' connections.

The steps are Juno's on both paths. What differs is within the steps that it takes: where the network information and
the block devices are read, and how the instance is set to error if its ports cannot be given back.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from oslo_utils import excutils

from fakevirt import exceptions
from fakevirt.context import RequestContext

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.block_device import BlockDeviceMapping

LOG = logging.getLogger(__name__)


def shutdown_instance(
    manager: ComputeManager,
    context: RequestContext,
    instance: Any,
    bdms: Iterable[BlockDeviceMapping],
    requested_networks: Any = None,
    notify: bool = True,
    try_deallocate_networks: bool = True,
) -> None:
    """Destroy the guest, give its ports back unless told not to, and disconnect its volumes.

    Raises:
        InstancePowerOffFailure: The guest runs on, and keeps its ports.
    """
    context = context.elevated()
    if notify:
        manager._notify_about_instance_usage(context, instance, "shutdown.start")
    network_info = manager._get_nw_info_for_instance(instance)
    bdms = list(bdms)
    block_device_info = manager._get_instance_block_device_info(context, instance, bdms=bdms)
    try:
        manager.driver.destroy(context, instance, network_info, block_device_info)
    except exceptions.InstancePowerOffFailure:
        raise
    except Exception:
        with excutils.save_and_reraise_exception():
            if try_deallocate_networks:
                manager._try_deallocate_network(context, instance, requested_networks)
    if try_deallocate_networks:
        manager._try_deallocate_network(context, instance, requested_networks)
    for bdm in bdms:
        if bdm.is_volume:
            _disconnect(manager, context, instance, bdm)
    if notify:
        manager._notify_about_instance_usage(context, instance, "shutdown.end")


def _disconnect(manager: ComputeManager, context: RequestContext, instance: Any, bdm: BlockDeviceMapping) -> None:
    try:
        connector = manager.driver.get_volume_connector(instance)
        manager.volume_api.terminate_connection(context, bdm.volume_id, connector)
        manager.volume_api.detach(context, bdm.volume_id)
    except (exceptions.DiskNotFound, exceptions.VolumeNotFound) as error:
        LOG.debug("Volume %s is gone already: %s", bdm.volume_id, error)
