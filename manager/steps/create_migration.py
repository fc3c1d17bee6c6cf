"""_create_migration: the row of a resize that comes to this host, made when resources have been claimed for it.

The migration has been an object since Havana. What changed: the instance and the flavors were read as dicts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakevirt import flavors
from fakevirt.context import RequestContext
from fakevirt.objects.migration import Migration

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.flavor import Flavor
    from fakevirt.objects.instance import Instance


def legacy(
    manager: ComputeManager, context: RequestContext, instance: Any, instance_type: dict[str, Any], node: str
) -> Migration:
    migration = _to(manager, context, node)
    migration.old_instance_type_id = flavors.find_flavor(instance.__getitem__)["id"]
    migration.new_instance_type_id = instance_type["id"]
    migration.instance_uuid = instance["uuid"]
    migration.source_compute = instance["host"]
    migration.source_node = instance["node"]
    migration.create()
    return migration


def objects(
    manager: ComputeManager, context: RequestContext, instance: Instance, instance_type: Flavor, node: str
) -> Migration:
    migration = _to(manager, context, node)
    migration.old_instance_type_id = instance.get_flavor().id
    migration.new_instance_type_id = instance_type.id
    migration.instance_uuid = instance.uuid
    migration.source_compute = instance.host
    migration.source_node = instance.node
    migration.create()
    return migration


def _to(manager: ComputeManager, context: RequestContext, node: str) -> Migration:
    return Migration(
        context.elevated(),
        dest_compute=manager.host,
        dest_node=node,
        dest_host=manager.driver.get_host_ip_addr(),
        status="pre-migrating",
    )
