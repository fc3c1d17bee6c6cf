"""Errors that befell an instance."""

# ruff: noqa: RUF012 - fields and versions are declared as oslo.versionedobjects has it

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from fakevirt.context import RequestContext
from fakevirt.db import api as db
from fakevirt.exceptions import NovaException
from fakevirt.objects import base, fields
from fakevirt.tracebacks import text_of_traceback

#: The width of the column instance_faults.message.
_MESSAGE_LENGTH = 255


def describe_fault(error: Exception) -> dict[str, Any]:
    """Return code, message and details of the fault that ``error`` is.

    The message is the error's text, and its class where it has none; the details are the traceback, of server errors
    only (Juno).
    """
    code = getattr(error, "kwargs", {}).get("code", 500)
    text = error.format_message() if isinstance(error, NovaException) else str(error)
    message = text or type(error).__name__
    details = text_of_traceback(error.__traceback__) if code == 500 else ""
    return {"code": code, "message": message[:_MESSAGE_LENGTH], "details": details}


@base.NovaVersionedObjectRegistry.register
class InstanceFault(base.NovaPersistentObject, base.NovaObject):
    """One error that befell an instance."""

    # 1.0: Juno's fields
    # 1.1: texts may be other than ASCII
    # 1.2: create()
    VERSION: str = "1.2"

    fields: base.Fields = {
        "id": fields.IntegerField(),
        "instance_uuid": fields.UUIDField(),
        "code": fields.IntegerField(),
        "message": fields.StringField(nullable=True),
        "details": fields.StringField(nullable=True),
        "host": fields.StringField(nullable=True),
    }
    obj_unicode_since: ClassVar[str | None] = "1.1"

    @classmethod
    @base.remotable
    def get_latest_for_instance(cls, context: RequestContext, instance_uuid: str) -> InstanceFault | None:
        """Return the newest fault of an instance, or None."""
        rows = db.instance_fault_get_by_instance_uuids(context, [instance_uuid])[instance_uuid]
        return cls._from_db_object(context, cls(context), rows[0]) if rows else None

    @base.remotable
    def create(self) -> None:
        """Insert the row.

        Raises:
            ObjectActionError: It has been inserted already.
        """
        self._require_new()
        columns = ("instance_uuid", "code", "message", "details", "host")
        row = db.instance_fault_create(self._context, {column: getattr(self, column) for column in columns})
        self._from_db_object(self._context, self, row)


@base.NovaVersionedObjectRegistry.register
class InstanceFaultList(base.NovaObjectList[InstanceFault]):
    """Faults of instances, the newest of an instance first."""

    # 1.0: InstanceFault up to 1.1
    # 1.1: InstanceFault 1.2
    VERSION: str = "1.1"

    fields: base.Fields = {"objects": fields.ListOfObjectsField("InstanceFault")}
    child_versions: base.Versions = {"1.0": "1.1", "1.1": "1.2"}

    @classmethod
    @base.remotable
    def get_by_instance_uuids(cls, context: RequestContext, instance_uuids: Iterable[str]) -> InstanceFaultList:
        """Return the faults of several instances."""
        by_instance = db.instance_fault_get_by_instance_uuids(context, list(instance_uuids))
        return base.obj_make_list(context, cls(context), [row for rows in by_instance.values() for row in rows])
