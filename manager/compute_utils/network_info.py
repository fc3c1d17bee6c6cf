"""get_nw_info_for_instance: the network information that an instance carries with it.

What changed: a dict has its cache as ``info_cache or {}`` with the VIFs as JSON; an object has an
``InstanceInfoCache``, which may be None. A dict of a caller that is not converted is read as such (until Kilo).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakevirt.notifications import cached_network_info

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.instance import Instance


def legacy(manager: ComputeManager, instance: Any) -> list[dict[str, Any]]:
    return cached_network_info(instance)


def objects(manager: ComputeManager, instance: Instance | dict[str, Any]) -> list[dict[str, Any]]:
    if isinstance(instance, dict):
        return legacy(manager, instance)
    if instance.info_cache is None:
        return []
    return list(instance.info_cache.network_info or [])
