"""Faults of instances, and the actions on them with their events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, select

from fakevirt.context import RequestContext
from fakevirt.db.api._transaction import transaction
from fakevirt.db.models import InstanceAction, InstanceActionEvent, InstanceFault
from fakevirt.db.query import find, find_all, insert_row, rows, update_row
from fakevirt.exceptions import InstanceActionEventNotFound, InstanceActionNotFound

_FAULTS = (
    select(InstanceFault.__table__)
    .where(InstanceFault.instance_uuid.in_(bindparam("uuids", expanding=True)), InstanceFault.deleted == 0)
    .order_by(InstanceFault.created_at.desc(), InstanceFault.id.desc())
)


def instance_fault_create(context: RequestContext, values: Mapping[str, Any]) -> dict[str, Any]:
    """Insert a fault and return its columns."""
    with transaction() as connection:
        return dict(insert_row(connection, InstanceFault, values))


def instance_fault_get_by_instance_uuids(
    context: RequestContext, instance_uuids: Iterable[str]
) -> dict[str, list[dict[str, Any]]]:
    """Return the faults of each instance, the newest first."""
    faults: dict[str, list[dict[str, Any]]] = {uuid: [] for uuid in instance_uuids}
    with transaction() as connection:
        for row in rows(connection, InstanceFault, _FAULTS, (), {"uuids": list(faults)}):
            faults[row["instance_uuid"]].append(dict(row))
    return faults


def action_start(context: RequestContext, values: Mapping[str, Any]) -> InstanceAction:
    """Insert an action on an instance.

    Args:
        context: The request.
        values: ``action``, ``instance_uuid``, ``request_id``, ``user_id``, ``project_id``, ``start_time``.
    """
    with transaction() as connection:
        return insert_row(connection, InstanceAction, values)


def action_finish(context: RequestContext, values: Mapping[str, Any]) -> InstanceAction:
    """Write how an action ended.

    Args:
        context: The request.
        values: ``instance_uuid`` and ``request_id`` find the action; all are written.

    Raises:
        InstanceActionNotFound: No such action was started.
    """
    with transaction() as connection:
        action = _action(connection, context, values)
        return update_row(connection, action, values)


def actions_get(context: RequestContext, instance_uuid: str) -> list[InstanceAction]:
    """Return the actions on an instance, the newest first."""
    with transaction() as connection:
        found = find_all(connection, context, InstanceAction, instance_uuid=instance_uuid)
    return sorted(found, key=lambda action: (action["created_at"], action.id), reverse=True)


def action_get_by_request_id(context: RequestContext, instance_uuid: str, request_id: str) -> InstanceAction | None:
    """Return the action that a request started on an instance, or None."""
    with transaction() as connection:
        return find(connection, context, InstanceAction, instance_uuid=instance_uuid, request_id=request_id)


def action_event_start(context: RequestContext, values: Mapping[str, Any]) -> InstanceActionEvent:
    """Insert an event of an action.

    Args:
        context: The request.
        values: ``instance_uuid`` and ``request_id`` find the action; the others are the event's columns.

    Raises:
        InstanceActionNotFound: No such action was started.
    """
    with transaction() as connection:
        action = _action(connection, context, values)
        return insert_row(connection, InstanceActionEvent, {**_event_columns(values), "action_id": action.id})


def action_event_finish(context: RequestContext, values: Mapping[str, Any]) -> InstanceActionEvent:
    """Write how an event ended; one with the result ``Error`` is noted on its action.

    Args:
        context: The request.
        values: ``instance_uuid``, ``request_id`` and ``event`` find the event; the others and ``result`` are written.

    Raises:
        InstanceActionNotFound: No such action was started.
        InstanceActionEventNotFound: The action has no such event.
    """
    with transaction() as connection:
        action = _action(connection, context, values)
        event = find(connection, context, InstanceActionEvent, action_id=action.id, event=values["event"])
        if event is None:
            raise InstanceActionEventNotFound(action_id=action.id, event=values["event"])
        finished = update_row(connection, event, _event_columns(values))
        if values["result"].lower() == "error":
            update_row(connection, action, {"message": "Error"})
        return finished


def _action(connection: Connection, context: RequestContext, values: Mapping[str, Any]) -> InstanceAction:
    keys = {key: values[key] for key in ("request_id", "instance_uuid")}
    action = find(connection, context, InstanceAction, **keys)
    if action is None and not context.project_id:
        # A host that finds a request unfinished when it starts does not know that request's id (Liberty).
        of_instance = find_all(connection, context, InstanceAction, instance_uuid=keys["instance_uuid"])
        action = max(of_instance, key=lambda action: action.id, default=None)
    if action is None:
        raise InstanceActionNotFound(**keys)
    return action


def _event_columns(values: Mapping[str, Any]) -> dict[str, Any]:
    of_action = ("instance_uuid", "request_id")
    return {key: value for key, value in values.items() if key not in of_action}
