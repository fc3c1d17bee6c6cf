"""J: two writers, one with a stale object or with what an earlier save was refused."""

from fakevirt.manager.steps import error_out_instance_on_exception, revert_task_state, set_instance_error_state
from planted_bugs.planting import Patch, bug
from planted_bugs.runs import comparison, faulty

_FORGOTTEN = "instance.obj_reset_changes(recursive=True)\n"


@bug("J", comparison("another_task_while_it_is_built"), "db", "update instance_info_caches")
def refused_state_written_with_the_error(patch: Patch) -> None:
    """The save that sets a server to error writes the state that was refused before."""
    patch.edit(set_instance_error_state.objects, "        " + _FORGOTTEN, "")


@bug(
    "J",
    faulty("suspended", "conductor.object_action Instance.save#1 fail MessageDeliveryFailure"),
    "db",
    "insert instance_system_metadata",
)
def lost_save_written_when_the_task_is_set_back(patch: Patch) -> None:
    """The save that frees a server writes what an earlier one could not send."""
    patch.edit(revert_task_state.objects, "    " + _FORGOTTEN, "")


@bug("J", comparison("suspend_not_supported"), "db", "insert instance_system_metadata")
def refused_state_written_with_a_failed_resize(patch: Patch) -> None:
    """The save that sets a server to error after a resize writes what was refused before."""
    patch.edit(error_out_instance_on_exception.objects, "        " + _FORGOTTEN, "")
