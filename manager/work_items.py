"""The blueprint's list: what is converted, one entry at a time; a project's own entries follow it."""

from __future__ import annotations

from dataclasses import dataclass

from fakevirt.usage_error import UsageError


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

_REGISTERED = {item.name: item for item in WORK_ITEMS}


def register(item: WorkItem) -> WorkItem:
    """Put an entry of a project's own on the list and return it; an equal one may be there already.

    Raises:
        UsageError: Another entry has that name.
    """
    if _REGISTERED.setdefault(item.name, item) != item:
        raise UsageError(
            expected="a work item of a new name",
            happened=f"{item.name!r} is on the list already: {_REGISTERED[item.name].title}",
            where="fakevirt.manager.work_items.register(…)",
            how_to_go_on="take another name",
        )
    return item


def unregister(item: WorkItem) -> None:
    """Take an entry of a project's own off the list."""
    _REGISTERED.pop(item.name, None)


def item_names() -> tuple[str, ...]:
    """Return the names of all entries, in the order of the list."""
    return tuple(_REGISTERED)
