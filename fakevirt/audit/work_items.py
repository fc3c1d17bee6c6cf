"""To which work item of the blueprint a function belongs."""

from __future__ import annotations

from pathlib import Path

from fakevirt.audit.settings import Settings
from fakevirt.manager.work_items import item_names

#: Nova's functions of which more than the name belongs to a work item.
_NOVA = {
    "delete_orphan_compute_nodes": ("update_available_resource", "_get_compute_nodes_in_db"),
    "check_can_live_migrate_destination": ("_get_compute_info",),
    "live_migration": ("pre_live_migration",),
    "_post_live_migration": ("post_live_migration_at_destination",),
    "run_instance": (
        "_run_instance",
        "_prebuild_instance",
        "_validate_instance_group_policy",
        "_build_instance",
        "_check_instance_exists",
        "_start_building",
        "_allocate_network",
        "_allocate_network_async",
        "_default_block_device_names",
        "_prep_block_device",
        "_spawn",
        "_reschedule_or_error",
        "_reschedule",
        "_shutdown_instance",
        "_cleanup_volumes",
        "build_and_run_instance",
    ),
    "detach_volume": ("_detach_volume", "remove_volume_connection"),
}
_REST = "remaining_instance_attr"
_BY_FUNCTION = {function: item for item, functions in _NOVA.items() for function in functions}


def work_item_of(path: Path, function: str, settings: Settings) -> str:
    """Return the work item of a function, an empty text if it belongs to none.

    Args:
        path: The file.
        function: The name of the outermost function, empty outside of any.
        settings: What a project says itself.
    """
    by_name = {name.lstrip("_"): name for name in item_names()}
    for table in (settings.work_items, _BY_FUNCTION):
        if function in table:
            return table[function]
    if function.lstrip("_") in by_name:
        return by_name[function.lstrip("_")]
    # A file or a folder for each work item, as fakevirt.manager has them.
    for name in (path.stem, *(parent.name for parent in path.parents)):
        if name in by_name:
            return by_name[name]
    if path.parts[-2:] == ("compute", "utils.py"):
        return "compute_utils"
    return _REST if path.name == "manager.py" else ""
