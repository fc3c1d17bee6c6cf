"""_spawn: run the guest.

It works on an object since before Icehouse, which it returns: both paths take it as it is. The legacy path hands it the
dict that it was given, as it has become, and gets an object back.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from oslo_utils import timeutils

from fakevirt import states
from fakevirt.context import RequestContext
from fakevirt.manager.building.access_ips import set_access_ips
from fakevirt.manager.building.async_network_info import NetworkInfoAsyncWrapper
from fakevirt.manager.compat import object_compat

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.instance import Instance

LOG = logging.getLogger(__name__)


@object_compat
def spawn(
    manager: ComputeManager,
    context: RequestContext,
    instance: Instance,
    image_meta: dict[str, Any],
    network_info: NetworkInfoAsyncWrapper,
    block_device_info: dict[str, Any],
    injected_files: Any,
    admin_password: str | None,
    *,
    set_access_ip: bool,
) -> Instance:
    """Let the driver run the guest, and write what has become of the instance.

    Args:
        manager: The manager of the host.
        context: The request.
        instance: A dict or an object.
        image_meta: The image.
        network_info: Its VIFs.
        block_device_info: Its disks.
        injected_files: Paths and contents.
        admin_password: The password of its administrator.
        set_access_ip: Whether the addresses of the default network become its access addresses.

    Returns:
        The instance, an object.
    """
    instance.vm_state = states.BUILDING
    instance.task_state = states.SPAWNING
    instance.save(expected_task_state=states.BLOCK_DEVICE_MAPPING)
    try:
        manager.driver.spawn(
            context, instance, image_meta, injected_files, admin_password, network_info, block_device_info
        )
    except Exception:
        LOG.exception("Instance failed to spawn")
        raise
    instance.power_state = manager._get_power_state(context, instance)
    instance.vm_state = states.ACTIVE
    instance.task_state = None
    instance.launched_at = timeutils.utcnow()
    if set_access_ip:
        set_access_ips(manager, instance, network_info)
    network_info.wait(do_raise=True)
    assert instance.info_cache is not None, "the API creates the cache with the instance"
    instance.info_cache.network_info = network_info
    instance.save(expected_task_state=states.SPAWNING)
    return instance
