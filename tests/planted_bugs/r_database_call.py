"""R: a direct database call is left behind in a process that has no database."""

from fakevirt.manager import detach_volume
from fakevirt.objects.compute_node import ComputeNode
from fakevirt.objects.volume_usage import VolumeUsage
from planted_bugs.planting import Patch, bug
from planted_bugs.runs import comparison


@bug("R", comparison("volume_detached"), "rpc", "detach_volume raised DBNotAllowed")
def call_in_the_manager(patch: Patch) -> None:
    """The manager asks the database for the volume's mapping."""
    patch.edit(
        detach_volume.objects,
        "BlockDeviceMapping.get_by_volume_id(context, volume_id)",
        '__import__("fakevirt.db.api", fromlist=["api"]).block_device_mapping_get_by_volume_id(context, volume_id)',
    )


@bug("R", comparison("orphan_compute_node"), "rpc", "live_migration raised DBNotAllowed")
def method_that_is_not_remotable(patch: Patch) -> None:
    """A new method of an object has no remotable."""
    patch.setattr(ComputeNode, "destroy", ComputeNode.destroy.__wrapped__.__wrapped__)


@bug("R", comparison("volume_detached_with_usage"), "rpc", "detach_volume raised DBNotAllowed")
def new_object_in_place(patch: Patch) -> None:
    """The object that came in place of a raw call is saved where it is made."""
    patch.setattr(VolumeUsage, "save", VolumeUsage.save.__wrapped__.__wrapped__)
