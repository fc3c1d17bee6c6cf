"""_terminate_volume_connections: a host lets go of volumes that stay attached (Juno, on both paths)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakevirt.context import RequestContext

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.block_device import BlockDeviceMappingList


def terminate_volume_connections(
    manager: ComputeManager, context: RequestContext, instance: Any, bdms: BlockDeviceMappingList
) -> None:
    """Tell the volume service that this host is connected to none of an instance's volumes any more."""
    connector = manager.driver.get_volume_connector(instance)
    for bdm in bdms:
        if bdm.is_volume:
            manager.volume_api.terminate_connection(context, bdm.volume_id, connector)
