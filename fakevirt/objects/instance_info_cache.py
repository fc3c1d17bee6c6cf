"""What the network service last told about an instance's VIFs."""

# ruff: noqa: RUF012 - fields and versions are declared as oslo.versionedobjects has it

from __future__ import annotations

from typing import ClassVar

from fakevirt.context import RequestContext
from fakevirt.db import api as db
from fakevirt.exceptions import InstanceInfoCacheNotFound
from fakevirt.objects import base, fields


@base.NovaVersionedObjectRegistry.register
class InstanceInfoCache(base.NovaPersistentObject, base.NovaObject):
    """The cached network information of one instance."""

    # 1.0: Juno's fields, network_info as text
    # 1.1: network_info is the model (JSON on the wire as before)
    # 1.2: new(), and update_cells of save()
    # 1.3: delete()
    # 1.4: texts may be other than ASCII
    # 1.5: created_at, updated_at, deleted_at and deleted are set
    VERSION: str = "1.5"

    fields: base.Fields = {
        "instance_uuid": fields.UUIDField(),
        "network_info": fields.NetworkModelField(nullable=True),
    }
    obj_added: ClassVar[base.Versions] = {
        "created_at": "1.5",
        "updated_at": "1.5",
        "deleted_at": "1.5",
        "deleted": "1.5",
    }
    obj_unicode_since: ClassVar[str | None] = "1.4"

    @classmethod
    def new(cls, context: RequestContext, instance_uuid: str) -> InstanceInfoCache:
        """Return an empty cache for an instance; saving it makes the row."""
        return cls(context, instance_uuid=instance_uuid, network_info=None)

    @classmethod
    @base.remotable
    def get_by_instance_uuid(cls, context: RequestContext, instance_uuid: str) -> InstanceInfoCache:
        """Return the cache of an instance.

        Raises:
            InstanceInfoCacheNotFound: It has none.
        """
        row = db.instance_info_cache_get(context, instance_uuid)
        if row is None:
            raise InstanceInfoCacheNotFound(instance_uuid=instance_uuid)
        return cls._from_db_object(context, cls(context), row)

    @base.remotable
    def save(self, update_cells: bool = True) -> None:
        """Write the network information if it was set; ``update_cells`` is accepted as in Nova, there are no cells."""
        if "network_info" in self.obj_what_changed():
            network_info = self._data()["network_info"]
            db.instance_info_cache_update(self._context, self.instance_uuid, {"network_info": network_info})
        self.obj_reset_changes()

    @base.remotable
    def delete(self) -> None:
        """Delete the row."""
        db.instance_info_cache_delete(self._context, self.instance_uuid)

    @base.remotable
    def refresh(self) -> None:
        """Read the row again."""
        current = type(self).get_by_instance_uuid(self._context, self.instance_uuid)
        self._assign_differing(current)
        self.obj_reset_changes()
