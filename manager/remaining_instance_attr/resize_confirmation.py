"""confirm_resize and _poll_unconfirmed_resizes: a resize is for good, because someone says so or nobody has for long.

The API casts the first to the source, the second runs on the destination from time to time. Instance and migration have
been objects since Havana. What changed: what was read of the instance by subscript, flavors, which were dicts from
system metadata, and quotas, which were committed through the conductor.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from fakevirt import exceptions, flavors, states
from fakevirt.context import RequestContext
from fakevirt.manager.decorators import wrap_exception, wrap_instance_event, wrap_instance_fault
from fakevirt.manager.legacy_flavors import forget_flavors
from fakevirt.manager.locks import instance_lock
from fakevirt.manager.paths import BothPaths
from fakevirt.objects.instance import Instance
from fakevirt.objects.migration import Migration, MigrationList

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager

LOG = logging.getLogger(__name__)


@wrap_exception("confirm_resize")
@wrap_instance_event("confirm_resize")
@wrap_instance_fault
def _confirm_resize_legacy(
    manager: ComputeManager,
    context: RequestContext,
    instance: Instance,
    reservations: list[str] | None,
    migration: Migration,
) -> None:
    quotas = manager._get_quotas(context, reservations, instance)
    with instance_lock(instance["uuid"]):
        found = _find(context, instance["uuid"], migration)
        if found is None:
            quotas.rollback()
            return
        instance, migration = found
        manager._notify_about_instance_usage(context, instance, "resize.confirm.start")
        with manager._error_out_instance_on_exception(context, instance, quotas):
            old_flavor = flavors.find_flavor(instance.__getitem__, "old_")
            forget_flavors(instance, "old", "new")
            instance["system_metadata"].pop("old_vm_state", None)
            instance.save()
            _confirm(manager, context, instance, migration, old_flavor, quotas)


@wrap_exception("confirm_resize")
@wrap_instance_event("confirm_resize")
@wrap_instance_fault
def _confirm_resize_objects(
    manager: ComputeManager,
    context: RequestContext,
    instance: Instance,
    reservations: list[str] | None,
    migration: Migration,
) -> None:
    quotas = manager._get_quotas(context, reservations, instance)
    with instance_lock(instance.uuid):
        found = _find(context, instance.uuid, migration)
        if found is None:
            quotas.rollback()
            return
        instance, migration = found
        manager._notify_about_instance_usage(context, instance, "resize.confirm.start")
        with manager._error_out_instance_on_exception(context, instance, quotas):
            old_flavor = instance.get_flavor("old")
            instance.delete_flavor("old")
            instance.delete_flavor("new")
            instance.system_metadata.pop("old_vm_state", None)
            instance.save()
            _confirm(manager, context, instance, migration, old_flavor, quotas)


confirm_resize: BothPaths = BothPaths(legacy=_confirm_resize_legacy, objects=_confirm_resize_objects)


def _poll_unconfirmed_resizes_legacy(manager: ComputeManager, context: RequestContext) -> None:
    for migration in _unconfirmed(manager, context):
        instance = _instance_of(context, migration)
        if instance is None:
            _set_migration_to_error(migration["id"], migration, "the instance was not found")
        elif instance["vm_state"] == states.ERROR:
            _set_migration_to_error(migration["id"], migration, "the instance is in error")
        elif instance["task_state"] in (states.DELETING, states.SOFT_DELETING):
            LOG.debug("The instance of migration %s is being deleted", migration["id"])
        elif instance["vm_state"] != states.RESIZED or instance["task_state"] is not None:
            reason = f"the instance is {instance['vm_state']}/{instance['task_state']}, not resized/None"
            _set_migration_to_error(migration["id"], migration, reason)
        else:
            _confirm_by_itself(manager, context, instance, migration)


def _poll_unconfirmed_resizes_objects(manager: ComputeManager, context: RequestContext) -> None:
    for migration in _unconfirmed(manager, context):
        instance = _instance_of(context, migration)
        if instance is None:
            _set_migration_to_error(migration.id, migration, "the instance was not found")
        elif instance.vm_state == states.ERROR:
            _set_migration_to_error(migration.id, migration, "the instance is in error")
        elif instance.task_state in (states.DELETING, states.SOFT_DELETING):
            LOG.debug("The instance of migration %s is being deleted", migration.id)
        elif instance.vm_state != states.RESIZED or instance.task_state is not None:
            reason = f"the instance is {instance.vm_state}/{instance.task_state}, not resized/None"
            _set_migration_to_error(migration.id, migration, reason)
        else:
            _confirm_by_itself(manager, context, instance, migration)


poll_unconfirmed_resizes: BothPaths = BothPaths(
    legacy=_poll_unconfirmed_resizes_legacy, objects=_poll_unconfirmed_resizes_objects
)


def _find(context: RequestContext, instance_uuid: str, migration: Migration) -> tuple[Instance, Migration] | None:
    """Read instance and migration again; None if there is nothing to confirm any more."""
    try:
        migration = Migration.get_by_id(context.elevated(), migration.id)
    except exceptions.MigrationNotFound:
        LOG.error("Migration %s is not found during confirmation", migration.id)
        return None
    if migration.status not in ("finished", "confirming"):
        LOG.warning("Migration %s is %s and not to be confirmed", migration.id, migration.status)
        return None
    try:
        return Instance.get_by_uuid(context, instance_uuid, expected_attrs=["metadata", "system_metadata"]), migration
    except exceptions.InstanceNotFound:
        LOG.info("The instance of migration %s is not found during confirmation", migration.id)
        return None


def _confirm(
    manager: ComputeManager,
    context: RequestContext,
    instance: Instance,
    migration: Migration,
    old_flavor: Any,
    quotas: Any,
) -> None:
    """Remove what the source has still, and let the instance go on as it is."""
    manager.network_api.setup_networks_on_host(context, instance, migration.source_compute, teardown=True)
    network_info = manager._get_instance_nw_info(context, instance)
    manager.driver.confirm_migration(migration, instance, network_info)
    migration.status = "confirmed"
    migration.save()
    tracker = manager._get_resource_tracker(str(migration.source_node))
    tracker.drop_resize_claim(context, instance, old_flavor)
    # It may have been off before the resize, or switched off since.
    instance.vm_state = states.STOPPED if instance.power_state == states.SHUTDOWN else states.ACTIVE
    instance.task_state = None
    instance.save(expected_task_state=[None, states.DELETING])
    manager._notify_about_instance_usage(context, instance, "resize.confirm.end", network_info=network_info)
    quotas.commit()


def _unconfirmed(manager: ComputeManager, context: RequestContext) -> MigrationList | list[Migration]:
    window = manager.settings.resize_confirm_window
    if window == 0:
        return []
    migrations = MigrationList.get_unconfirmed_by_dest_compute(context, window, manager.host, use_slave=True)
    LOG.info("Found %d unconfirmed migrations older than %d seconds", len(migrations), window)
    return migrations


def _instance_of(context: RequestContext, migration: Migration) -> Instance | None:
    try:
        return Instance.get_by_uuid(
            context,
            str(migration.instance_uuid),
            expected_attrs=["metadata", "system_metadata"],
            use_slave=True,
        )
    except exceptions.InstanceNotFound:
        return None


def _set_migration_to_error(migration_id: int, migration: Migration, reason: str) -> None:
    LOG.warning("Setting migration %s to error: %s", migration_id, reason)
    migration.status = "error"
    migration.save()


def _confirm_by_itself(
    manager: ComputeManager, context: RequestContext, instance: Instance, migration: Migration
) -> None:
    try:
        manager.resize_api.confirm_resize(context, instance, migration=migration)
    except Exception as error:
        LOG.info("Error auto-confirming resize: %s. Will retry later.", error)
