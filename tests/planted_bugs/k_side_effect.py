"""K: a side effect of the old call is lost or added."""

from fakevirt.manager import rollback_live_migration
from fakevirt.manager.building import allocate_network, start_building
from fakevirt.manager.steps import update_volume_usage
from planted_bugs.planting import Patch, bug
from planted_bugs.runs import comparison


@bug("K", comparison("rollback_without_info_cache"), "db", "update instances arguments.values.progress")
def column_added(patch: Patch) -> None:
    """The rollback sets the progress back as well."""
    patch.edit(
        rollback_live_migration.objects,
        "    instance.task_state = None\n",
        "    instance.task_state = None\n    instance.progress = 0\n",
    )


@bug("K", comparison("server_built"), "state", "table compute_nodes arguments.content[1].current_workload")
def tracker_not_told(patch: Patch) -> None:
    """The resource tracker does not hear that a build asks for ports."""
    patch.edit(allocate_network.objects, "    manager._update_resource_tracker(context, instance)\n", "")


@bug("K", comparison("volume_detached_with_usage"), "notifier", "volume.usage")
def notification_lost(patch: Patch) -> None:
    """The conductor told of a volume's usage when it wrote it; an object does not, and nobody else does."""
    patch.edit(update_volume_usage.objects, "    manager._notify_about_volume_usage(context, usage)\n", "")


@bug("K", comparison("server_built"), "db", "update instances arguments.values.task_state")
def saved_twice(patch: Patch) -> None:
    """The start of a build saves each attribute on its own, so that everybody is told twice."""
    patch.edit(
        start_building.objects,
        "    instance.task_state = None\n",
        "    instance.save()\n    instance.task_state = None\n",
    )
