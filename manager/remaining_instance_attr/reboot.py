"""reboot_instance: restart a guest, softly or hard. Cast by the API, and by a host that finds a reboot unfinished.

The instance has been an object since Havana. What changed: how its power state and its state are read.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from fakevirt import exceptions, states
from fakevirt.context import RequestContext
from fakevirt.manager.decorators import reverts_task_state, wrap_exception, wrap_instance_event, wrap_instance_fault
from fakevirt.manager.paths import BothPaths

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.instance import Instance

LOG = logging.getLogger(__name__)


@wrap_exception("reboot_instance")
@reverts_task_state
@wrap_instance_event("reboot_instance")
@wrap_instance_fault
def _legacy(
    manager: ComputeManager, context: RequestContext, instance: Instance, block_device_info: Any, reboot_type: str
) -> None:
    context = context.elevated()
    devices = _accept(manager, context, instance, reboot_type)
    if instance["power_state"] != states.RUNNING:
        LOG.warning("Rebooting %s, whose power state is %s", instance["uuid"], instance["power_state"])
    vm_state = states.RESCUED if instance["vm_state"] == states.RESCUED else states.ACTIVE
    _reboot(manager, context, instance, reboot_type, vm_state, *devices)


@wrap_exception("reboot_instance")
@reverts_task_state
@wrap_instance_event("reboot_instance")
@wrap_instance_fault
def _objects(
    manager: ComputeManager, context: RequestContext, instance: Instance, block_device_info: Any, reboot_type: str
) -> None:
    context = context.elevated()
    devices = _accept(manager, context, instance, reboot_type)
    if instance.power_state != states.RUNNING:
        LOG.warning("Rebooting %s, whose power state is %s", instance.uuid, instance.power_state)
    vm_state = states.RESCUED if instance.vm_state == states.RESCUED else states.ACTIVE
    _reboot(manager, context, instance, reboot_type, vm_state, *devices)


reboot_instance: BothPaths = BothPaths(legacy=_legacy, objects=_objects)


def _accept(
    manager: ComputeManager, context: RequestContext, instance: Instance, reboot_type: str
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Note that the request has arrived; return the VIFs and the block devices."""
    task_states = states.SOFT_REBOOT if reboot_type == "SOFT" else states.HARD_REBOOT
    instance.task_state = task_states[1]
    block_device_info = manager._get_instance_block_device_info(context, instance)
    network_info = manager._get_instance_nw_info(context, instance)
    manager._notify_about_instance_usage(context, instance, "reboot.start")
    instance.power_state = manager._get_power_state(context, instance)
    instance.save(expected_task_state=task_states)
    return network_info, block_device_info


def _reboot(
    manager: ComputeManager,
    context: RequestContext,
    instance: Instance,
    reboot_type: str,
    vm_state: str,
    network_info: list[dict[str, Any]],
    block_device_info: dict[str, Any],
) -> None:
    def bad_volumes_callback(bad_devices: Collection[str]) -> None:
        _detach_bad_volumes(manager, context, instance, bad_devices, block_device_info)

    _, pending, started = states.SOFT_REBOOT if reboot_type == "SOFT" else states.HARD_REBOOT
    power_state = states.NOSTATE
    try:
        instance.task_state = started
        instance.save(expected_task_state=pending)
        manager.driver.reboot(
            context,
            instance,
            network_info,
            reboot_type,
            block_device_info=block_device_info,
            bad_volumes_callback=bad_volumes_callback,
        )
    except Exception as error:
        power_state = manager._get_power_state(context, instance)
        if power_state != states.RUNNING:
            LOG.error("Cannot reboot instance: %s", error)
            _set_error_state(instance)
            raise
        LOG.warning("Reboot failed but instance is running")
        manager._add_instance_fault_from_exc(context, instance, error)
        manager._notify_about_instance_usage(context, instance, "reboot.error", fault=error)
    try:
        instance.power_state = power_state or manager._get_power_state(context, instance)
        instance.vm_state = vm_state
        instance.task_state = None
        instance.save()
    except exceptions.InstanceNotFound:
        LOG.warning("Instance disappeared during reboot")
    manager._notify_about_instance_usage(context, instance, "reboot.end")


def _set_error_state(instance: Instance) -> None:
    """Write the state only: unlike ``_set_instance_error_state``, Nova's step for a reboot asks no resource tracker."""
    try:
        instance.vm_state = states.ERROR
        instance.save()
    except exceptions.InstanceNotFound:
        LOG.debug("Instance was destroyed before it could be set to error")


def _detach_bad_volumes(
    manager: ComputeManager,
    context: RequestContext,
    instance: Instance,
    bad_devices: Collection[str],
    block_device_info: dict[str, Any],
) -> None:
    """Detach the volumes that kept the guest from starting, as the API and then this host would."""
    for mapping in block_device_info["block_device_mapping"]:
        volume_id = mapping["connection_info"]["data"].get("volume_id")
        if volume_id is None or mapping["mount_device"] not in bad_devices:
            continue
        manager.volume_api.check_detach(context, manager.volume_api.get(context, volume_id))
        manager.volume_api.begin_detaching(context, volume_id)
        # By keyword: the instance is not the first argument, where the compat decorator would look for it.
        manager.detach_volume(context, volume_id=volume_id, instance=instance)
