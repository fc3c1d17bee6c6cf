"""F: a nested object is None where the dict code said ``or {}``."""

from fakevirt.manager import check_can_live_migrate_source
from fakevirt.manager.building import default_block_device_names
from fakevirt.manager.compute_utils import network_info
from planted_bugs.planting import Patch, bug
from planted_bugs.runs import comparison


@bug(
    "F",
    comparison("running_deleted_instance_without_info_cache_reaped"),
    "manager",
    "_get_nw_info_for_instance raised AttributeError",
)
def no_info_cache(patch: Patch) -> None:
    """Network information is read from an info cache that is not there."""
    patch.edit(network_info.objects, "    if instance.info_cache is None:\n        return []\n", "")


@bug("F", comparison("refused_by_the_source"), "rpc", "migrate_server raised.exception MigrationError")
def no_root_device(patch: Patch) -> None:
    """The root device of a server that has none is asked whether it is a volume."""
    patch.edit(check_can_live_migrate_source.objects, "root is not None and root.is_volume", "root.is_volume")


@bug("F", comparison("server_built_without_a_root_disk"), "db", "update instances")
def no_disk_to_be_named(patch: Patch) -> None:
    """The root disk of a server that has no disks is given a name."""
    patch.edit(default_block_device_names.objects, "    if root_bdm is None:\n        return\n", "")
