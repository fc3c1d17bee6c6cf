"""_reschedule: let the conductor try another host.

It takes retry information and a request_spec; without either nothing is done, and the answer is no. What changed: the
legacy path sets the task state back through ``_instance_update``; the object path assigns, saves and updates the
resource tracker (Liberty). It writes the task state and nothing else: an object still has what an earlier save could
not write.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from fakevirt.context import RequestContext

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.instance import Instance


def legacy(
    manager: ComputeManager,
    context: RequestContext,
    request_spec: dict[str, Any],
    filter_properties: dict[str, Any],
    instance: Any,
    reschedule_method: Callable[..., object],
    method_args: Sequence[Any],
    task_state: str,
    error: Exception,
) -> bool:
    if not _may_retry(request_spec, filter_properties):
        return False
    request_spec["instance_uuids"] = [instance["uuid"]]
    manager._instance_update(context, instance["uuid"], task_state=task_state)
    _retry(context, filter_properties, reschedule_method, method_args, error)
    return True


def objects(
    manager: ComputeManager,
    context: RequestContext,
    request_spec: dict[str, Any],
    filter_properties: dict[str, Any],
    instance: Instance,
    reschedule_method: Callable[..., object],
    method_args: Sequence[Any],
    task_state: str,
    error: Exception,
) -> bool:
    if not _may_retry(request_spec, filter_properties):
        return False
    request_spec["instance_uuids"] = [instance.uuid]
    instance.obj_reset_changes(recursive=True)
    instance.task_state = task_state
    instance.save()
    manager._update_resource_tracker(context, instance)
    _retry(context, filter_properties, reschedule_method, method_args, error)
    return True


def _may_retry(request_spec: dict[str, Any], filter_properties: dict[str, Any]) -> bool:
    return bool(filter_properties.get("retry") and request_spec)


def _retry(
    context: RequestContext,
    filter_properties: dict[str, Any],
    reschedule_method: Callable[..., object],
    method_args: Sequence[Any],
    error: Exception,
) -> None:
    filter_properties["retry"]["exc"] = traceback.format_exception_only(error)
    reschedule_method(context, *method_args)
