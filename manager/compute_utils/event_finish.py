"""EventReporter, leaving: the end of an event of the instance's action.

What changed: the legacy path packs values for ``conductor.action_event_finish``; the object path calls
``InstanceActionEvent.event_finish_with_failure`` (Juno), which makes text of the exception before it leaves the host.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from oslo_utils import timeutils

from fakevirt.context import RequestContext
from fakevirt.manager.compat import hydrate
from fakevirt.objects.instance_action import InstanceActionEvent
from fakevirt.tracebacks import text_of_traceback

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager


def legacy(
    manager: ComputeManager, context: RequestContext, instance: Any, event_name: str, error: Exception | None
) -> None:
    values: dict[str, Any] = {
        "event": event_name,
        "instance_uuid": instance["uuid"],
        "request_id": context.request_id,
        "finish_time": timeutils.utcnow(),
        "result": "Success",
    }
    if error is not None:
        values["result"] = "Error"
        values["message"] = str(error)
        values["traceback"] = text_of_traceback(error.__traceback__)
    manager.conductor_api.action_event_finish(context, values)


def objects(
    manager: ComputeManager, context: RequestContext, instance: Any, event_name: str, error: Exception | None
) -> None:
    InstanceActionEvent.event_finish_with_failure(
        context,
        hydrate(context, instance).uuid,
        event_name,
        exc_val=error,
        exc_tb=error.__traceback__ if error is not None else None,
        want_result=False,
    )
