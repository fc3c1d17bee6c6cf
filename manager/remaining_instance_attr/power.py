"""Guests that are stopped, started, rescued and unrescued.

``stop_instance`` and ``start_instance`` have taken objects since Havana, so both paths are one function. What changed
of the others: they came with the compat decorator (Icehouse) and read fields by subscript.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from oslo_utils import timeutils, uuidutils

from fakevirt import exceptions, states
from fakevirt.context import RequestContext
from fakevirt.manager.compat import object_compat
from fakevirt.manager.decorators import reverts_task_state, wrap_exception, wrap_instance_event, wrap_instance_fault
from fakevirt.manager.locks import instance_lock
from fakevirt.manager.paths import BothPaths

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.instance import Instance

LOG = logging.getLogger(__name__)


@wrap_exception("stop_instance")
@reverts_task_state
@wrap_instance_event("stop_instance")
@wrap_instance_fault
def _stop_instance(manager: ComputeManager, context: RequestContext, instance: Instance) -> None:
    with instance_lock(instance.uuid):
        expected_task_state: list[str | None] = [states.POWERING_OFF]
        if manager._get_power_state(context, instance) in states.OFF:
            # It is off already, so that something else may have set the task state back.
            expected_task_state.append(None)
        manager._notify_about_instance_usage(context, instance, "power_off.start")
        _power_off(manager, instance)
        instance.power_state = manager._get_power_state(context, instance)
        instance.vm_state = states.STOPPED
        instance.task_state = None
        instance.save(expected_task_state=expected_task_state)
        manager._notify_about_instance_usage(context, instance, "power_off.end")


stop_instance: BothPaths = BothPaths(legacy=_stop_instance, objects=_stop_instance)


@wrap_exception("start_instance")
@reverts_task_state
@wrap_instance_event("start_instance")
@wrap_instance_fault
def _start_instance(manager: ComputeManager, context: RequestContext, instance: Instance) -> None:
    manager._notify_about_instance_usage(context, instance, "power_on.start")
    network_info = manager._get_instance_nw_info(context, instance)
    block_device_info = manager._get_instance_block_device_info(context, instance)
    manager.driver.power_on(context, instance, network_info, block_device_info)
    instance.power_state = manager._get_power_state(context, instance)
    instance.vm_state = states.ACTIVE
    instance.task_state = None
    instance.save(expected_task_state=states.POWERING_ON)
    manager._notify_about_instance_usage(context, instance, "power_on.end")


start_instance: BothPaths = BothPaths(legacy=_start_instance, objects=_start_instance)


@object_compat
@wrap_exception("rescue_instance")
@reverts_task_state
@wrap_instance_event("rescue_instance")
@wrap_instance_fault
def _rescue_instance_legacy(
    manager: ComputeManager,
    context: RequestContext,
    instance: Any,
    rescue_password: str | None,
    rescue_image_ref: str | None = None,
) -> None:
    image_ref = rescue_image_ref or instance["system_metadata"].get("image_base_image_ref") or instance["image_ref"]
    _rescue(manager, context, instance, instance["uuid"], rescue_password, image_ref)


@object_compat
@wrap_exception("rescue_instance")
@reverts_task_state
@wrap_instance_event("rescue_instance")
@wrap_instance_fault
def _rescue_instance_objects(
    manager: ComputeManager,
    context: RequestContext,
    instance: Instance,
    rescue_password: str | None,
    rescue_image_ref: str | None = None,
) -> None:
    image_ref = rescue_image_ref or instance.system_metadata.get("image_base_image_ref") or instance.image_ref
    _rescue(manager, context, instance, instance.uuid, rescue_password, image_ref)


rescue_instance: BothPaths = BothPaths(legacy=_rescue_instance_legacy, objects=_rescue_instance_objects)


def _rescue(
    manager: ComputeManager,
    context: RequestContext,
    instance: Instance,
    uuid: str,
    rescue_password: str | None,
    image_ref: str | None,
) -> None:
    context = context.elevated()
    network_info = manager._get_instance_nw_info(context, instance)
    image_meta = manager._get_image_metadata(context, image_ref, instance)
    image_meta["id"] = image_ref
    told = {"network_info": network_info, "extra_usage_info": {"rescue_image_name": image_meta.get("name", "")}}
    manager._notify_about_instance_usage(context, instance, "rescue.start", **told)
    password = rescue_password or uuidutils.generate_uuid(dashed=False)[:12]
    try:
        _power_off(manager, instance)
        manager.driver.rescue(context, instance, network_info, image_meta, password)
    except Exception as error:
        LOG.exception("Failed to rescue %s", uuid)
        raise exceptions.InstanceNotRescuable(instance_id=uuid, reason=f"Driver Error: {error}") from error
    manager._notify_usage_exists(context, instance, current_period=True)
    instance.power_state = manager._get_power_state(context, instance)
    instance.vm_state = states.RESCUED
    instance.task_state = None
    instance.launched_at = timeutils.utcnow()
    instance.save(expected_task_state=states.RESCUING)
    manager._notify_about_instance_usage(context, instance, "rescue.end", **told)


@object_compat
@wrap_exception("unrescue_instance")
@reverts_task_state
@wrap_instance_event("unrescue_instance")
@wrap_instance_fault
def _unrescue_instance(manager: ComputeManager, context: RequestContext, instance: Instance) -> None:
    context = context.elevated()
    network_info = manager._get_instance_nw_info(context, instance)
    manager._notify_about_instance_usage(context, instance, "unrescue.start", network_info=network_info)
    with manager._error_out_instance_on_exception(context, instance):
        manager.driver.unrescue(instance, network_info)
    instance.power_state = manager._get_power_state(context, instance)
    instance.vm_state = states.ACTIVE
    instance.task_state = None
    instance.save(expected_task_state=states.UNRESCUING)
    manager._notify_about_instance_usage(context, instance, "unrescue.end", network_info=network_info)


unrescue_instance: BothPaths = BothPaths(legacy=_unrescue_instance, objects=_unrescue_instance)


def _power_off(manager: ComputeManager, instance: Instance) -> None:
    manager.driver.power_off(instance, manager.settings.shutdown_timeout, manager.SHUTDOWN_RETRY_INTERVAL)
