"""_allocate_network: ask the network service for an instance's ports, and go on before they are there.

What changed: the legacy path writes through ``_instance_update`` and goes on with the fresh dict that it returns; the
object path assigns, saves and updates the resource tracker (Juno). That there are ports is noted in the system
metadata: the legacy path makes a dict of the rows and writes it at once, which Juno found to race with the caller's own
save; the object path only notes it on the object that the caller saves (Kilo).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fakevirt import states
from fakevirt.context import RequestContext
from fakevirt.manager.building.async_network_info import NetworkInfoAsyncWrapper
from fakevirt.metadata import metadata_to_dict

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.instance import Instance

LOG = logging.getLogger(__name__)

#: The longest pause between two attempts, in seconds.
_LONGEST_PAUSE = 30

NetworkInfo = list[dict[str, Any]]


def legacy(
    manager: ComputeManager,
    context: RequestContext,
    instance: Any,
    requested_networks: Any,
    macs: Any,
    security_groups: Any,
    dhcp_options: Any,
) -> NetworkInfoAsyncWrapper:
    current = manager._instance_update(
        context,
        instance["uuid"],
        vm_state=states.BUILDING,
        task_state=states.NETWORKING,
        expected_task_state=[None],
    )

    def allocate() -> NetworkInfo:
        network_info = _allocate(
            manager,
            context,
            current,
            current["image_ref"],
            requested_networks=requested_networks,
            macs=macs,
            security_groups=security_groups,
            dhcp_options=dhcp_options,
        )
        system_metadata = metadata_to_dict(current["system_metadata"])
        system_metadata["network_allocated"] = "True"
        manager._instance_update(context, current["uuid"], system_metadata=system_metadata)
        return network_info

    return NetworkInfoAsyncWrapper(lambda: _with_retries(manager, allocate))


def objects(
    manager: ComputeManager,
    context: RequestContext,
    instance: Instance,
    requested_networks: Any,
    macs: Any,
    security_groups: Any,
    dhcp_options: Any,
) -> NetworkInfoAsyncWrapper:
    instance.vm_state = states.BUILDING
    instance.task_state = states.NETWORKING
    instance.save(expected_task_state=[None])
    manager._update_resource_tracker(context, instance)

    def allocate() -> NetworkInfo:
        network_info = _allocate(
            manager,
            context,
            instance,
            instance.image_ref,
            requested_networks=requested_networks,
            macs=macs,
            security_groups=security_groups,
            dhcp_options=dhcp_options,
        )
        instance.system_metadata["network_allocated"] = "True"
        return network_info

    return NetworkInfoAsyncWrapper(lambda: _with_retries(manager, allocate))


def _allocate(
    manager: ComputeManager, context: RequestContext, instance: Any, image_ref: str | None, **arguments: Any
) -> NetworkInfo:
    is_vpn = str(image_ref) == manager.settings.vpn_image_id
    return manager.network_api.allocate_for_instance(context, instance, vpn=is_vpn, **arguments)


def _with_retries(manager: ComputeManager, allocate: Callable[[], NetworkInfo]) -> NetworkInfo:
    retries = manager.settings.network_allocate_retries
    # One retry is none: so Nova reads its option.
    attempts = retries + 1 if retries > 1 else 1
    pause = 1
    for attempt in range(1, attempts):
        try:
            return allocate()
        except Exception:
            LOG.warning("Instance failed network setup (attempt %d of %d)", attempt, attempts)
        manager.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)
    try:
        return allocate()
    except Exception:
        LOG.exception("Instance failed network setup after %d attempt(s)", attempts)
        raise
