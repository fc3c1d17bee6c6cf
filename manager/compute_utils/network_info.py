"""get_nw_info_for_instance: the network information that an instance carries with it.

What changed: a dict has its cache as ``info_cache or {}`` with the VIFs as JSON; an object has an
``InstanceInfoCache``, which may be None. A dict of a caller that is not converted is read as such (until Kilo).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.instance import Instance


def legacy(manager: ComputeManager, instance: Any) -> list[dict[str, Any]]:
    info_cache = instance["info_cache"] or {}
    network_info = info_cache.get("network_info") or []
    return json.loads(network_info) if isinstance(network_info, str) else list(network_info)


def objects(manager: ComputeManager, instance: Instance | dict[str, Any]) -> list[dict[str, Any]]:
    if isinstance(instance, dict):
        return legacy(manager, instance)
    if instance.info_cache is None:
        return []
    return list(instance.info_cache.network_info or [])
