"""R: a direct database call is left behind in a process that has no database."""

from fakevirt.manager import detach_volume
from fakevirt.objects.compute_node import ComputeNode
from fakevirt.objects.instance import Instance
from planted_bugs.planting import Patch, bug
from planted_bugs.runs import comparison


@bug("R", comparison("volume_detached"), "rpc", "detach_volume raised")
def call_in_the_manager(patch: Patch) -> None:
    """The manager asks the database for the volume's mapping."""
    patch.edit(
        detach_volume.objects,
        "BlockDeviceMapping.get_by_volume_id(context, volume_id)",
        '__import__("fakevirt.db.api", fromlist=["api"]).block_device_mapping_get_by_volume_id(context, volume_id)',
    )


@bug("R", comparison("orphan_compute_node"), "rpc", "live_migration raised")
def method_that_is_not_remotable(patch: Patch) -> None:
    """A new method of an object has no remotable."""
    patch.setattr(ComputeNode, "destroy", ComputeNode.destroy.__wrapped__.__wrapped__)


@bug("R", comparison("pre_migration_of_disks_fails"), "rpc", "rollback_live_migration_at_destination raised")
def lazy_load_in_place(patch: Patch) -> None:
    """A field that is read for the first time is loaded where it is read."""
    patch.setattr(
        Instance, "get_by_uuid", classmethod(Instance.__dict__["get_by_uuid"].__func__.__wrapped__.__wrapped__)
    )
