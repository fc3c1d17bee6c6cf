"""The client of the compute managers for security groups: which version is sent, and in which form the instance goes.

It is a client of its own, as it was in Nova until Kilo, and was converted in Liberty only: an object goes with 4.4, of
another major version than the one that Juno's hosts speak for everything else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fakevirt.context import RequestContext
from fakevirt.objects.base import NovaObject
from fakevirt.objects.primitive import flattened
from fakevirt.rpc.client import CappedClient


class SecurityGroupRPCAPI:
    """Tells hosts to refresh rules.

    Args:
        transport: Any transport of oslo.messaging.
        version_cap: The newest version that every host takes, or a release that has it.

    Raises:
        UsageError: There is no such release.
    """

    def __init__(self, transport: Any, *, version_cap: str | Callable[[], str] = "4.4") -> None:
        self._client = CappedClient(transport, version_cap)
        self._legacy_client = CappedClient(transport, "3.0")
        self.reset: Callable[[], None] = self._client.reset

    def refresh_instance_security_rules(self, ctxt: RequestContext, host: str, instance: Any) -> None:
        """Tell ``host`` to refresh the rules of an instance: 4.4 with an object, 4.0 and 3.0 with a dict.

        Args:
            ctxt: The request.
            host: The instance's host.
            instance: A dict or an object; a host that takes no object gets it flattened.
        """
        newest = self._client.can_send("4.4")
        if isinstance(instance, NovaObject) and newest:
            client = self._client.to(host, "4.4")
        else:
            # A release that has 4.4 takes the dict in the major version before it only.
            client = (self._legacy_client if newest else self._client).to(host)
            instance = flattened(instance)
        client.cast(ctxt, "refresh_instance_security_rules", instance=instance)
