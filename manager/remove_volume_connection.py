"""remove_volume_connection: disconnect a volume from this host while a migration is rolled back. Called by the source.

Part of ``detach_volume``. What changed: the instance was a dict and is an object (compute RPC 3.30). It is not the
first argument, so a dict from an old node is turned into an object here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakevirt import exceptions
from fakevirt.context import RequestContext
from fakevirt.manager.compat import hydrate
from fakevirt.manager.decorators import wrap_exception
from fakevirt.objects.block_device import BlockDeviceMapping

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager


@wrap_exception("remove_volume_connection")
def legacy(manager: ComputeManager, context: RequestContext, volume_id: str, instance: Any) -> None:
    _disconnect(manager, context, volume_id, instance)


@wrap_exception("remove_volume_connection")
def objects(manager: ComputeManager, context: RequestContext, volume_id: str, instance: Any) -> None:
    _disconnect(manager, context, volume_id, hydrate(context, instance))


def _disconnect(manager: ComputeManager, context: RequestContext, volume_id: str, instance: Any) -> None:
    try:
        bdm = BlockDeviceMapping.get_by_volume_id(context, volume_id)
        manager._driver_detach_volume(context, instance, bdm)
        connector = manager.driver.get_volume_connector(instance)
        manager.volume_api.terminate_connection(context, volume_id, connector)
    except exceptions.NotFound:
        # What is gone already needs no removing.
        return
