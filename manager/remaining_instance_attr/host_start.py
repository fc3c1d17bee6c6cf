"""init_host: what a host does when its service starts, before it listens to anybody.

Guests whose instance is another host's by now (it was evacuated) are destroyed, then each of its own instances is
brought up. Instances have been objects since Havana, so both paths are one function; what changed is within the steps,
and how the host of an evacuated instance is asked whether storage is shared: with a dict, or an object from compute RPC
3.29 on (Juno).
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from fakevirt import exceptions, states
from fakevirt.context import RequestContext, admin_context
from fakevirt.manager.decorators import wrap_exception
from fakevirt.manager.paths import BothPaths
from fakevirt.objects.instance import Instance, InstanceList

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager

LOG = logging.getLogger(__name__)

#: An instance in one of these is on its way: it has not been evacuated.
_MOVING = (states.MIGRATING, states.RESIZE_MIGRATING, states.RESIZE_MIGRATED, states.RESIZE_FINISH)


def _init_host(manager: ComputeManager) -> None:
    manager.driver.init_host(manager.host)
    context = admin_context()
    instances = InstanceList.get_by_host(context, manager.host, expected_attrs=["info_cache"])
    if manager.settings.defer_iptables_apply:
        manager.driver.filter_defer_apply_on()
    try:
        _destroy_evacuated_instances(manager, context)
        for instance in instances:
            manager._init_instance(context, instance)
    finally:
        if manager.settings.defer_iptables_apply:
            manager.driver.filter_defer_apply_off()


init_host: BothPaths = BothPaths(legacy=_init_host, objects=_init_host)


@wrap_exception("check_instance_shared_storage")
def _check_instance_shared_storage(
    manager: ComputeManager, context: RequestContext, instance: Any, data: dict[str, Any]
) -> bool:
    return manager.driver.check_instance_shared_storage_remote(context, data)


check_instance_shared_storage: BothPaths = BothPaths(
    legacy=_check_instance_shared_storage, objects=_check_instance_shared_storage
)


def _destroy_evacuated_instances(manager: ComputeManager, context: RequestContext) -> None:
    for instance in manager._get_instances_on_driver(context, {"deleted": False}):
        if instance.host == manager.host:
            continue
        if instance.task_state in _MOVING or instance.vm_state == states.RESIZED:
            LOG.debug("%s is on its way to %s", instance.uuid, instance.host)
            continue
        LOG.info("Destroying the guest of %s, which is on %s by now", instance.uuid, instance.host)
        try:
            network_info = manager._get_instance_nw_info(context, instance)
            block_device_info = manager._get_instance_block_device_info(context, instance)
            destroy_disks = not _is_instance_storage_shared(manager, context, instance)
        except exceptions.InstanceNotFound:
            LOG.info("%s has been deleted since", instance.uuid)
            network_info, block_device_info, destroy_disks = [], {}, True
        manager.driver.destroy(context, instance, network_info, block_device_info, destroy_disks)


def _is_instance_storage_shared(manager: ComputeManager, context: RequestContext, instance: Instance) -> bool:
    """Tell whether this host and the instance's see the same disks, as they do when that cannot be found out."""
    data = None
    try:
        data = manager.driver.check_instance_shared_storage_local(context, instance)
        if data:
            return manager.compute_rpcapi.check_instance_shared_storage(context, instance, data)
    except NotImplementedError:
        LOG.warning("Hypervisor driver does not support instance shared storage check")
        return False
    except Exception:
        LOG.exception("Failed to check if instance shared")
    finally:
        if data:
            manager.driver.check_instance_shared_storage_cleanup(context, data)
    return True
