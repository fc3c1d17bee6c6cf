"""The resource tracker's question: which instances are being resized from or to a node, and by which migration?

What changed: the migrations came as dicts through the conductor, with their instances; the object path asks for a
``MigrationList`` and for each instance (Kilo), which may be gone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakevirt import exceptions
from fakevirt.context import RequestContext
from fakevirt.objects.instance import Instance
from fakevirt.objects.migration import MigrationList

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.migration import Migration


def legacy(manager: ComputeManager, context: RequestContext, node: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    migrations = manager.conductor_api.migration_get_in_progress_by_host_and_node(context, manager.host, node)
    return [(migration, migration["instance"]) for migration in migrations if migration["instance"]]


def objects(manager: ComputeManager, context: RequestContext, node: str) -> list[tuple[Migration, Instance]]:
    resizes = []
    for migration in MigrationList.get_in_progress_by_host_and_node(context, manager.host, node):
        try:
            instance = Instance.get_by_uuid(context, migration.instance_uuid, expected_attrs=["system_metadata"])
        except exceptions.InstanceNotFound:
            continue
        resizes.append((migration, instance))
    return resizes
