"""Moves of instances from one host to another."""

# ruff: noqa: RUF012 - fields and versions are declared as oslo.versionedobjects has it

from __future__ import annotations

from typing import ClassVar

from fakevirt.context import RequestContext
from fakevirt.db import api as db
from fakevirt.objects import base, fields


@base.NovaVersionedObjectRegistry.register
class Migration(base.NovaPersistentObject, base.NovaObject):
    """One move of an instance."""

    # 1.0: Juno's fields
    # 1.1: texts may be other than ASCII
    VERSION: str = "1.1"

    fields: base.Fields = {
        "id": fields.IntegerField(),
        "source_compute": fields.StringField(nullable=True),
        "dest_compute": fields.StringField(nullable=True),
        "source_node": fields.StringField(nullable=True),
        "dest_node": fields.StringField(nullable=True),
        "dest_host": fields.StringField(nullable=True),
        "old_instance_type_id": fields.IntegerField(nullable=True),
        "new_instance_type_id": fields.IntegerField(nullable=True),
        "instance_uuid": fields.StringField(nullable=True),
        "status": fields.StringField(nullable=True),
    }
    obj_unicode_since: ClassVar[str | None] = "1.1"

    @classmethod
    @base.remotable
    def get_by_id(cls, context: RequestContext, migration_id: int) -> Migration:
        """Return the migration with an id.

        Raises:
            MigrationNotFound: There is none.
        """
        return cls._from_db_object(context, cls(context), db.migration_get(context, migration_id))

    @classmethod
    @base.remotable
    def get_by_instance_and_status(cls, context: RequestContext, instance_uuid: str, status: str) -> Migration:
        """Return the migration of an instance that has a status.

        Raises:
            MigrationNotFoundByStatus: There is none.
        """
        row = db.migration_get_by_instance_and_status(context, instance_uuid, status)
        return cls._from_db_object(context, cls(context), row)

    @base.remotable
    def create(self) -> None:
        """Insert the row.

        Raises:
            ObjectActionError: It has been inserted already.
        """
        self._require_new()
        self._from_db_object(self._context, self, db.migration_create(self._context, self.obj_get_changes()))

    @base.remotable
    def save(self) -> None:
        """Write what was set."""
        updates = self.obj_get_changes()
        updates.pop("id", None)
        self._from_db_object(self._context, self, db.migration_update(self._context, self.id, updates))


@base.NovaVersionedObjectRegistry.register
class MigrationList(base.NovaObjectList[Migration]):
    """Migrations, such as those of a node."""

    # 1.0: Migration up to 1.1
    # 1.1: use_slave of get_unconfirmed_by_dest_compute()
    VERSION: str = "1.1"

    fields: base.Fields = {"objects": fields.ListOfObjectsField("Migration")}
    child_versions: base.Versions = {"1.0": "1.1", "1.1": "1.1"}

    @classmethod
    @base.remotable
    def get_unconfirmed_by_dest_compute(
        cls, context: RequestContext, confirm_window: int, dest_compute: str, use_slave: bool = False
    ) -> MigrationList:
        """Return the migrations to a host that nobody has confirmed for ``confirm_window`` seconds."""
        rows = db.migration_get_unconfirmed_by_dest_compute(context, confirm_window, dest_compute, use_slave=use_slave)
        return base.obj_make_list(context, cls(context), rows)

    @classmethod
    @base.remotable
    def get_in_progress_by_host_and_node(cls, context: RequestContext, host: str, node: str) -> MigrationList:
        """Return the migrations from or to a node that did not end yet."""
        rows = db.migration_get_in_progress_by_host_and_node(context, host, node)
        return base.obj_make_list(context, cls(context), rows)
