"""E: an object is built without a joined field that later code reads."""

from fakevirt.context import RequestContext
from fakevirt.manager import rollback_live_migration
from fakevirt.manager.compute import ComputeManager
from fakevirt.manager.remaining_instance_attr import deletion
from fakevirt.manager.steps import update_volume_usage
from fakevirt.objects.instance import Instance
from fakevirt.objects.primitive import legacy_dict
from planted_bugs.planting import Patch, bug
from planted_bugs.runs import comparison


@bug("E", comparison("rollback_without_info_cache"), "rpc", "live_migration raised.exception OrphanedObjectError")
def orphan_that_cannot_load(patch: Patch) -> None:
    """The rollback makes an object without joined fields, and without a context to load them with."""

    def orphans(
        manager: ComputeManager,
        context: RequestContext,
        instance: Instance,
        dest: str,
        block_migration: bool,
        migrate_data: object = None,
    ) -> None:
        orphan = Instance._from_db_object(context, Instance(), legacy_dict(instance), expected_attrs=[])
        orphan._context = None
        rollback_live_migration.objects(manager, context, orphan, dest, block_migration, migrate_data)

    patch.plant("_rollback_live_migration", orphans)


@bug("E", comparison("queued_delete_reclaimed"), "manager", "_delete_instance raised InstanceNotFound")
def metadata_of_a_deleted_row(patch: Patch) -> None:
    """The system metadata is read when the row is gone, from which nothing can be loaded."""
    patch.edit(
        deletion.delete_instance.objects,
        """        system_metadata = instance.system_metadata
        instance.destroy()
""",
        """        instance.destroy()
        del instance.system_metadata
        system_metadata = instance.system_metadata
""",
    )


@bug("E", comparison("volume_detached_with_usage"), "rpc", "detach_volume raised NotImplementedError")
def object_that_is_not_whole(patch: Patch) -> None:
    """The usage of a volume is saved without its owner, which what is told of it reads."""
    patch.edit(update_volume_usage.objects, "        project_id=instance.project_id,\n", "")
