"""pre_live_migration: prepare the destination. Called by the source.

It takes an object since Icehouse (compute RPC 3.19) and therefore has one function. What it notes and reads on the way
takes the call path of ``live_migration``, which it is part of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakevirt.context import RequestContext
from fakevirt.manager.compat import object_compat
from fakevirt.manager.decorators import wrap_exception, wrap_instance_fault

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.instance import Instance


@object_compat
@wrap_exception("pre_live_migration")
@wrap_instance_fault
def objects(
    manager: ComputeManager,
    context: RequestContext,
    instance: Instance,
    block_migration: bool,
    disk: Any,
    migrate_data: dict[str, Any],
) -> Any:
    block_device_info = manager._get_instance_block_device_info(context, instance, refresh_conn_info=True)
    network_info = manager._get_instance_nw_info(context, instance)
    manager._notify_about_instance_usage(context, instance, "live_migration.pre.start", network_info=network_info)
    pre_live_migration_result = manager.driver.pre_live_migration(
        context, instance, block_device_info, network_info, disk, migrate_data
    )
    manager.network_api.setup_networks_on_host(context, instance, manager.host)
    manager.driver.ensure_filtering_rules_for_instance(instance, network_info)
    manager._notify_about_instance_usage(context, instance, "live_migration.pre.end", network_info=network_info)
    return pre_live_migration_result


legacy = objects
