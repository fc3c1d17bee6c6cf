"""What was asked of an instance, and the steps that it took."""

# ruff: noqa: RUF012 - fields and versions are declared as oslo.versionedobjects has it

from __future__ import annotations

from typing import Any, ClassVar

from oslo_utils import timeutils

from fakevirt.context import RequestContext
from fakevirt.db import api as db
from fakevirt.objects import base, fields


@base.NovaVersionedObjectRegistry.register
class InstanceAction(base.NovaPersistentObject, base.NovaObject):
    """One request concerning an instance."""

    # 1.0: Juno's fields
    # 1.1: texts may be other than ASCII
    VERSION: str = "1.1"

    fields: base.Fields = {
        "id": fields.IntegerField(),
        "action": fields.StringField(nullable=True),
        "instance_uuid": fields.UUIDField(nullable=True),
        "request_id": fields.StringField(nullable=True),
        "user_id": fields.StringField(nullable=True),
        "project_id": fields.StringField(nullable=True),
        "start_time": fields.DateTimeField(nullable=True),
        "finish_time": fields.DateTimeField(nullable=True),
        "message": fields.StringField(nullable=True),
    }
    obj_unicode_since: ClassVar[str | None] = "1.1"

    @classmethod
    @base.remotable
    def get_by_request_id(cls, context: RequestContext, instance_uuid: str, request_id: str) -> InstanceAction | None:
        """Return the action that a request is, or None."""
        row = db.action_get_by_request_id(context, instance_uuid, request_id)
        return None if row is None else cls._from_db_object(context, cls(context), row)

    @classmethod
    @base.remotable
    def action_start(
        cls, context: RequestContext, instance_uuid: str, action_name: str, want_result: bool = True
    ) -> InstanceAction | None:
        """Insert an action of the context's request; it is returned if ``want_result``."""
        values = {
            "request_id": context.request_id,
            "instance_uuid": instance_uuid,
            "user_id": context.user_id,
            "project_id": context.project_id,
            "action": action_name,
            "start_time": timeutils.utcnow(),
        }
        row = db.action_start(context, values)
        return cls._from_db_object(context, cls(context), row) if want_result else None

    @classmethod
    @base.remotable
    def action_finish(
        cls, context: RequestContext, instance_uuid: str, want_result: bool = True
    ) -> InstanceAction | None:
        """Note the end of the action of the context's request; it is returned if ``want_result``.

        Raises:
            InstanceActionNotFound: No such action was started.
        """
        row = db.action_finish(context, _finished(context, instance_uuid))
        return cls._from_db_object(context, cls(context), row) if want_result else None

    @base.remotable
    def finish(self) -> None:
        """Note the end of this action."""
        row = db.action_finish(self._context, _finished(self._context, self.instance_uuid))
        self._from_db_object(self._context, self, row)


def _finished(context: RequestContext, instance_uuid: str | None) -> dict[str, Any]:
    return {"request_id": context.request_id, "instance_uuid": instance_uuid, "finish_time": timeutils.utcnow()}


@base.NovaVersionedObjectRegistry.register
class InstanceActionEvent(base.NovaPersistentObject, base.NovaObject):
    """One step of an action."""

    # 1.0: Juno's fields
    # 1.1: event_finish_with_failure() makes text of what it is given before it leaves the host
    VERSION: str = "1.1"

    fields: base.Fields = {
        "id": fields.IntegerField(),
        "event": fields.StringField(nullable=True),
        "action_id": fields.IntegerField(nullable=True),
        "start_time": fields.DateTimeField(nullable=True),
        "finish_time": fields.DateTimeField(nullable=True),
        "result": fields.StringField(nullable=True),
        "traceback": fields.StringField(nullable=True),
    }

    @classmethod
    @base.remotable
    def event_start(
        cls, context: RequestContext, instance_uuid: str, event_name: str, want_result: bool = True
    ) -> InstanceActionEvent | None:
        """Insert an event of the action that the context's request is; it is returned if ``want_result``.

        Raises:
            InstanceActionNotFound: No such action was started.
        """
        values = {
            "event": event_name,
            "instance_uuid": instance_uuid,
            "request_id": context.request_id,
            "start_time": timeutils.utcnow(),
        }
        row = db.action_event_start(context, values)
        return cls._from_db_object(context, cls(context), row) if want_result else None

    @classmethod
    @base.serialize_args
    @base.remotable
    def event_finish_with_failure(
        cls,
        context: RequestContext,
        instance_uuid: str,
        event_name: str,
        exc_val: Any = None,
        exc_tb: Any = None,
        want_result: bool | None = None,
    ) -> InstanceActionEvent | None:
        """Note how an event ended.

        Args:
            context: The request that its action is.
            instance_uuid: The instance's uuid.
            event_name: The event's name.
            exc_val: The exception that ended it, or its text.
            exc_tb: The traceback of that exception, or its text; without one the event succeeded.
            want_result: Return the event.

        Raises:
            InstanceActionNotFound: No such action was started.
            InstanceActionEventNotFound: The action has no such event.
        """
        values: dict[str, Any] = {
            "event": event_name,
            "instance_uuid": instance_uuid,
            "request_id": context.request_id,
            "finish_time": timeutils.utcnow(),
            "result": "Success",
        }
        if exc_tb is not None:
            values.update(result="Error", message=exc_val, traceback=exc_tb)
        row = db.action_event_finish(context, values)
        return cls._from_db_object(context, cls(context), row) if want_result else None

    @classmethod
    @base.remotable
    def event_finish(
        cls, context: RequestContext, instance_uuid: str, event_name: str, want_result: bool = True
    ) -> InstanceActionEvent | None:
        """Note that an event ended well; it is returned if ``want_result``."""
        return cls.event_finish_with_failure(context, instance_uuid, event_name, want_result=want_result)
