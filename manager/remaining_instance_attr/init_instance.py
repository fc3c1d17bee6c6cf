"""_init_instance: what a host does about one of its instances when its service starts.

What the service was in the middle of when it stopped is ended, done once more or given up; then the guest is connected
and, where that is wanted, started. What changed: fields are read as attributes; and where a reboot had come to its end,
the legacy path writes through ``_instance_update`` and goes on with the dict that it returns, the object path assigns
and saves (Juno).
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from fakevirt import states
from fakevirt.context import RequestContext
from fakevirt.manager.paths import BothPaths
from fakevirt.manager.remaining_instance_attr.deletion import complete_partial_deletion
from fakevirt.objects.block_device import BlockDeviceMappingList

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.instance import Instance

LOG = logging.getLogger(__name__)

_BUILDING = (states.SCHEDULING, states.BLOCK_DEVICE_MAPPING, states.NETWORKING, states.SPAWNING)
_REBUILDING = (states.REBUILDING, states.REBUILD_BLOCK_DEVICE_MAPPING, states.REBUILD_SPAWNING)
_REBOOT_STARTED = (states.REBOOT_STARTED, states.REBOOT_STARTED_HARD)
_SNAPSHOT = (
    states.IMAGE_SNAPSHOT_PENDING,
    states.IMAGE_PENDING_UPLOAD,
    states.IMAGE_UPLOADING,
    states.IMAGE_SNAPSHOT,
)


def _legacy(manager: ComputeManager, context: RequestContext, instance: Any) -> None:
    if _is_over(manager, context, instance, instance["vm_state"], instance["task_state"]):
        return
    reboot_type = _reboot_to_retry(manager, context, instance, instance["vm_state"], instance["task_state"])
    power_state = manager._get_power_state(context, instance)
    if reboot_type is not None:
        _retry_reboot(manager, context, instance, reboot_type)
        return
    if power_state == states.RUNNING and instance["task_state"] in _REBOOT_STARTED:
        instance = manager._instance_update(context, instance["uuid"], vm_state=states.ACTIVE, task_state=None)
    if _has_switched(manager, context, instance, instance["task_state"]):
        return
    network_info = _plug(manager, instance)
    if instance["task_state"] == states.RESIZE_MIGRATING:
        _revert_resize(manager, context, instance, network_info)
    if instance["task_state"] == states.MIGRATING:
        _stay(instance)
    _resume(manager, context, instance, instance["power_state"], network_info)


def _objects(manager: ComputeManager, context: RequestContext, instance: Instance) -> None:
    if _is_over(manager, context, instance, instance.vm_state, instance.task_state):
        return
    reboot_type = _reboot_to_retry(manager, context, instance, instance.vm_state, instance.task_state)
    power_state = manager._get_power_state(context, instance)
    if reboot_type is not None:
        _retry_reboot(manager, context, instance, reboot_type)
        return
    if power_state == states.RUNNING and instance.task_state in _REBOOT_STARTED:
        instance.task_state = None
        instance.vm_state = states.ACTIVE
        instance.save()
    if _has_switched(manager, context, instance, instance.task_state):
        return
    network_info = _plug(manager, instance)
    if instance.task_state == states.RESIZE_MIGRATING:
        _revert_resize(manager, context, instance, network_info)
    if instance.task_state == states.MIGRATING:
        _stay(instance)
    _resume(manager, context, instance, instance.power_state, network_info)


init_instance: BothPaths = BothPaths(legacy=_legacy, objects=_objects)


def _is_over(
    manager: ComputeManager, context: RequestContext, instance: Instance, vm_state: str, task_state: str | None
) -> bool:
    """End what the instance was in the middle of; return whether there is no more to be done with it."""
    if vm_state == states.SOFT_DELETED:
        return True
    if vm_state == states.ERROR and task_state not in (states.RESIZE_MIGRATING, states.DELETING):
        return True
    if vm_state == states.DELETED:
        with _logged("Failed to complete a deletion"):
            complete_partial_deletion(manager, context, instance)
        return True
    rebuilding = vm_state in (states.ACTIVE, states.STOPPED) and task_state in _REBUILDING
    if vm_state == states.BUILDING or task_state in _BUILDING or rebuilding:
        instance.task_state = None
        instance.vm_state = states.ERROR
        instance.save()
        return True
    if task_state in _SNAPSHOT:
        with _logged("Failed to cleanup snapshot"):
            manager.driver.post_interrupted_snapshot_cleanup(context, instance)
        instance.task_state = None
        instance.save()
    if task_state == states.DELETING:
        _finish_deletion(manager, context, instance)
        return True
    return False


def _finish_deletion(manager: ComputeManager, context: RequestContext, instance: Instance) -> None:
    try:
        instance.obj_load_attr("metadata")
        instance.obj_load_attr("system_metadata")
        bdms = BlockDeviceMappingList.get_by_instance_uuid(context, instance.uuid)
        # What was reserved for the deletion is not known any more.
        quotas = manager._get_quotas(context, None, instance)
        manager._delete_instance(context, instance, bdms, quotas)
    except Exception:
        LOG.exception("Failed to complete a deletion")
        manager._set_instance_error_state(context, instance)


def _reboot_to_retry(
    manager: ComputeManager, context: RequestContext, instance: Instance, vm_state: str, task_state: str | None
) -> str | None:
    """Return the type of the reboot that did not come to its end, None if there is none."""
    power_state = manager._get_power_state(context, instance)
    if task_state == states.REBOOT_PENDING and vm_state in states.ALLOW_SOFT_REBOOT:
        # Only a guest that runs can be asked to restart.
        return "SOFT" if power_state == states.RUNNING else "HARD"
    pending = task_state == states.REBOOT_PENDING_HARD and vm_state in states.ALLOW_HARD_REBOOT
    stopped = task_state in _REBOOT_STARTED and power_state != states.RUNNING
    return "HARD" if pending or stopped else None


def _retry_reboot(manager: ComputeManager, context: RequestContext, instance: Instance, reboot_type: str) -> None:
    LOG.debug("A reboot did not come to its end: it is asked for once more")
    manager.compute_rpcapi.reboot_instance(context, instance, block_device_info=None, reboot_type=reboot_type)


def _has_switched(manager: ComputeManager, context: RequestContext, instance: Instance, task_state: str | None) -> bool:
    """Stop or start the instance if it was to be; return whether it was."""
    if task_state == states.POWERING_OFF:
        with _logged("Failed to stop instance"):
            manager.stop_instance(context, instance)
        return True
    if task_state == states.POWERING_ON:
        with _logged("Failed to start instance"):
            manager.start_instance(context, instance)
        return True
    return False


def _plug(manager: ComputeManager, instance: Any) -> list[dict[str, Any]]:
    """Plug the VIFs, where the driver does that, and return them."""
    network_info: list[dict[str, Any]] = manager._get_nw_info_for_instance(instance)
    try:
        manager.driver.plug_vifs(instance, network_info)
    except NotImplementedError:
        LOG.debug("The driver plugs VIFs by itself")
    return network_info


def _revert_resize(
    manager: ComputeManager, context: RequestContext, instance: Instance, network_info: list[dict[str, Any]]
) -> None:
    """Bring a guest back that was on its way to another host; its instance is free again whether that works or not."""
    with _logged("Failed to revert crashed migration"):
        power_on = instance.system_metadata.get("old_vm_state") != states.STOPPED
        block_device_info = manager._get_instance_block_device_info(context, instance)
        manager.driver.finish_revert_migration(context, instance, network_info, block_device_info, power_on)
    instance.task_state = None
    instance.save()


def _stay(instance: Instance) -> None:
    """Free an instance whose live migration did not come to its end: it is here."""
    instance.task_state = None
    instance.save(expected_task_state=[states.MIGRATING])


def _resume(
    manager: ComputeManager,
    context: RequestContext,
    instance: Any,
    power_state: int | None,
    network_info: list[dict[str, Any]],
) -> None:
    """Start a guest that was running, where that is wanted, or put the rules of one that runs in place."""
    running = manager._get_power_state(context, instance) == states.RUNNING
    if power_state == states.RUNNING and not running and manager.settings.resume_guests_state_on_host_boot:
        block_device_info = manager._get_instance_block_device_info(context, instance)
        try:
            manager.driver.resume_state_on_host_boot(context, instance, network_info, block_device_info)
        except NotImplementedError:
            LOG.warning("Hypervisor driver does not support resume guests")
        except Exception:
            LOG.warning("Failed to resume instance", exc_info=True)
            manager._set_instance_error_state(context, instance)
    elif running:
        try:
            manager.driver.ensure_filtering_rules_for_instance(instance, network_info)
        except NotImplementedError:
            LOG.warning("Hypervisor driver does not support firewall rules")


@contextlib.contextmanager
def _logged(message: str) -> Iterator[None]:
    """Log what goes wrong: an instance must not keep the service from starting."""
    try:
        yield
    except Exception:
        LOG.exception(message)
