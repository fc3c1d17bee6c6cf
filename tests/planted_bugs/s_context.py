"""S: an orphaned object, a stale context, or none."""

from fakevirt.manager.compute_utils import event_start
from fakevirt.manager.remaining_instance_attr import periodic
from fakevirt.manager.steps import write_compute_node
from planted_bugs.planting import Patch, bug
from planted_bugs.runs import comparison


@bug("S", comparison("detach_fails_in_the_driver"), "db", "update compute_nodes")
def orphaned_compute_node(patch: Patch) -> None:
    """The compute node that the resource tracker keeps has lost its context."""
    patch.edit(
        write_compute_node.objects,
        "    if node is None:\n        service",
        "    if node is not None:\n        node._context = None\n    else:\n        service",
    )


@bug("S", comparison("suspended"), "rpc", "suspend_instance raised InstanceActionNotFound")
def context_of_another_request(patch: Patch) -> None:
    """The event is noted with a new context, whose request has no action."""
    patch.edit(
        event_start.objects,
        "event_start(context, hydrate",
        "event_start(type(context)(user_id=context.user_id, project_id=context.project_id), hydrate",
    )


@bug("S", comparison("running_deleted_instance_reaped"), "manager", "_get_nw_info_for_instance raised InstanceNotFound")
def context_that_does_not_see_what_is_deleted(patch: Patch) -> None:
    """Deleted servers are looked after with a context that does not read what is deleted."""
    patch.edit(
        periodic.cleanup_running_deleted_instances.objects, 'context.elevated(read_deleted="yes")', "context.elevated()"
    )
