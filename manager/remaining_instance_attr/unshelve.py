"""unshelve_instance: build a guest anew from the image that was made of it when it was shelved. Cast by the conductor.

The instance has been an object since Havana. What changed: how its uuid is read; the claim, which writes it; and that
the network service was told of the move through the conductor with a dict, and is told directly with a ``Migration``.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from oslo_utils import excutils, timeutils

from fakevirt import states
from fakevirt.context import RequestContext
from fakevirt.manager.decorators import reverts_task_state, wrap_exception, wrap_instance_event, wrap_instance_fault
from fakevirt.manager.locks import instance_lock
from fakevirt.manager.paths import BothPaths
from fakevirt.objects.block_device import BlockDeviceMappingList
from fakevirt.objects.migration import Migration

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.instance import Instance

LOG = logging.getLogger(__name__)


@wrap_exception("unshelve_instance")
@reverts_task_state
@wrap_instance_event("unshelve_instance")
@wrap_instance_fault
def _legacy(
    manager: ComputeManager,
    context: RequestContext,
    instance: Instance,
    image: dict[str, Any] | None,
    filter_properties: dict[str, Any] | None = None,
    node: str | None = None,
) -> None:
    with instance_lock(instance["uuid"]):
        block_device_info = _begin(manager, context, instance, instance["uuid"])
        migration = {"source_compute": "", "dest_compute": manager.host}
        manager.conductor_api.network_migrate_instance_finish(context, instance, migration)
        _build(manager, context, instance, image, filter_properties or {}, node, block_device_info)


@wrap_exception("unshelve_instance")
@reverts_task_state
@wrap_instance_event("unshelve_instance")
@wrap_instance_fault
def _objects(
    manager: ComputeManager,
    context: RequestContext,
    instance: Instance,
    image: dict[str, Any] | None,
    filter_properties: dict[str, Any] | None = None,
    node: str | None = None,
) -> None:
    with instance_lock(instance.uuid):
        block_device_info = _begin(manager, context, instance, instance.uuid)
        migration = Migration(source_compute="", dest_compute=manager.host)
        manager.network_api.migrate_instance_finish(context, instance, migration)
        _build(manager, context, instance, image, filter_properties or {}, node, block_device_info)


unshelve_instance: BothPaths = BothPaths(legacy=_legacy, objects=_objects)


def _begin(manager: ComputeManager, context: RequestContext, instance: Instance, uuid: str) -> dict[str, Any]:
    """Note that the request has arrived, connect the volumes, and return the block devices."""
    manager._notify_about_instance_usage(context, instance, "unshelve.start")
    instance.task_state = states.SPAWNING
    instance.save()
    bdms = BlockDeviceMappingList.get_by_instance_uuid(context, uuid)
    block_device_info: dict[str, Any] = manager._prep_block_device(context, instance, bdms, do_check_attach=False)
    return block_device_info


def _build(
    manager: ComputeManager,
    context: RequestContext,
    instance: Instance,
    image: dict[str, Any] | None,
    filter_properties: dict[str, Any],
    node: str | None,
    block_device_info: dict[str, Any],
) -> None:
    network_info = manager._get_instance_nw_info(context, instance)
    node = node or manager.driver.get_available_nodes()[0]
    try:
        with (
            manager._get_resource_tracker(node).instance_claim(context, instance, filter_properties.get("limits")),
            _as_it_is_spawned(instance, image),
        ):
            manager.driver.spawn(
                context,
                instance,
                image or {},
                injected_files=[],
                admin_password=None,
                network_info=network_info,
                block_device_info=block_device_info,
            )
    except Exception:
        with excutils.save_and_reraise_exception():
            LOG.exception("Instance failed to spawn")
    if image:
        manager.image_api.delete(context, image["id"])
    instance.power_state = manager._get_power_state(context, instance)
    instance.vm_state = states.ACTIVE
    instance.task_state = None
    instance.launched_at = timeutils.utcnow()
    instance.save(expected_task_state=states.SPAWNING)
    manager._notify_about_instance_usage(context, instance, "unshelve.end")


@contextlib.contextmanager
def _as_it_is_spawned(instance: Instance, image: dict[str, Any] | None) -> Iterator[None]:
    """Let the instance be one of the image that it was shelved to, without what would change a disk that is used.

    Nova does so before the claim. Since that saves the object (Liberty), the key of a server whose spawn fails would
    be lost, and its image the one that it was shelved to.
    """
    shown: dict[str, Any] = {"key_data": None, "auto_disk_config": False}
    if image:
        shown["image_ref"] = image["id"]
    own = {name: getattr(instance, name) for name in shown}
    _assign(instance, shown)
    try:
        yield
    finally:
        _assign(instance, own)


def _assign(instance: Instance, values: dict[str, Any]) -> None:
    """Assign fields that no save is to write."""
    for name, value in values.items():
        setattr(instance, name, value)
    instance.obj_reset_changes(list(values))
