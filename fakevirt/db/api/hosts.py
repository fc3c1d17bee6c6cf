"""Services, compute nodes and migrations between them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from oslo_utils import timeutils
from sqlalchemy import Connection, and_, bindparam, func, or_, select

from fakevirt.context import RequestContext
from fakevirt.db.api._transaction import transaction
from fakevirt.db.models import Base, ComputeNode, Migration, Service
from fakevirt.db.query import Row, find, find_all, insert_row, rows, soft_delete, update_row
from fakevirt.exceptions import (
    ComputeHostNotFound,
    MigrationNotFound,
    MigrationNotFoundByStatus,
    ServiceBinaryExists,
    ServiceNotFound,
    ServiceTopicExists,
)

_IN_PROGRESS = (
    select(Migration.__table__)
    .where(
        or_(
            and_(Migration.source_compute == bindparam("host"), Migration.source_node == bindparam("node")),
            and_(Migration.dest_compute == bindparam("host"), Migration.dest_node == bindparam("node")),
        ),
        Migration.status.not_in(["confirmed", "reverted", "error"]),
        Migration.deleted == 0,
    )
    .order_by(Migration.id)
)

#: Those of deleted instances count too, as in Nova.
_UNCONFIRMED = (
    select(Migration.__table__)
    .where(
        Migration.updated_at <= bindparam("before"),
        Migration.status == "finished",
        Migration.dest_compute == bindparam("host"),
    )
    .order_by(Migration.id)
)


_MINIMUM_VERSION = select(func.min(Service.version)).where(Service.binary == bindparam("binary"), Service.deleted == 0)


def service_create(context: RequestContext, values: Mapping[str, Any]) -> Service:
    """Insert a service.

    Raises:
        ServiceBinaryExists: The host has a service of that binary.
        ServiceTopicExists: The host has a service of that topic.
    """
    host, binary, topic = (values.get(key) for key in ("host", "binary", "topic"))
    with transaction() as connection:
        for service in _visible(connection, context, Service, host=host):
            if service["binary"] == binary:
                raise ServiceBinaryExists(host=host, binary=binary)
            if service["topic"] == topic:
                raise ServiceTopicExists(host=host, topic=topic)
        return insert_row(connection, Service, values)


def service_get(
    context: RequestContext, service_id: int, with_compute_node: bool = False, use_slave: bool = False
) -> Service:
    """Return the service with an id, with its list ``compute_node`` joined where asked for.

    Raises:
        ServiceNotFound: There is none.
    """
    with transaction() as connection:
        return _service(connection, context, service_id, with_compute_node)


def service_get_by_compute_host(context: RequestContext, host: str, use_slave: bool = False) -> Service:
    """Return the compute service of a host, with its list ``compute_node``.

    Raises:
        ComputeHostNotFound: There is none.
    """
    with transaction() as connection:
        found = _visible(connection, context, Service, "compute_node", host=host, topic="compute")
    if not found:
        raise ComputeHostNotFound(host=host)
    return found[0]


def service_get_all_by_topic(context: RequestContext, topic: str) -> list[Service]:
    """Return the enabled services of a topic."""
    with transaction() as connection:
        return _visible(connection, context, Service, topic=topic, disabled=False)


def service_get_minimum_version(context: RequestContext, binary: str) -> int:
    """Return the oldest version that the services of a binary report; 0 where none does."""
    with transaction() as connection:
        return int(connection.execute(_MINIMUM_VERSION, {"binary": binary}).scalar() or 0)


def service_update(context: RequestContext, service_id: int, values: Mapping[str, Any]) -> Service:
    """Write columns of a service.

    Raises:
        ServiceNotFound: There is none.
    """
    with transaction() as connection:
        service = _service(connection, context, service_id, False)
        return update_row(connection, service, values)


def service_destroy(context: RequestContext, service_id: int) -> None:
    """Soft-delete a service and its compute nodes.

    Raises:
        ServiceNotFound: There is none.
    """
    with transaction() as connection:
        soft_delete(connection, [_service(connection, context, service_id, False)])
        soft_delete(connection, find_all(connection, context, ComputeNode, service_id=service_id))


def compute_node_create(context: RequestContext, values: Mapping[str, Any]) -> ComputeNode:
    """Insert a compute node."""
    with transaction() as connection:
        return insert_row(connection, ComputeNode, values)


def compute_node_get(context: RequestContext, compute_id: int) -> ComputeNode:
    """Return the compute node with an id, with its ``service``.

    Raises:
        ComputeHostNotFound: There is none.
    """
    with transaction() as connection:
        return _compute_node(connection, context, compute_id)


def compute_node_get_by_service_id(context: RequestContext, service_id: int) -> ComputeNode:
    """Return the first compute node of a service.

    Raises:
        ServiceNotFound: It has none.
    """
    with transaction() as connection:
        found = _visible(connection, context, ComputeNode, service_id=service_id)
    if not found:
        raise ServiceNotFound(service_id=service_id)
    return found[0]


def compute_node_get_all(context: RequestContext, no_date_fields: bool = False) -> list[dict[str, Any]]:
    """Return the columns of every compute node, and under ``service`` those of its compute service or None.

    Args:
        context: The request.
        no_date_fields: Leave out the columns that say when a row was made, changed and deleted.
    """
    left_out = {"created_at", "updated_at", "deleted_at", "deleted"} if no_date_fields else set()
    with transaction() as connection:
        services = {service.id: service for service in _visible(connection, context, Service, binary="nova-compute")}
        nodes = _visible(connection, context, ComputeNode)

    def shown(row: Base) -> dict[str, Any]:
        return {column: value for column, value in row if column not in left_out}

    return [
        {**shown(node), "service": shown(services[node.service_id]) if node.service_id in services else None}
        for node in sorted(nodes, key=lambda node: (node.service_id, node.id))
    ]


def compute_node_get_all_by_host(context: RequestContext, host: str, use_slave: bool = False) -> list[ComputeNode]:
    """Return the compute nodes whose rows name a host; those of services before Kilo name none.

    Raises:
        ComputeHostNotFound: No row does.
    """
    with transaction() as connection:
        found = _visible(connection, context, ComputeNode, host=host)
    if not found:
        raise ComputeHostNotFound(host=host)
    return found


def compute_node_update(context: RequestContext, compute_id: int, values: Mapping[str, Any]) -> ComputeNode:
    """Write columns of a compute node, ``updated_at`` always the time of now.

    Raises:
        ComputeHostNotFound: There is none.
    """
    columns = {column: value for column, value in values.items() if column != "updated_at"}
    with transaction() as connection:
        return update_row(connection, _compute_node(connection, context, compute_id), columns)


def compute_node_delete(context: RequestContext, compute_id: int) -> None:
    """Soft-delete a compute node.

    Raises:
        ComputeHostNotFound: There is none.
    """
    with transaction() as connection:
        soft_delete(connection, [_compute_node(connection, context, compute_id)])


def migration_create(context: RequestContext, values: Mapping[str, Any]) -> Migration:
    """Insert a migration."""
    with transaction() as connection:
        return insert_row(connection, Migration, values)


def migration_get(context: RequestContext, migration_id: int) -> Migration:
    """Return the migration with an id.

    Raises:
        MigrationNotFound: There is none.
    """
    with transaction() as connection:
        return _migration(connection, context, migration_id)


def migration_update(context: RequestContext, id: int, values: Mapping[str, Any]) -> Migration:
    """Write columns of a migration.

    Raises:
        MigrationNotFound: There is none.
    """
    with transaction() as connection:
        return update_row(connection, _migration(connection, context, id), values)


def migration_get_by_instance_and_status(context: RequestContext, instance_uuid: str, status: str) -> Migration:
    """Return the migration of an instance that has a status.

    Raises:
        MigrationNotFoundByStatus: There is none.
    """
    with transaction() as connection:
        migration = find(connection, context, Migration, instance_uuid=instance_uuid, status=status)
    if migration is None:
        raise MigrationNotFoundByStatus(instance_id=instance_uuid, status=status)
    return migration


def migration_get_unconfirmed_by_dest_compute(
    context: RequestContext, confirm_window: int, dest_compute: str, use_slave: bool = False
) -> list[Migration]:
    """Return the migrations to a host that nobody has confirmed for ``confirm_window`` seconds."""
    before = timeutils.utcnow() - datetime.timedelta(seconds=confirm_window)
    with transaction() as connection:
        return rows(connection, Migration, _UNCONFIRMED, (), {"before": before, "host": dest_compute})


def migration_get_in_progress_by_host_and_node(context: RequestContext, host: str, node: str) -> list[Migration]:
    """Return the migrations from or to a node that did not end yet, with ``instance`` and its system metadata."""
    with transaction() as connection:
        parameters = {"host": host, "node": node}
        return rows(connection, Migration, _IN_PROGRESS, ("instance.system_metadata",), parameters)


def _visible(connection: Connection, context: RequestContext, model: type[Row], *joins: str, **keys: Any) -> list[Row]:
    return find_all(connection, context.elevated(read_deleted="no"), model, joins, **keys)


def _service(connection: Connection, context: RequestContext, service_id: int, with_compute_node: bool) -> Service:
    service = find(connection, context, Service, ("compute_node",) if with_compute_node else (), id=service_id)
    if service is None:
        raise ServiceNotFound(service_id=service_id)
    return service


def _compute_node(connection: Connection, context: RequestContext, compute_id: int) -> ComputeNode:
    node = find(connection, context, ComputeNode, ("service",), id=compute_id)
    if node is None:
        raise ComputeHostNotFound(host=compute_id)
    return node


def _migration(connection: Connection, context: RequestContext, migration_id: int) -> Migration:
    migration = find(connection, context, Migration, id=migration_id)
    if migration is None:
        raise MigrationNotFound(migration_id=migration_id)
    return migration
