"""check_can_live_migrate_destination: may this host receive the instance? Runs on the destination, called by the
conductor.

What changed: the compute nodes of both hosts came as dicts through the conductor and are ``ComputeNode`` objects now,
the driver's included. The instance has been an object since Havana.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakevirt.context import RequestContext
from fakevirt.manager.decorators import wrap_exception, wrap_instance_fault
from fakevirt.usage_error import UsageError

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.instance import Instance


@wrap_exception("check_can_live_migrate_destination")
@wrap_instance_fault
def legacy(
    manager: ComputeManager,
    context: RequestContext,
    instance: Instance,
    block_migration: bool,
    disk_over_commit: bool,
) -> dict[str, Any]:
    src_compute_info = manager._get_compute_info(context, instance["host"])
    dst_compute_info = manager._get_compute_info(context, manager.host)
    return _check(manager, context, instance, src_compute_info, dst_compute_info, block_migration, disk_over_commit)


@wrap_exception("check_can_live_migrate_destination")
@wrap_instance_fault
def objects(
    manager: ComputeManager,
    context: RequestContext,
    instance: Instance,
    block_migration: bool,
    disk_over_commit: bool,
) -> dict[str, Any]:
    src_compute_info = manager._get_compute_info(context, instance.host)
    dst_compute_info = manager._get_compute_info(context, manager.host)
    return _check(manager, context, instance, src_compute_info, dst_compute_info, block_migration, disk_over_commit)


def _check(
    manager: ComputeManager,
    context: RequestContext,
    instance: Instance,
    src_compute_info: Any,
    dst_compute_info: Any,
    block_migration: bool,
    disk_over_commit: bool,
) -> dict[str, Any]:
    dest_check_data = manager.driver.check_can_live_migrate_destination(
        context, instance, src_compute_info, dst_compute_info, block_migration, disk_over_commit
    )
    try:
        migrate_data: dict[str, Any] | None = manager.compute_rpcapi.check_can_live_migrate_source(
            context, instance, dest_check_data
        )
    finally:
        manager.driver.check_can_live_migrate_destination_cleanup(context, dest_check_data)
    if migrate_data is None:
        raise UsageError(
            expected="what the source found out about storage (migrate_data, a dict)",
            happened="check_can_live_migrate_source of the source's manager returned nothing",
            where=f"check_can_live_migrate_destination on {manager.host}",
            how_to_go_on="let the method return what its driver's check_can_live_migrate_source returns",
        )
    migrate_data.update(dest_check_data.get("migrate_data", {}))
    return migrate_data
