"""_post_live_migration: after the guest has moved, clean up on the source. The driver calls it back.

What changed: the instance was a dict (``instance['uuid']``) and is an object; the network service was told of the
migration through the conductor with a dict and is told directly with a ``Migration``. It gets the instance that
``live_migration`` got, so a plan that converts only this method needs the compat decorator.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakevirt.context import RequestContext
from fakevirt.manager.compat import object_compat
from fakevirt.manager.decorators import wrap_exception, wrap_instance_fault
from fakevirt.objects.block_device import BlockDeviceMappingList
from fakevirt.objects.migration import Migration

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.instance import Instance


@wrap_exception("_post_live_migration")
@wrap_instance_fault
def legacy(
    manager: ComputeManager,
    context: RequestContext,
    instance: Any,
    dest: str,
    block_migration: bool = False,
    migrate_data: dict[str, Any] | None = None,
) -> None:
    bdms = BlockDeviceMappingList.get_by_instance_uuid(context, instance["uuid"])
    _release_storage(manager, context, instance, bdms, migrate_data)
    network_info = manager._get_instance_nw_info(context, instance)
    manager._notify_about_instance_usage(context, instance, "live_migration._post.start", network_info=network_info)
    manager.driver.unfilter_instance(instance, network_info)
    migration = {"source_compute": manager.host, "dest_compute": dest}
    manager.conductor_api.network_migrate_instance_start(context, instance, migration)
    _hand_over(manager, context, instance, dest, block_migration, migrate_data, network_info)
    if manager.settings.consoles_enabled:
        manager.consoleauth_rpcapi.delete_tokens_for_instance(context, instance["uuid"])


@object_compat
@wrap_exception("_post_live_migration")
@wrap_instance_fault
def objects(
    manager: ComputeManager,
    context: RequestContext,
    instance: Instance,
    dest: str,
    block_migration: bool = False,
    migrate_data: dict[str, Any] | None = None,
) -> None:
    bdms = BlockDeviceMappingList.get_by_instance_uuid(context, instance.uuid)
    _release_storage(manager, context, instance, bdms, migrate_data)
    network_info = manager._get_instance_nw_info(context, instance)
    manager._notify_about_instance_usage(context, instance, "live_migration._post.start", network_info=network_info)
    manager.driver.unfilter_instance(instance, network_info)
    migration = Migration(source_compute=manager.host, dest_compute=dest)
    manager.network_api.migrate_instance_start(context, instance, migration)
    _hand_over(manager, context, instance, dest, block_migration, migrate_data, network_info)
    if manager.settings.consoles_enabled:
        manager.consoleauth_rpcapi.delete_tokens_for_instance(context, instance.uuid)


def _release_storage(
    manager: ComputeManager,
    context: RequestContext,
    instance: Any,
    bdms: BlockDeviceMappingList,
    migrate_data: dict[str, Any] | None,
) -> None:
    block_device_info = manager._get_instance_block_device_info(context, instance, bdms=bdms)
    manager.driver.post_live_migration(context, instance, block_device_info, migrate_data)
    manager._terminate_volume_connections(context, instance, bdms)


def _hand_over(
    manager: ComputeManager,
    context: RequestContext,
    instance: Any,
    dest: str,
    block_migration: bool,
    migrate_data: dict[str, Any] | None,
    network_info: list[dict[str, Any]],
) -> None:
    destroy_vifs = False
    try:
        manager.driver.post_live_migration_at_source(context, instance, network_info)
    except NotImplementedError:
        # Such a driver unplugs VIFs when it cleans up.
        destroy_vifs = True
    manager.compute_rpcapi.post_live_migration_at_destination(context, instance, block_migration, dest)
    do_cleanup, destroy_disks = manager._live_migration_cleanup_flags(block_migration, migrate_data)
    if do_cleanup:
        manager.driver.cleanup(
            context,
            instance,
            network_info,
            destroy_disks=destroy_disks,
            migrate_data=migrate_data,
            destroy_vifs=destroy_vifs,
        )
    manager.network_api.setup_networks_on_host(context, instance, manager.host, teardown=True)
    manager._clear_events_for_instance(instance)
    manager.update_available_resource(context)
    manager._notify_about_instance_usage(context, instance, "live_migration._post.end", network_info=network_info)
