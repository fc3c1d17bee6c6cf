"""_cleanup_volumes: delete the volumes that go with their instance (Juno, on both paths)."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING

from fakevirt.context import RequestContext

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.block_device import BlockDeviceMapping

LOG = logging.getLogger(__name__)


def cleanup_volumes(
    manager: ComputeManager, context: RequestContext, bdms: Iterable[BlockDeviceMapping], raise_exc: bool = True
) -> None:
    """Delete every volume that is to be deleted on termination; raise the last failure if ``raise_exc``."""
    failure: Exception | None = None
    for bdm in bdms:
        if bdm.volume_id and bdm.delete_on_termination:
            try:
                manager.volume_api.delete(context, bdm.volume_id)
            except Exception as error:
                LOG.warning("Failed to delete volume %s: %s", bdm.volume_id, error)
                failure = error
    if failure is not None and raise_exc:
        raise failure
