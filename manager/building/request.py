"""What run_instance was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """The arguments of run_instance besides the instance; a failed build hands them on to the scheduler.

    Args:
        request_spec: What was asked of the scheduler, with ``image`` and ``security_group``.
        filter_properties: What the scheduler heeds: ``retry``, ``limits``, ``scheduler_hints``.
        requested_networks: The networks as tuples, None for all there are.
        injected_files: Paths and base64 contents.
        admin_password: The password of the guest's administrator.
        is_first_time: Whether the instance was never built before.
        node: The node that was chosen.
        legacy_bdm_in_spec: Whether ``request_spec`` has block devices in the format before Havana.
    """

    request_spec: dict[str, Any] | None
    filter_properties: dict[str, Any]
    requested_networks: Any
    injected_files: Any
    admin_password: str | None
    is_first_time: bool
    node: str | None
    legacy_bdm_in_spec: bool
