"""notify_about_instance_usage: the notification ``compute.instance.<event>``.

What changed: the legacy path reads an instance's fields by subscript, the object path as attributes.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from fakevirt.context import RequestContext
from fakevirt.manager.compat import hydrate
from fakevirt.notifications import usage_payload
from fakevirt.objects.instance_fault import describe_fault

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager


def legacy(
    manager: ComputeManager,
    context: RequestContext,
    instance: Any,
    event_suffix: str,
    network_info: list[dict[str, Any]] | None = None,
    system_metadata: dict[str, Any] | None = None,
    extra_usage_info: dict[str, Any] | None = None,
    fault: Exception | None = None,
) -> None:
    payload = usage_payload(instance.__getitem__, network_info, system_metadata, **(extra_usage_info or {}))
    _send(manager, context, event_suffix, payload, fault)


def objects(
    manager: ComputeManager,
    context: RequestContext,
    instance: Any,
    event_suffix: str,
    network_info: list[dict[str, Any]] | None = None,
    system_metadata: dict[str, Any] | None = None,
    extra_usage_info: dict[str, Any] | None = None,
    fault: Exception | None = None,
) -> None:
    read = functools.partial(getattr, hydrate(context, instance))
    payload = usage_payload(read, network_info, system_metadata, **(extra_usage_info or {}))
    _send(manager, context, event_suffix, payload, fault)


def _send(
    manager: ComputeManager,
    context: RequestContext,
    event_suffix: str,
    payload: dict[str, Any],
    fault: Exception | None,
) -> None:
    if fault is not None:
        described = describe_fault(fault)
        payload |= {"exception": fault, "message": described["message"], "code": described["code"]}
    send = manager.notifier.error if event_suffix.endswith("error") else manager.notifier.info
    send(context, f"compute.instance.{event_suffix}", payload)
