"""Where the console of a guest listens: what a driver answers, as Nova's ``console.type`` has it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from fakevirt.instrument.snapshot import register


@dataclass(frozen=True, slots=True)
class Console:
    """A console.

    Args:
        host: The address that it listens on.
        port: The port.
        internal_access_path: What a proxy asks for on that port, where it serves more than one console.
    """

    host: str
    port: int
    internal_access_path: str | None = field(default=None, kw_only=True)

    def get_connection_info(self, token: str, access_url: str) -> dict[str, Any]:
        """Return all that is known of the console, with a token and the URL that a user opens."""
        return {**asdict(self), "token": token, "access_url": access_url}


@dataclass(frozen=True, slots=True)
class ConsoleVNC(Console):
    """A VNC console."""


@dataclass(frozen=True, slots=True)
class ConsoleRDP(Console):
    """An RDP console."""


@dataclass(frozen=True, slots=True)
class ConsoleSpice(Console):
    """A SPICE console; ``tlsPort`` is its port for encrypted connections."""

    tlsPort: int


@dataclass(frozen=True, slots=True)
class ConsoleSerial(Console):
    """A serial console."""


@register(Console)
def _(console: Console) -> dict[str, Any]:
    return asdict(console)
