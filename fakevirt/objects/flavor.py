"""Flavors: how much of a host a server is given."""

# ruff: noqa: RUF012 - fields and versions are declared as oslo.versionedobjects has it

from __future__ import annotations

from typing import ClassVar

from fakevirt.context import RequestContext
from fakevirt.db import api as db
from fakevirt.objects import base, fields


@base.NovaVersionedObjectRegistry.register
class Flavor(base.NovaPersistentObject, base.NovaObject):
    """One flavor; what an instance keeps of its own is only part of the fields."""

    # 1.0: Juno's fields; a read does not load projects here, which no work item does
    # 1.1: save_projects() and save_extra_specs(), which no work item calls
    VERSION: str = "1.1"

    fields: base.Fields = {
        "id": fields.IntegerField(),
        "name": fields.StringField(nullable=True),
        "memory_mb": fields.IntegerField(),
        "vcpus": fields.IntegerField(),
        "root_gb": fields.IntegerField(),
        "ephemeral_gb": fields.IntegerField(),
        "flavorid": fields.StringField(),
        "swap": fields.IntegerField(),
        "rxtx_factor": fields.FloatField(nullable=True, default=1.0),
        "vcpu_weight": fields.IntegerField(nullable=True),
        "disabled": fields.BooleanField(),
        "is_public": fields.BooleanField(),
        "extra_specs": fields.DictOfStringsField(),
        "projects": fields.ListOfStringsField(),
    }
    obj_lazy: ClassVar[frozenset[str]] = frozenset({"projects"})
    obj_not_columns: ClassVar[frozenset[str]] = frozenset({"projects"})

    @classmethod
    @base.remotable
    def get_by_id(cls, context: RequestContext, id: int) -> Flavor:
        """Return the flavor with an id.

        Raises:
            FlavorNotFound: There is none.
        """
        return cls._from_db_object(context, cls(context), db.flavor_get(context, id))

    @classmethod
    @base.remotable
    def get_by_flavor_id(cls, context: RequestContext, flavor_id: str, read_deleted: str | None = None) -> Flavor:
        """Return the flavor that users know by ``flavor_id``, as :meth:`get_by_id`."""
        return cls._from_db_object(context, cls(context), db.flavor_get_by_flavor_id(context, flavor_id, read_deleted))
