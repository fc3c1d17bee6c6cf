"""T: an except clause waits for what the object path cannot raise."""

from fakevirt import exceptions
from fakevirt.manager.building import build_instance
from fakevirt.manager.steps import get_compute_info, set_instance_error_state
from planted_bugs.planting import Patch, bug
from planted_bugs.runs import comparison


@bug(
    "T",
    comparison("destination_without_compute_node"),
    "rpc",
    "check_can_live_migrate_destination raised.exception ServiceNotFound",
)
def index_error(patch: Patch) -> None:
    """A service without a compute node is still waited for with IndexError."""
    patch.edit(
        get_compute_info.objects,
        "except (exceptions.ServiceNotFound, exceptions.ComputeHostNotFound):",
        "except IndexError:",
    )


@bug("T", comparison("deleted_while_it_is_spawned"), "rpc", "run_instance raised InstanceInfoCacheNotFound")
def network_information_missed_first(patch: Patch) -> None:
    """That a server is gone shows first by its network information, which is not waited for."""
    waits_for = (exceptions.InstanceNotFound, exceptions.UnexpectedDeletingTaskStateError)
    patch.setattr(build_instance, "_GONE", waits_for)


@bug(
    "T",
    comparison("server_gone_when_its_disks_are_not_sent"),
    "rpc",
    "resize_instance raised.exception InstanceNotFound",
)
def row_that_is_gone(patch: Patch) -> None:
    """That there is no server to set to error is waited for with KeyError."""
    patch.edit(set_instance_error_state.objects, "except exceptions.InstanceNotFound:", "except KeyError:")
