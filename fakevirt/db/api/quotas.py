"""Usage of quotas and reservations of it. There are no limits: what a request may have is not what is asked here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from oslo_utils import uuidutils
from sqlalchemy import Connection

from fakevirt.context import RequestContext
from fakevirt.db.api._transaction import transaction
from fakevirt.db.models import Instance, QuotaUsage, Reservation
from fakevirt.db.query import find, find_all, insert_row, soft_delete, update_row

#: What an instance has of a resource.
_COUNTED: dict[str, Callable[[Instance], int]] = {
    "instances": lambda instance: 1,
    "cores": lambda instance: instance["vcpus"],
    "ram": lambda instance: instance["memory_mb"],
}


def quota_reserve(
    context: RequestContext,
    deltas: Mapping[str, int],
    expire: Any = None,
    project_id: str | None = None,
    user_id: str | None = None,
) -> list[str]:
    """Reserve changes of resources, to be committed or rolled back.

    A resource that was never asked for before begins with what the project's instances have of it.

    Args:
        context: Whose resources they are, unless a project and a user are given.
        deltas: How much more, or less, by resource: ``instances``, ``cores`` and ``ram`` (MiB).
        expire: When the reservations are void.
        project_id: Whose resources they are.
        user_id: Whose resources they are.

    Returns:
        The uuids of the reservations.
    """
    owner = _owner(context, project_id, user_id)
    reservations = []
    with transaction() as connection:
        for resource, delta in deltas.items():
            usage = _usage(connection, context, resource, owner)
            values = {
                "uuid": uuidutils.generate_uuid(),
                "usage_id": usage.id,
                "resource": resource,
                "delta": delta,
                "expire": expire,
                **owner,
            }
            reservations.append(insert_row(connection, Reservation, values).uuid)
            if delta > 0:
                update_row(connection, usage, {"reserved": usage.reserved + delta})
    return reservations


def reservation_commit(
    context: RequestContext,
    reservations: Iterable[str],
    project_id: str | None = None,
    user_id: str | None = None,
) -> None:
    """Make reserved changes part of the usage.

    Raises:
        KeyError: They are somebody else's.
    """
    _settle(context, reservations, _owner(context, project_id, user_id), commit=True)


def reservation_rollback(
    context: RequestContext,
    reservations: Iterable[str],
    project_id: str | None = None,
    user_id: str | None = None,
) -> None:
    """Give reserved changes up, or raise as :func:`reservation_commit`."""
    _settle(context, reservations, _owner(context, project_id, user_id), commit=False)


def _owner(context: RequestContext, project_id: str | None, user_id: str | None) -> dict[str, Any]:
    return {"project_id": project_id or context.project_id, "user_id": user_id or context.user_id}


def _usage(connection: Connection, context: RequestContext, resource: str, owner: dict[str, Any]) -> QuotaUsage:
    usage = find(connection, context, QuotaUsage, resource=resource, **owner)
    if usage is not None:
        return usage
    in_use = sum(map(_COUNTED[resource], find_all(connection, context, Instance, **owner)))
    return insert_row(connection, QuotaUsage, {"resource": resource, "in_use": in_use, "reserved": 0, **owner})


def _settle(context: RequestContext, reservations: Iterable[str], owner: dict[str, Any], *, commit: bool) -> None:
    with transaction() as connection:
        usages = {str(usage.resource): usage for usage in find_all(connection, context, QuotaUsage, **owner)}
        for uuid in reservations:
            for reservation in find_all(connection, context, Reservation, uuid=uuid):
                resource = str(reservation.resource)
                usage = usages[resource]
                values = {"reserved": usage.reserved - max(reservation.delta, 0)}
                if commit:
                    values["in_use"] = usage.in_use + reservation.delta
                usages[resource] = update_row(connection, usage, values)
                soft_delete(connection, [reservation])
