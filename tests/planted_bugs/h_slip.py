"""H: a slip in the mechanical rewrite, on a path that few runs take."""

from fakevirt.context import RequestContext
from fakevirt.manager.compute import ComputeManager
from fakevirt.manager.remaining_instance_attr import deletion
from fakevirt.manager.steps import update_volume_usage
from fakevirt.objects.block_device import BlockDeviceMapping
from fakevirt.objects.instance import Instance
from planted_bugs.planting import Patch, bug
from planted_bugs.runs import comparison


@bug("H", comparison("pre_migration_fails"), "rpc", "live_migration raised.exception AttributeError")
def misplaced_parenthesis(patch: Patch) -> None:
    """A parenthesis stands behind one argument too many, where a rollback disconnects volumes."""

    def misplaces_a_parenthesis(
        manager: ComputeManager, context: RequestContext, volume_id: str, instance: Instance
    ) -> None:
        bdm = BlockDeviceMapping.get_by_volume_id(context, volume_id)
        manager._driver_detach_volume(context, Instance._from_db_object(context, instance, bdm))

    patch.plant("remove_volume_connection", misplaces_a_parenthesis)


@bug("H", comparison("server_deleted"), "rpc", "terminate_instance raised AttributeError")
def class_for_instance(patch: Patch) -> None:
    """A method is called on the class and not on the object."""
    patch.edit(deletion.delete_instance.objects, "        instance.destroy()", "        Instance.destroy(context)")


@bug("H", comparison("volume_detached_with_usage"), "db", "insert volume_usage_cache arguments.values.tot_writes")
def wrong_name_on_the_right(patch: Patch) -> None:
    """Of eight lines that assign counters one has the name of its neighbour."""
    patch.edit(update_volume_usage.objects, "curr_writes=writes", "curr_writes=reads")
