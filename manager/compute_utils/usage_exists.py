"""notify_usage_exists: the notification ``compute.instance.exists``, for the records of who used what.

What changed: the conductor sent it, of a dict; the object path sends it itself (Kilo).
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from fakevirt.context import RequestContext
from fakevirt.manager.compat import hydrate
from fakevirt.notifications import usage_exists_payload

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager


def legacy(
    manager: ComputeManager,
    context: RequestContext,
    instance: Any,
    current_period: bool = False,
    system_metadata: dict[str, Any] | None = None,
    extra_usage_info: dict[str, Any] | None = None,
) -> None:
    manager.conductor_api.notify_usage_exists(
        context,
        instance,
        current_period=current_period,
        system_metadata=system_metadata,
        extra_usage_info=extra_usage_info,
    )


def objects(
    manager: ComputeManager,
    context: RequestContext,
    instance: Any,
    current_period: bool = False,
    system_metadata: dict[str, Any] | None = None,
    extra_usage_info: dict[str, Any] | None = None,
) -> None:
    read = functools.partial(getattr, hydrate(context, instance))
    payload = usage_exists_payload(read, current_period, system_metadata, **(extra_usage_info or {}))
    manager.notifier.info(context, "compute.instance.exists", payload)
