"""_rollback_live_migration: a migration has failed, set the instance free again. Runs on the source.

What changed: the legacy path writes through ``_instance_update``, which writes the host once more, updates the resource
tracker and returns a fresh dict that takes the instance's place; the object path assigns and saves, and goes on with
the same object. It gets the instance that ``live_migration`` got, so a plan that converts only this method needs the
compat decorator.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakevirt import states
from fakevirt.context import RequestContext
from fakevirt.manager.compat import object_compat
from fakevirt.manager.decorators import wrap_exception, wrap_instance_fault
from fakevirt.objects.block_device import BlockDeviceMappingList

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.instance import Instance


@wrap_exception("_rollback_live_migration")
@wrap_instance_fault
def legacy(
    manager: ComputeManager,
    context: RequestContext,
    instance: Any,
    dest: str,
    block_migration: bool,
    migrate_data: dict[str, Any] | None = None,
) -> None:
    instance = manager._instance_update(
        context,
        instance["uuid"],
        host=instance["host"],
        vm_state=states.ACTIVE,
        task_state=None,
        expected_task_state=states.MIGRATING,
    )
    manager.network_api.setup_networks_on_host(context, instance, manager.host)
    bdms = BlockDeviceMappingList.get_by_instance_uuid(context, instance["uuid"])
    _undo_destination(manager, context, instance, bdms, dest, block_migration, migrate_data)


@object_compat
@wrap_exception("_rollback_live_migration")
@wrap_instance_fault
def objects(
    manager: ComputeManager,
    context: RequestContext,
    instance: Instance,
    dest: str,
    block_migration: bool,
    migrate_data: dict[str, Any] | None = None,
) -> None:
    instance.vm_state = states.ACTIVE
    instance.task_state = None
    instance.save(expected_task_state=[states.MIGRATING])
    manager.network_api.setup_networks_on_host(context, instance, manager.host)
    bdms = BlockDeviceMappingList.get_by_instance_uuid(context, instance.uuid)
    _undo_destination(manager, context, instance, bdms, dest, block_migration, migrate_data)


def _undo_destination(
    manager: ComputeManager,
    context: RequestContext,
    instance: Any,
    bdms: BlockDeviceMappingList,
    dest: str,
    block_migration: bool,
    migrate_data: dict[str, Any] | None,
) -> None:
    for bdm in bdms:
        if bdm.is_volume:
            manager.compute_rpcapi.remove_volume_connection(context, instance, bdm.volume_id, dest)
    manager._notify_about_instance_usage(context, instance, "live_migration._rollback.start")
    do_cleanup, destroy_disks = manager._live_migration_cleanup_flags(block_migration, migrate_data)
    if do_cleanup:
        manager.compute_rpcapi.rollback_live_migration_at_destination(
            context, instance, dest, destroy_disks=destroy_disks, migrate_data=migrate_data
        )
    manager._notify_about_instance_usage(context, instance, "live_migration._rollback.end")
