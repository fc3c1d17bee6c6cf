"""rollback_live_migration_at_destination: remove what pre_live_migration had prepared. Cast by the source.

What changed: the instance was a dict and is an object (compute RPC 3.26; the arguments behind it came with 3.32).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fakevirt.context import RequestContext
from fakevirt.manager.compat import object_compat
from fakevirt.manager.decorators import wrap_exception, wrap_instance_fault

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager


@wrap_exception("rollback_live_migration_at_destination")
@wrap_instance_fault
def legacy(
    manager: ComputeManager,
    context: RequestContext,
    instance: Any,
    destroy_disks: bool = True,
    migrate_data: dict[str, Any] | None = None,
) -> None:
    network_info = manager._get_instance_nw_info(context, instance)
    manager._notify_about_instance_usage(
        context, instance, "live_migration.rollback.dest.start", network_info=network_info
    )
    manager.network_api.setup_networks_on_host(context, instance, manager.host, teardown=True)
    block_device_info = manager._get_instance_block_device_info(context, instance)
    manager.driver.rollback_live_migration_at_destination(
        context, instance, network_info, block_device_info, destroy_disks=destroy_disks, migrate_data=migrate_data
    )
    manager._notify_about_instance_usage(
        context, instance, "live_migration.rollback.dest.end", network_info=network_info
    )


#: The steps are the same: only what they are given, and the call path of the steps themselves, has changed.
objects: Callable[..., Any] = object_compat(legacy)
