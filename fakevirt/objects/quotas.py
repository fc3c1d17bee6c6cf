"""Reservations of quotas, to be committed or rolled back."""

# ruff: noqa: RUF012 - fields and versions are declared as oslo.versionedobjects has it

from __future__ import annotations

from typing import Any, Self

from fakevirt.context import RequestContext
from fakevirt.db import api as db
from fakevirt.objects import base, fields
from fakevirt.objects.instance import Instance


@base.NovaVersionedObjectRegistry.register
class Quotas(base.NovaObject):
    """The reservations of one request and whose they are."""

    # 1.0: Juno's fields
    # 1.1: create_limit() and update_limit(), which no work item calls
    # 1.2: limit_check() and count(), which no work item calls
    VERSION: str = "1.2"

    fields: base.Fields = {
        "reservations": fields.ListOfStringsField(nullable=True),
        "project_id": fields.StringField(nullable=True),
        "user_id": fields.StringField(nullable=True),
    }

    reservations: list[str] | None

    def __init__(self, context: RequestContext | None = None, **kwargs: Any) -> None:
        super().__init__(context, **{"reservations": [], "project_id": None, "user_id": None, **kwargs})
        self.obj_reset_changes()

    @classmethod
    def from_reservations(cls, context: RequestContext, reservations: list[str] | None, instance: Instance) -> Self:
        """Return the reservations that a request brought along; they are the instance's owner's."""
        return cls(context, reservations=reservations, project_id=instance.project_id, user_id=instance.user_id)

    @classmethod
    def reserve_deletion(cls, context: RequestContext, instance: Instance) -> Self:
        """Reserve that an instance's owner has it no more, and return the reservations."""
        quotas = cls(context)
        quotas.reserve(
            project_id=instance.project_id,
            user_id=instance.user_id,
            instances=-1,
            cores=-(instance.vcpus or 0),
            ram=-(instance.memory_mb or 0),
        )
        return quotas

    @base.remotable
    def reserve(
        self, expire: Any = None, project_id: str | None = None, user_id: str | None = None, **deltas: int
    ) -> None:
        """Reserve changes of resources, as :func:`fakevirt.db.api.quota_reserve` does."""
        self.reservations = db.quota_reserve(self._context, deltas, expire, project_id=project_id, user_id=user_id)
        self.project_id = project_id
        self.user_id = user_id
        self.obj_reset_changes()

    @base.remotable
    def commit(self) -> None:
        """Make the reserved changes part of the usage."""
        if self.reservations:
            db.reservation_commit(self._context, self.reservations, project_id=self.project_id, user_id=self.user_id)
            self._settled()

    @base.remotable
    def rollback(self) -> None:
        """Give the reserved changes up."""
        if self.reservations:
            db.reservation_rollback(self._context, self.reservations, project_id=self.project_id, user_id=self.user_id)
            self._settled()

    def _settled(self) -> None:
        self.reservations = None
        self.obj_reset_changes()
