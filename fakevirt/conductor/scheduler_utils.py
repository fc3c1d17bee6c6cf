"""What surrounds a choice of the scheduler: the hosts that a request was tried on, and the end of one that fails."""

from __future__ import annotations

import logging
from typing import Any

from fakevirt import exceptions, notifications, services
from fakevirt.context import RequestContext
from fakevirt.db import api as db
from fakevirt.objects.instance_fault import InstanceFault, describe_fault

LOG = logging.getLogger(__name__)


def populate_retry(filter_properties: dict[str, Any], instance_uuid: str, max_attempts: int) -> None:
    """Count an attempt to schedule an instance.

    Args:
        filter_properties: Where ``retry`` is kept; nothing is counted for a host that is forced.
        instance_uuid: Whose attempt it is.
        max_attempts: How many there may be; 1 means that a failure is final.

    Raises:
        NoValidHost: There were too many.
    """
    if max_attempts == 1 or filter_properties.get("force_hosts") or filter_properties.get("force_nodes"):
        return
    retry = filter_properties.setdefault("retry", {"num_attempts": 0, "hosts": []})
    retry["num_attempts"] += 1
    error = retry.pop("exc", None)
    if retry["num_attempts"] > max_attempts:
        raise exceptions.NoValidHost(
            reason=f"Exceeded max scheduling attempts {max_attempts} for instance {instance_uuid}. "
            f"Last exception: {error}"
        )


def populate_filter_properties(filter_properties: dict[str, Any], destination: dict[str, Any]) -> None:
    """Note that a destination is being tried, and what limits it sets.

    Args:
        filter_properties: Where that is kept.
        destination: What the scheduler's ``select_destinations`` returned.
    """
    if filter_properties.get("retry"):
        filter_properties["retry"]["hosts"].append([destination["host"], destination["nodename"]])
    if not filter_properties.get("force_hosts"):
        filter_properties["limits"] = destination["limits"]


def set_vm_state_and_notify(
    context: RequestContext,
    instance_uuid: str,
    service: str,
    method: str,
    updates: dict[str, Any],
    error: Exception,
    request_spec: dict[str, Any],
    notifier: Any,
) -> None:
    """End a request in its instance's row, add a fault, and tell of both.

    Args:
        context: The request.
        instance_uuid: The instance.
        service: In whose name it is told, such as ``scheduler``.
        method: The request, such as ``run_instance``.
        updates: What is written; ``vm_state`` is among it.
        error: What went wrong.
        request_spec: What was asked of the scheduler.
        notifier: What tells.
    """
    LOG.warning("Failed to %s_%s: %s; instance %s is %s", service, method, error, instance_uuid, updates["vm_state"])
    host = services.running().host
    old, new = db.instance_update_and_get_original(context, instance_uuid, updates)
    notifications.send_update(context, old, new, service=service)
    InstanceFault(context, instance_uuid=instance_uuid, host=host, **describe_fault(error)).create()
    payload = {
        "request_spec": request_spec,
        "instance_properties": request_spec["instance_properties"],
        "instance_id": instance_uuid,
        "state": updates["vm_state"],
        "method": method,
        "reason": error,
    }
    notifier.error(context, f"{service}.{method}", payload, publisher_id=f"{service}.{host}")
