"""The client of the compute managers for security groups: which version is sent, and in which form the instance goes.

It is a client of its own, as it was in Nova until Kilo, and was converted in Liberty only: an object goes with 4.4, of
another major version than the one that Juno's hosts speak for everything else.
"""

from __future__ import annotations

from typing import Any

import oslo_messaging as messaging

from fakevirt import _oslo  # noqa: F401  # isort: split
from fakevirt.context import RequestContext
from fakevirt.objects.base import NovaObject
from fakevirt.objects.primitive import flattened
from fakevirt.rpc.serializer import RequestContextSerializer
from fakevirt.rpc.versions import version_cap as resolve_version_cap


class SecurityGroupRPCAPI:
    """Tells hosts to refresh rules.

    Args:
        transport: Any transport of oslo.messaging.
        version_cap: The oldest release among the hosts, or an RPC version.

    Raises:
        UsageError: There is no such release.
    """

    def __init__(self, transport: Any, *, version_cap: str = "liberty") -> None:
        self._client = messaging.get_rpc_client(
            transport,
            messaging.Target(topic="compute", version="3.0"),
            version_cap=resolve_version_cap(version_cap),
            serializer=RequestContextSerializer(),
        )
        self._legacy_client = messaging.get_rpc_client(
            transport, messaging.Target(topic="compute", version="3.0"), serializer=RequestContextSerializer()
        )

    def refresh_instance_security_rules(self, ctxt: RequestContext, host: str, instance: Any) -> None:
        """Tell ``host`` to refresh the rules of an instance: 4.4 with an object, 3.0 with a dict.

        Args:
            ctxt: The request.
            host: The instance's host.
            instance: A dict or an object; a host that takes no object gets it flattened.
        """
        if isinstance(instance, NovaObject) and self._client.can_send_version("4.4"):
            client = self._client.prepare(server=host, version="4.4")
        else:
            client = self._legacy_client.prepare(server=host)
            instance = flattened(instance)
        client.cast(ctxt, "refresh_instance_security_rules", instance=instance)
