"""N: a helper now takes the instance, and one call site still passes the uuid."""

from fakevirt.manager import post_live_migration_at_destination, rollback_live_migration
from fakevirt.manager.building import prebuild_instance
from fakevirt.manager.steps import revert_task_state
from planted_bugs.planting import Patch, bug
from planted_bugs.runs import comparison


@bug("N", comparison("server_built"), "rpc", "run_instance raised AttributeError")
def start_of_a_build(patch: Patch) -> None:
    """The build is started with the uuid."""
    patch.edit(
        prebuild_instance.objects, "_start_building(context, instance)", "_start_building(context, instance.uuid)"
    )


@bug("N", comparison("rollback_without_info_cache"), "rpc", "live_migration raised.exception AttributeError")
def networks_of_the_rollback(patch: Patch) -> None:
    """The network service is given the uuid when a migration is rolled back."""
    patch.edit(
        rollback_live_migration.objects, "(context, instance, manager.host)", "(context, instance.uuid, manager.host)"
    )


@bug("N", comparison("shared_storage"), "rpc", "post_live_migration_at_destination raised AttributeError")
def networks_at_the_destination(patch: Patch) -> None:
    """The network service is given the uuid when a migration ends."""
    patch.edit(
        post_live_migration_at_destination.objects,
        "migrate_instance_finish(context, instance, migration)",
        "migrate_instance_finish(context, instance.uuid, migration)",
    )


@bug("N", comparison("detach_fails_in_the_driver"), "driver", "node_is_available")
def tracker_after_an_error(patch: Patch) -> None:
    """The resource tracker is given the uuid when a task is set back."""
    patch.edit(
        revert_task_state.objects,
        "_update_resource_tracker(context, instance)",
        "_update_resource_tracker(context, instance.uuid)",
    )
