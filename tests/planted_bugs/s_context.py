"""S: an orphaned object, a stale context, or none."""

from fakevirt.manager import compat
from fakevirt.manager.compute_utils import event_start
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


@bug(
    "S", comparison("wrong_task_state_at_the_destination"), "rpc", "post_live_migration_at_destination raised.exception"
)
def hydrated_without_a_context(patch: Patch) -> None:
    """An object that was made of a dict of an old node has no context."""
    patch.edit(compat.hydrate, "_from_db_object(context, Instance(context)", "_from_db_object(None, Instance()")


@bug("S", comparison("suspended"), "rpc", "suspend_instance raised")
def context_of_another_request(patch: Patch) -> None:
    """The event is noted with a new context, whose request has no action."""
    patch.edit(
        event_start.objects,
        "event_start(context, hydrate",
        "event_start(type(context)(user_id=context.user_id, project_id=context.project_id), hydrate",
    )
