"""What clients of the compute managers share: the newest version that they may send."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import oslo_messaging as messaging

from fakevirt.rpc.serializer import RequestContextSerializer
from fakevirt.rpc.versions import version_cap as resolve_version_cap


class CappedClient:
    """Sends messages to compute managers, none of a newer version than its cap.

    Args:
        transport: Any transport of oslo.messaging.
        version_cap: The newest version that is sent: a release's name, a version, or a function that finds it out when
            the first message is sent.

    Raises:
        UsageError: There is no such release.
    """

    def __init__(self, transport: Any, version_cap: str | Callable[[], str]) -> None:
        self._transport = transport
        if callable(version_cap):
            self._find_version_cap = version_cap
        else:
            version = resolve_version_cap(version_cap)
            self._find_version_cap = lambda: version

    def reset(self) -> None:
        """Find the cap out anew, as a service does that is told to read its configuration again."""
        vars(self).pop("_capped", None)

    def can_send(self, version: str) -> bool:
        """Tell whether a method may be sent in ``version``, or in a newer one that takes its place."""
        client, next_major = self._capped
        can_send: bool = client.can_send_version(self._in_place_of(version, next_major))
        return can_send

    def to(self, server: str, version: str = "3.0") -> Any:
        """Return what calls or casts a method of a host's manager.

        Args:
            server: The host.
            version: The version of the method; once the next major version may be sent, everything goes with that.
        """
        client, next_major = self._capped
        return client.prepare(server=server, version=self._in_place_of(version, next_major))

    @staticmethod
    def _in_place_of(version: str, next_major: str | None) -> str:
        return next_major if next_major is not None and version.startswith("3.") else version

    @functools.cached_property
    def _capped(self) -> tuple[Any, str | None]:
        version_cap = self._find_version_cap()
        client = messaging.get_rpc_client(
            self._transport,
            messaging.Target(topic="compute", version="3.0"),
            version_cap=version_cap,
            serializer=RequestContextSerializer(),
        )
        return client, version_cap if version_cap.startswith("4.") else None
