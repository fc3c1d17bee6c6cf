"""Requests for what a project's own manager can do besides."""

from __future__ import annotations

from typing import Any

from fakevirt import services
from fakevirt.cloud.world import World


class OwnRequests(World):
    """Sends messages to compute managers, as the API does."""

    def call(self, host: str, method: str, *, version: str = "3.0", **arguments: Any) -> Any:
        """Call a method of a host's manager and return what it returns.

        Args:
            host: The host.
            method: The method; it takes the context first.
            version: The RPC version that has it.
            **arguments: Its other arguments: plain data and versioned objects.

        Raises:
            RPCVersionCapError: The hosts are pinned to an older version.
            UsageError: There is no such host.
            Exception: Whatever the method raises.
        """
        with services.running_as(self._api):
            return self._compute_api.to(self.host(host).name, version).call(self.context, method, **arguments)

    def cast(self, host: str, method: str, *, version: str = "3.0", **arguments: Any) -> None:
        """Send a method of a host's manager without waiting for it, as :meth:`call` otherwise."""
        with services.running_as(self._api):
            self._compute_api.to(self.host(host).name, version).cast(self.context, method, **arguments)
