"""The client of the scheduler."""

from __future__ import annotations

from typing import Any

import oslo_messaging as messaging

from fakevirt.context import RequestContext
from fakevirt.rpc.serializer import RequestContextSerializer


class SchedulerAPI:
    """Asks the scheduler for hosts, in its third major version (Icehouse, Juno).

    Args:
        transport: Any transport of oslo.messaging.
    """

    def __init__(self, transport: Any) -> None:
        self._client = messaging.get_rpc_client(
            transport, messaging.Target(topic="scheduler", version="3.0"), serializer=RequestContextSerializer()
        )

    def run_instance(
        self,
        ctxt: RequestContext,
        request_spec: dict[str, Any],
        admin_password: str | None,
        injected_files: Any,
        requested_networks: Any,
        is_first_time: bool,
        filter_properties: dict[str, Any],
        legacy_bdm_in_spec: bool = True,
    ) -> None:
        """Let the scheduler choose a host, which then builds the instance of ``request_spec``.

        Args:
            ctxt: The request.
            request_spec: What is asked for; ``instance_uuids`` has the uuid of the instance.
            admin_password: The password of the guest's administrator.
            injected_files: Paths and base64 contents of files to be put into the guest.
            requested_networks: The networks that it is to have, as tuples.
            is_first_time: Whether it was never built before.
            filter_properties: What the scheduler is to heed.
            legacy_bdm_in_spec: Whether ``request_spec`` has block devices in the format before Havana.
        """
        self._client.cast(
            ctxt,
            "run_instance",
            request_spec=request_spec,
            admin_password=admin_password,
            injected_files=injected_files,
            requested_networks=requested_networks,
            is_first_time=is_first_time,
            filter_properties=filter_properties,
            legacy_bdm_in_spec=legacy_bdm_in_spec,
        )
