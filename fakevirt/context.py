"""The request context that travels with every call and every message."""

from __future__ import annotations

import copy
from typing import Any

from oslo_context import context as oslo_context

from fakevirt.instrument.snapshot import Entity, register

#: What of a context goes over the wire.
_SENT = frozenset({"user_id", "project_id", "is_admin", "roles", "request_id", "read_deleted"})


class RequestContext(oslo_context.RequestContext):
    """Who asks: oslo's context with Nova's ``elevated`` and ``read_deleted``.

    Args:
        read_deleted: ``"no"``, ``"yes"`` or ``"only"``: which soft-deleted rows a query sees.
        **kwargs: oslo.context's own arguments (``user_id``, ``project_id``, ``is_admin``, ``request_id`` …).
    """

    def __init__(self, *, read_deleted: str = "no", **kwargs: Any) -> None:
        super().__init__(**{"overwrite": False, **kwargs})
        self.read_deleted = read_deleted

    def to_dict(self) -> dict[str, Any]:
        """Return what goes over the wire."""
        return {
            "user_id": self.user_id,
            "project_id": self.project_id,
            "is_admin": self.is_admin,
            "roles": list(self.roles),
            "request_id": self.request_id,
            "read_deleted": self.read_deleted,
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any], **_: Any) -> RequestContext:
        """Build a context from what came over the wire; transports add things of their own."""
        return cls(**{name: value for name, value in values.items() if name in _SENT})

    def elevated(self, read_deleted: str | None = None) -> RequestContext:
        """Return a copy with admin rights."""
        context = copy.copy(self)
        context.is_admin = True
        if read_deleted is not None:
            context.read_deleted = read_deleted
        return context


def admin_context(read_deleted: str = "no") -> RequestContext:
    """Return the context of a service acting on its own behalf."""
    return RequestContext(is_admin=True, read_deleted=read_deleted)


@register(RequestContext)
def _(context: RequestContext) -> Entity:
    fields = {
        "user_id": context.user_id,
        "project_id": context.project_id,
        "is_admin": context.is_admin,
        "roles": list(context.roles),
        "request_id": context.request_id,
        "read_deleted": context.read_deleted,
    }
    return Entity("RequestContext", "object", fields)
