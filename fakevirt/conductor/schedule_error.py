"""What becomes of an instance that no host could be chosen for."""

from __future__ import annotations

import logging
from typing import Any

from fakevirt import notifications, services, states
from fakevirt.context import RequestContext
from fakevirt.db import api as db
from fakevirt.objects.instance_fault import InstanceFault, describe_fault

LOG = logging.getLogger(__name__)


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
    service = services.current()
    assert service is not None, "an RPC server runs its endpoints as a service"
    LOG.warning("Setting instance %s to error: %s", instance_uuid, error)
    updates = {"vm_state": states.ERROR, "task_state": None}
    old, new = db.instance_update_and_get_original(context, instance_uuid, updates)
    notifications.send_update(context, old, new, service="scheduler")
    InstanceFault(context, instance_uuid=instance_uuid, host=service.host, **describe_fault(error)).create()
    payload = {
        "request_spec": request_spec,
        "instance_properties": request_spec["instance_properties"],
        "instance_id": instance_uuid,
        "state": states.ERROR,
        "method": "run_instance",
        "reason": error,
    }
    notifier.error(context, "scheduler.run_instance", payload, publisher_id=f"scheduler.{service.host}")
