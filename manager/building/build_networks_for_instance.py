"""_build_networks_for_instance: the ports of an instance, which it may have from an earlier host.

A step of build_and_run_instance, which has always had an object: both paths take it as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from oslo_utils import strutils

from fakevirt.context import RequestContext
from fakevirt.manager.building.access_ips import set_access_ips
from fakevirt.manager.building.async_network_info import NetworkInfoAsyncWrapper

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.instance import Instance
    from fakevirt.objects.network_request import NetworkRequestList


def build_networks_for_instance(
    manager: ComputeManager,
    context: RequestContext,
    instance: Instance,
    requested_networks: NetworkRequestList | None,
    security_groups: Any,
) -> NetworkInfoAsyncWrapper:
    """Return the VIFs.

    Args:
        manager: The manager of the host.
        context: The request.
        instance: The instance, which gets access addresses if it has none and a network is configured for them.
        requested_networks: The networks that it is to have; every network unless given.
        security_groups: The names of its groups.
    """
    if strutils.bool_from_string(instance.system_metadata.get("network_allocated", "False")):
        present = manager._get_instance_nw_info(context, instance)
        return NetworkInfoAsyncWrapper(lambda: present)
    macs = manager.driver.macs_for_instance(instance)
    dhcp_options = manager.driver.dhcp_options_for_instance(instance)
    network_info: NetworkInfoAsyncWrapper = manager._allocate_network(
        context, instance, requested_networks, macs, security_groups, dhcp_options
    )
    if not instance.access_ip_v4 and not instance.access_ip_v6 and set_access_ips(manager, instance, network_info):
        instance.save()
    return network_info
