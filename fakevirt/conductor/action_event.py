"""What the conductor notes of the steps of a request (Nova's EventReporter)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from fakevirt.context import RequestContext
from fakevirt.objects.instance_action import InstanceActionEvent


@contextlib.contextmanager
def action_event(context: RequestContext, instance_uuid: str, name: str) -> Iterator[None]:
    """Note the block as an event of the action that the request is.

    Args:
        context: The request.
        instance_uuid: The instance that it acts on.
        name: The name of the event.
    """
    InstanceActionEvent.event_start(context, instance_uuid, name, want_result=False)
    error: Exception | None = None
    try:
        yield
    except Exception as raised:
        error = raised
        raise
    finally:
        InstanceActionEvent.event_finish_with_failure(
            context,
            instance_uuid,
            name,
            exc_val=error,
            exc_tb=error.__traceback__ if error is not None else None,
            want_result=False,
        )
