"""The methods of the compute manager that only the fourth major version of its RPC has.

Kilo put such a proxy beside the manager, so that hosts of both major versions could call it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import oslo_messaging as messaging

from fakevirt.context import RequestContext

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager


class ComputeV4Proxy:
    """An RPC endpoint that hands over to the manager.

    Args:
        manager: The manager of the host.
    """

    target = messaging.Target(version="4.4")

    def __init__(self, manager: ComputeManager) -> None:
        self._manager = manager

    def refresh_instance_security_rules(self, context: RequestContext, instance: Any) -> None:
        """Refresh the rules of an instance, an object."""
        self._manager.refresh_instance_security_rules(context, instance=instance)
