"""The methods of the compute manager in the fourth major version of its RPC.

Kilo put such a proxy beside the manager, so that hosts of both major versions could call it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from fakevirt import _oslo  # noqa: F401

# isort: split
import oslo_messaging as messaging

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager


class ComputeV4Proxy:
    """An RPC endpoint that hands over to the manager.

    Every argument is handed over under its name: in Nova's proxy some were not in the order that the manager takes.

    Args:
        manager: The manager of the host.
        version: The version that it speaks.
        methods: The methods that there are in it.
    """

    def __init__(self, manager: ComputeManager, version: str, methods: Iterable[str]) -> None:
        self.target: Any = messaging.Target(version=version)
        self._manager = manager
        self._methods = frozenset(methods)

    def __getattr__(self, name: str) -> Any:
        if name not in self._methods:
            raise AttributeError(f"version {self.target.version} of the compute RPC has no method {name}")
        return getattr(self._manager, name)
