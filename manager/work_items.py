"""The blueprint's list: what is converted, one entry at a time."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One entry of the list.

    Args:
        name: Its name in plans, markers and options.
        title: Its name in the blueprint.
    """

    name: str
    title: str


WORK_ITEMS = (
    WorkItem("check_can_live_migrate_destination", "check_can_live_migrate_destination"),
    WorkItem("check_can_live_migrate_source", "check_can_live_migrate_source"),
    WorkItem("live_migration", "live_migration"),
    WorkItem("_post_live_migration", "_post_live_migration"),
    WorkItem("_rollback_live_migration", "_rollback_live_migration"),
    WorkItem("_rollback_live_migration_at_destination", "_rollback_live_migration_at_destination"),
    WorkItem("refresh_instance_security_rules", "refresh_instance_security_rules"),
    WorkItem("run_instance", "run_instance"),
    WorkItem("detach_volume", "detach_volume"),
    WorkItem("remaining_instance_attr", "Remaining uses of instance[attr] in compute/manager.py"),
    WorkItem("delete_orphan_compute_nodes", "the worked example: service and compute nodes"),
    WorkItem("compute_utils", "associated modules: nova.compute.utils"),
)

NAMES = tuple(item.name for item in WORK_ITEMS)
