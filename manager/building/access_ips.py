"""The addresses of an instance on the network that is configured for that become its access addresses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.instance import Instance


def set_access_ips(manager: ComputeManager, instance: Instance, network_info: Iterable[Mapping[str, Any]]) -> bool:
    """Assign them, and tell whether there is such a network. The instance is not saved.

    Args:
        manager: The manager of the host.
        instance: The instance.
        network_info: Its VIFs; the first on the network counts, of several addresses the last.
    """
    label = manager.settings.default_access_ip_network_name
    if not label:
        return False
    for vif in network_info:
        if vif["network"]["label"] == label:
            for address in (ip for subnet in vif["network"]["subnets"] for ip in subnet["ips"]):
                if address["version"] == 4:
                    instance.access_ip_v4 = address["address"]
                else:
                    instance.access_ip_v6 = address["address"]
            return True
    return False
