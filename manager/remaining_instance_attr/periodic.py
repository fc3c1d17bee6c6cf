"""Periodic tasks that look after instances.

What changed: fields are read as attributes. ``_poll_rescued_instances`` got dicts from the conductor and had it call
the API (Icehouse). ``_sync_instance_power_state`` has had an object since Havana: its legacy path is the one before,
the last that was raw.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from oslo_utils import timeutils

from fakevirt import exceptions, states
from fakevirt.context import RequestContext
from fakevirt.manager.locks import instance_lock
from fakevirt.manager.paths import BothPaths
from fakevirt.objects.block_device import BlockDeviceMappingList
from fakevirt.objects.instance import INSTANCE_DEFAULT_FIELDS, Instance, InstanceList

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager

LOG = logging.getLogger(__name__)


def _cleanup_running_deleted_instances_legacy(manager: ComputeManager, context: RequestContext) -> None:
    context = context.elevated(read_deleted="yes")
    for instance in _running_deleted_instances(manager, context):
        bdms = BlockDeviceMappingList.get_by_instance_uuid(context, instance["uuid"], use_slave=True)
        _clean_up(manager, context, instance, instance["name"], bdms)


def _cleanup_running_deleted_instances_objects(manager: ComputeManager, context: RequestContext) -> None:
    context = context.elevated(read_deleted="yes")
    for instance in _running_deleted_instances(manager, context):
        bdms = BlockDeviceMappingList.get_by_instance_uuid(context, instance.uuid, use_slave=True)
        _clean_up(manager, context, instance, instance.name, bdms)


cleanup_running_deleted_instances: BothPaths = BothPaths(
    legacy=_cleanup_running_deleted_instances_legacy, objects=_cleanup_running_deleted_instances_objects
)


def _running_deleted_instances(manager: ComputeManager, context: RequestContext) -> Iterable[Instance]:
    """Return what is deleted for Nova and still there for the hypervisor, for long enough."""
    if manager.settings.running_deleted_instance_action == "noop":
        return []
    filters = {"deleted": True, "soft_deleted": False, "host": manager.host}
    timeout = manager.settings.running_deleted_instance_timeout
    instances = manager._get_instances_on_driver(context, filters)
    return [instance for instance in instances if manager._deleted_old_enough(instance, timeout)]


def _clean_up(
    manager: ComputeManager, context: RequestContext, instance: Instance, name: str, bdms: BlockDeviceMappingList
) -> None:
    match manager.settings.running_deleted_instance_action:
        case "log":
            LOG.warning("%s is deleted, and its guest is still here", name)
        case "shutdown":
            LOG.info("%s is deleted, and its guest is still here: powering it off", name)
            try:
                _disable(manager, instance)
                manager.driver.power_off(instance)
            except Exception:
                LOG.warning("Failed to power off %s", name, exc_info=True)
        case "reap":
            LOG.info("%s is deleted, and its guest is still here: destroying it", name)
            manager._clear_events_for_instance(instance)
            try:
                manager._shutdown_instance(context, instance, bdms, notify=False)
                manager._cleanup_volumes(context, bdms)
            except Exception as error:
                LOG.warning("Failed to destroy %s: %s", name, error)
        case unknown:
            raise ValueError(f"running_deleted_instance_action is {unknown!r}")


def _disable(manager: ComputeManager, instance: Instance) -> None:
    try:
        manager.driver.set_bootable(instance, False)
    except NotImplementedError:
        LOG.warning("The driver cannot keep a guest from being started")


def _deleted_old_enough_legacy(manager: ComputeManager, instance: Any, timeout: int) -> bool:
    return _old_enough(instance["deleted_at"], timeout)


def _deleted_old_enough_objects(manager: ComputeManager, instance: Instance, timeout: int) -> bool:
    return _old_enough(instance.deleted_at, timeout)


deleted_old_enough: BothPaths = BothPaths(legacy=_deleted_old_enough_legacy, objects=_deleted_old_enough_objects)


def _old_enough(deleted_at: Any, timeout: int) -> bool:
    """Tell whether something was deleted more than ``timeout`` seconds ago, or nobody knows when."""
    return not deleted_at or timeutils.is_older_than(deleted_at, timeout)


def _poll_rebooting_instances_legacy(manager: ComputeManager, context: RequestContext) -> None:
    timeout = manager.settings.reboot_timeout
    if timeout > 0:
        rebooting = _in_state(manager, context, task_state=states.REBOOTING)
        stuck = [instance for instance in rebooting if timeutils.is_older_than(instance["updated_at"], timeout)]
        manager.driver.poll_rebooting_instances(timeout, stuck)


def _poll_rebooting_instances_objects(manager: ComputeManager, context: RequestContext) -> None:
    timeout = manager.settings.reboot_timeout
    if timeout > 0:
        rebooting = _in_state(manager, context, task_state=states.REBOOTING)
        stuck = [instance for instance in rebooting if timeutils.is_older_than(instance.updated_at, timeout)]
        manager.driver.poll_rebooting_instances(timeout, stuck)


poll_rebooting_instances: BothPaths = BothPaths(
    legacy=_poll_rebooting_instances_legacy, objects=_poll_rebooting_instances_objects
)


def _in_state(manager: ComputeManager, context: RequestContext, **state: str) -> InstanceList:
    """Return the instances of the host in a state, without anything joined."""
    return InstanceList.get_by_filters(context, {**state, "host": manager.host}, expected_attrs=[], use_slave=True)


def _poll_rescued_instances_legacy(manager: ComputeManager, context: RequestContext) -> None:
    timeout = manager.settings.rescue_timeout
    if timeout <= 0:
        return
    filters = {"vm_state": states.RESCUED, "host": manager.host}
    rescued = manager.conductor_api.instance_get_all_by_filters(
        context, filters, columns_to_join=["system_metadata"], use_slave=True
    )
    for instance in [each for each in rescued if timeutils.is_older_than(each["launched_at"], timeout)]:
        manager.conductor_api.compute_unrescue(context, instance)


def _poll_rescued_instances_objects(manager: ComputeManager, context: RequestContext) -> None:
    timeout = manager.settings.rescue_timeout
    if timeout <= 0:
        return
    filters = {"vm_state": states.RESCUED, "host": manager.host}
    rescued = InstanceList.get_by_filters(context, filters, expected_attrs=["system_metadata"], use_slave=True)
    for instance in [each for each in rescued if timeutils.is_older_than(each.launched_at, timeout)]:
        manager.compute_api.unrescue(context, instance)


poll_rescued_instances: BothPaths = BothPaths(
    legacy=_poll_rescued_instances_legacy, objects=_poll_rescued_instances_objects
)


def _check_instance_build_time_legacy(manager: ComputeManager, context: RequestContext) -> None:
    timeout = manager.settings.instance_build_timeout
    if timeout != 0:
        for instance in _in_state(manager, context, vm_state=states.BUILDING):
            if timeutils.is_older_than(instance["created_at"], timeout):
                manager._set_instance_error_state(context, instance)
                LOG.warning("%s took too long to build: it is in error now", instance["uuid"])


def _check_instance_build_time_objects(manager: ComputeManager, context: RequestContext) -> None:
    timeout = manager.settings.instance_build_timeout
    if timeout != 0:
        for instance in _in_state(manager, context, vm_state=states.BUILDING):
            if timeutils.is_older_than(instance.created_at, timeout):
                manager._set_instance_error_state(context, instance)
                LOG.warning("%s took too long to build: it is in error now", instance.uuid)


check_instance_build_time: BothPaths = BothPaths(
    legacy=_check_instance_build_time_legacy, objects=_check_instance_build_time_objects
)


def _sync_power_states_legacy(manager: ComputeManager, context: RequestContext) -> None:
    for instance in _syncs(manager, context):
        _sync(manager, context, instance, instance["uuid"], instance["task_state"])


def _sync_power_states_objects(manager: ComputeManager, context: RequestContext) -> None:
    for instance in _syncs(manager, context):
        _sync(manager, context, instance, instance.uuid, instance.task_state)


sync_power_states: BothPaths = BothPaths(legacy=_sync_power_states_legacy, objects=_sync_power_states_objects)


def _syncs(manager: ComputeManager, context: RequestContext) -> Iterator[Instance]:
    """Yield the instances of the host; one whose states are being compared already is left out."""
    instances = InstanceList.get_by_host(context, manager.host, use_slave=True)
    guests = manager.driver.get_num_instances()
    if guests != len(instances):
        LOG.warning("The database has %s instances of this host, its hypervisor %s", len(instances), guests)
    for instance in instances:
        uuid = instance.uuid
        if uuid in manager.syncs_in_progress:
            LOG.debug("The power state of %s is being compared already", uuid)
            continue
        manager.syncs_in_progress.add(uuid)
        try:
            yield instance
        finally:
            manager.syncs_in_progress.remove(uuid)


def _sync(
    manager: ComputeManager, context: RequestContext, instance: Instance, uuid: str, task_state: str | None
) -> None:
    try:
        with instance_lock(uuid):
            if task_state is not None:
                LOG.info("%s has a pending task (%s)", uuid, task_state)
                return
            power_state = manager._get_power_state(context, instance)
            try:
                manager._sync_instance_power_state(context, instance, power_state, use_slave=True)
            except exceptions.InstanceNotFound:
                LOG.debug("%s was deleted while its power state was compared", uuid)
    except Exception:
        LOG.exception("Failed to compare the power state of %s", uuid)


def _sync_instance_power_state_legacy(
    manager: ComputeManager, context: RequestContext, db_instance: Any, vm_power_state: int, use_slave: bool = False
) -> None:
    row = manager.conductor_api.instance_get_by_uuid(context, db_instance["uuid"])
    if _is_busy(manager, row["uuid"], row["host"], row["task_state"]):
        return
    if vm_power_state != row["power_state"]:
        manager._instance_update(context, row["uuid"], power_state=vm_power_state)
    _resolve(manager, context, db_instance, row["vm_state"], row["shutdown_terminate"], vm_power_state)


def _sync_instance_power_state_objects(
    manager: ComputeManager,
    context: RequestContext,
    db_instance: Instance,
    vm_power_state: int,
    use_slave: bool = False,
) -> None:
    db_instance.refresh(use_slave=use_slave)
    if _is_busy(manager, db_instance.uuid, db_instance.host, db_instance.task_state):
        return
    if vm_power_state != db_instance.power_state:
        db_instance.power_state = vm_power_state
        db_instance.save()
    _resolve(manager, context, db_instance, db_instance.vm_state, db_instance.shutdown_terminate, vm_power_state)


sync_instance_power_state: BothPaths = BothPaths(
    legacy=_sync_instance_power_state_legacy, objects=_sync_instance_power_state_objects
)


def _is_busy(manager: ComputeManager, uuid: str, host: str | None, task_state: str | None) -> bool:
    if host != manager.host:
        LOG.info("%s has moved to %s while its power state was compared", uuid, host)
        return True
    if task_state is not None:
        LOG.info("%s has a pending task (%s)", uuid, task_state)
        return True
    return False


def _resolve(
    manager: ComputeManager,
    context: RequestContext,
    instance: Instance,
    vm_state: str,
    shutdown_terminate: bool,
    power_state: int,
) -> None:
    """Ask the API for what makes an instance's state fit that of its guest.

    The API is asked, and no row written, so that its checks apply. What it raises is logged: the next time the states
    differ still.
    """
    api = manager.compute_api
    remedy = None
    match vm_state:
        case states.ACTIVE if power_state in (states.SHUTDOWN, states.CRASHED):
            remedy = api.delete if shutdown_terminate else api.stop
        case states.ACTIVE if power_state == states.POWER_SUSPENDED:
            remedy = api.stop
        case states.ACTIVE if power_state in (states.POWER_PAUSED, states.NOSTATE):
            # The guest may be paused from outside for a while, and the hypervisor may be starting.
            LOG.warning("%s is active, and its guest is paused or not found", instance.uuid)
        case states.STOPPED if power_state not in states.OFF:
            remedy = api.force_stop
        case states.PAUSED if power_state in (states.SHUTDOWN, states.CRASHED):
            remedy = api.force_stop
        case states.SOFT_DELETED | states.DELETED if power_state not in (states.NOSTATE, states.SHUTDOWN):
            LOG.warning("%s is %s, and its guest is not", instance.uuid, vm_state)
    if remedy is None:
        return
    LOG.warning("%s is %s, and its guest's power state is %s", instance.uuid, vm_state, power_state)
    try:
        remedy(context, instance)
    except Exception:
        LOG.exception("Failed to bring the state of %s and its guest together", instance.uuid)


def _reclaim_queued_deletes_legacy(manager: ComputeManager, context: RequestContext) -> None:
    for instance in _queued_deletes(manager, context):
        bdms = BlockDeviceMappingList.get_by_instance_uuid(context, instance["uuid"])
        _reclaim(manager, context, instance, instance["uuid"], bdms)


def _reclaim_queued_deletes_objects(manager: ComputeManager, context: RequestContext) -> None:
    for instance in _queued_deletes(manager, context):
        bdms = BlockDeviceMappingList.get_by_instance_uuid(context, instance.uuid)
        _reclaim(manager, context, instance, instance.uuid, bdms)


reclaim_queued_deletes: BothPaths = BothPaths(
    legacy=_reclaim_queued_deletes_legacy, objects=_reclaim_queued_deletes_objects
)


def _queued_deletes(manager: ComputeManager, context: RequestContext) -> Iterable[Instance]:
    """Return what was soft-deleted long enough ago."""
    interval = manager.settings.reclaim_instance_interval
    if interval <= 0:
        return []
    filters = {"vm_state": states.SOFT_DELETED, "task_state": None, "host": manager.host}
    instances = InstanceList.get_by_filters(
        context, filters, expected_attrs=list(INSTANCE_DEFAULT_FIELDS), use_slave=True
    )
    return [instance for instance in instances if manager._deleted_old_enough(instance, interval)]


def _reclaim(
    manager: ComputeManager, context: RequestContext, instance: Instance, uuid: str, bdms: BlockDeviceMappingList
) -> None:
    LOG.info("Reclaiming the deleted instance %s", uuid)
    # The quota was given back when the instance was soft-deleted: nothing is reserved.
    quotas = manager._get_quotas(context, None, instance)
    try:
        manager._delete_instance(context, instance, bdms, quotas)
    except Exception as error:
        LOG.warning("Failed to reclaim %s: %s", uuid, error)


def _poll_volume_usage(manager: ComputeManager, context: RequestContext) -> None:
    if manager.settings.volume_usage_poll_interval <= 0:
        return
    instances = InstanceList.get_by_host(context, manager.host)
    host_bdms = [
        {"instance": instance, "instance_bdms": [bdm for bdm in _bdms(context, instance) if bdm.is_volume]}
        for instance in instances
    ]
    if not host_bdms:
        return
    try:
        usages = manager.driver.get_all_volume_usage(context, host_bdms)
    except NotImplementedError:
        return
    for usage in usages:
        counters = (usage["rd_req"], usage["rd_bytes"], usage["wr_req"], usage["wr_bytes"])
        manager._update_volume_usage(context, usage["volume"], usage["instance"], counters)


# What it differs in is within the step that writes the usage.
poll_volume_usage: BothPaths = BothPaths(legacy=_poll_volume_usage, objects=_poll_volume_usage)


def _bdms(context: RequestContext, instance: Instance) -> BlockDeviceMappingList:
    return BlockDeviceMappingList.get_by_instance_uuid(context, instance.uuid, use_slave=True)
