"""EventReporter, entering: the start of an event of the instance's action.

What changed: the legacy path packs values for ``conductor.action_event_start``; the object path calls
``InstanceActionEvent.event_start`` (Juno).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from oslo_utils import timeutils

from fakevirt.context import RequestContext
from fakevirt.manager.compat import hydrate
from fakevirt.objects.instance_action import InstanceActionEvent

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager


def legacy(manager: ComputeManager, context: RequestContext, instance: Any, event_name: str) -> None:
    values = {
        "event": event_name,
        "instance_uuid": instance["uuid"],
        "request_id": context.request_id,
        "start_time": timeutils.utcnow(),
    }
    manager.conductor_api.action_event_start(context, values)


def objects(manager: ComputeManager, context: RequestContext, instance: Any, event_name: str) -> None:
    InstanceActionEvent.event_start(context, hydrate(context, instance).uuid, event_name, want_result=False)
