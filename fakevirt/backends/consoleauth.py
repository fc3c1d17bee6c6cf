"""The console authentication service: which tokens open which consoles."""

from __future__ import annotations

import datetime
from dataclasses import asdict, dataclass, field
from typing import Any

from oslo_utils import timeutils

#: How long a token is good for: the default of Nova's ``console_token_ttl``.
TOKEN_TTL = datetime.timedelta(seconds=600)


@dataclass(frozen=True, slots=True)
class ConsoleToken:
    """Which console a token opens, and since when."""

    token: str
    instance_uuid: str
    console_type: str
    host: str
    port: int
    internal_access_path: str | None
    last_activity_at: datetime.datetime


@dataclass(slots=True, eq=False)
class ConsoleAuth:
    """Nova's console authentication.

    Args:
        tokens: The tokens that were given out and not deleted, expired or not.
    """

    tokens: dict[str, ConsoleToken] = field(default_factory=dict)

    def authorize_console(
        self,
        context: Any,
        token: str,
        console_type: str,
        host: str,
        port: int,
        internal_access_path: str | None,
        instance_uuid: str,
    ) -> None:
        """Let ``token`` open a console of an instance from now on."""
        self.tokens[token] = ConsoleToken(
            token, instance_uuid, console_type, host, port, internal_access_path, timeutils.utcnow()
        )

    def check_token(self, context: Any, token: str) -> dict[str, Any] | None:
        """Return what ``token`` opens; None if it opens nothing, or nothing any more."""
        known = self.tokens.get(token)
        if known is None or timeutils.utcnow() - known.last_activity_at >= TOKEN_TTL:
            return None
        return asdict(known)

    def delete_tokens_for_instance(self, context: Any, instance_uuid: str) -> None:
        """Forget the tokens of an instance; there need not be any."""
        self.tokens = {key: token for key, token in self.tokens.items() if token.instance_uuid != instance_uuid}

    def to_primitive(self) -> list[dict[str, Any]]:
        """Return its whole state as plain data."""
        return [asdict(token) for token in self.tokens.values()]
