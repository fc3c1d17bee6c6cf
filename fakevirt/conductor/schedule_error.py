"""What becomes of an instance that no host could be chosen for."""

from __future__ import annotations

from typing import Any

from fakevirt import states
from fakevirt.conductor.scheduler_utils import set_vm_state_and_notify
from fakevirt.context import RequestContext


def handle_schedule_error(
    context: RequestContext, error: Exception, instance_uuid: str, request_spec: dict[str, Any], notifier: Any
) -> None:
    """Set an instance to error, add a fault, and tell of both in the scheduler's name.

    Args:
        context: The request.
        error: What went wrong.
        instance_uuid: The instance that was to be built.
        request_spec: What was asked for.
        notifier: What tells.
    """
    updates = {"vm_state": states.ERROR, "task_state": None}
    set_vm_state_and_notify(context, instance_uuid, "scheduler", "run_instance", updates, error, request_spec, notifier)
