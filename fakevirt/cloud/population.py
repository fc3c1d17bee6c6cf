"""Rows of a cloud as large as one in use, which no request of a test is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oslo_utils import uuidutils
from sqlalchemy import Connection, func, insert, select, true

from fakevirt import services
from fakevirt.cloud.servers import Servers
from fakevirt.db import api as db
from fakevirt.db import builders
from fakevirt.db.models import Base, ComputeNode, Instance, Service
from fakevirt.usage_error import UsageError


class Population(Servers):
    """Fills the database."""

    def populate(self, *, hosts: int, instances: int) -> None:
        """Fill the database with hosts and instances besides those of the test, in bulk and off the trace.

        They are complete rows: services and compute nodes of hosts ``populated-1``, ``populated-2`` …, on which the
        instances, which have such names too, are spread evenly. Each host is as large as its instances need, so that
        the scheduler sends nothing there. Nothing runs on these hosts, and a message to one times out.

        :meth:`state` has those of the rows that something on the trace has written to, and a comparison takes no longer
        than in a world without the others. What writes text of SQL to one, past the trace, is not seen.

        Args:
            hosts: How many hosts.
            instances: How many instances.

        Raises:
            UsageError: A number is negative, there are instances and no hosts, or the cloud is populated already.
        """
        if min(hosts, instances) < 0 or (instances and not hosts) or self._populated:
            raise UsageError(
                expected="numbers of hosts and of instances, 0 or more, and a host if there is an instance",
                happened=f"hosts={hosts}, instances={instances}{', a second time' if self._populated else ''}",
                where="Cloud.populate(…)",
                how_to_go_on="populate a cloud once, with one host or more",
            )
        row = self._instance_row(_name(0), host=_name(0), node=_name(0))
        with self.trace.muted(), services.running_as(self._api):
            with self.database.transaction() as connection:
                before = _last_ids(connection)
                nodes = [
                    _node_row(number, row, instances // hosts + (number < instances % hosts)) for number in range(hosts)
                ]
                _insert_hosts(connection, before, nodes, self._conductor_release.service_version)
            if instances:
                db.instance_create(self.context, row)
            with self.database.transaction() as connection:
                copies = _copy_instance(connection, before["instances"] + 1, hosts, instances)
                after = _last_ids(connection)
                _analyze(connection)
        self.names.update({copy["uuid"]: copy["display_name"] for copy in (row, *copies)[:instances]})
        self._populated = {table: range(before[table] + 1, after[table] + 1) for table in before}


def _name(number: int) -> str:
    return f"populated-{number + 1}"


def _last_ids(connection: Connection) -> dict[str, int]:
    return {table.name: connection.scalar(select(func.max(table.c.id))) or 0 for table in Base.metadata.sorted_tables}


def _node_row(number: int, instance: Mapping[str, Any], instances: int) -> dict[str, Any]:
    """Return a node that a number of instances fill."""
    node = builders.compute_node_row(id=None, hypervisor_hostname=_name(number))
    memory_mb, vcpus = (instances * instance[name] for name in ("memory_mb", "vcpus"))
    local_gb_used = instances * (instance["root_gb"] + instance["ephemeral_gb"])
    local_gb = max(node["local_gb"], local_gb_used)
    return {
        **{name: value for name, value in node.items() if name != "id"},
        **dict.fromkeys(("memory_mb", "memory_mb_used"), memory_mb),
        **dict.fromkeys(("vcpus", "vcpus_used"), vcpus),
        "local_gb": local_gb,
        "local_gb_used": local_gb_used,
        "free_ram_mb": 0,
        "free_disk_gb": local_gb - local_gb_used,
        "running_vms": instances,
    }


def _insert_hosts(connection: Connection, last: Mapping[str, int], nodes: list[dict[str, Any]], version: int) -> None:
    if not nodes:
        return
    service = builders.service_row(id=None, version=version)
    del service["id"]
    connection.execute(insert(Service), [{**service, "host": node["hypervisor_hostname"]} for node in nodes])
    first = last["services"] + 1
    connection.execute(insert(ComputeNode), [{**node, "service_id": n} for n, node in enumerate(nodes, start=first)])


def _copy_instance(connection: Connection, first: int, hosts: int, instances: int) -> list[dict[str, Any]]:
    """Insert copies of the first instance and of all that belongs to it, on the hosts in turn; return their own values.

    The database copies what belongs to it by itself, so that fifty thousand times twenty rows take seconds.
    """
    if instances < 2:
        return []
    table = Base.metadata.tables[Instance.__tablename__]
    original = connection.execute(select(table).where(table.c.id == first)).mappings().one()
    # Most columns are empty, and what takes the time is to hand them over.
    filled = {
        column.name: original[column.name]
        for column in table.columns
        if column.name != "id" and (original[column.name] is not None or column.default is not None)
    }
    copies = [
        {
            **filled,
            "uuid": uuidutils.generate_uuid(),
            **dict.fromkeys(("hostname", "display_name"), _name(number)),
            **dict.fromkeys(("host", "node", "launched_on"), _name(number % hosts)),
        }
        for number in range(1, instances)
    ]
    connection.execute(insert(table), copies)
    _analyze(connection)
    for child in Base.metadata.sorted_tables:
        for owner in (key.parent for key in child.foreign_keys if key.column is table.c.uuid):
            rest = [column for column in child.columns if column is not owner and column.name != "id"]
            copied = select(table.c.uuid, *rest).select_from(table.join(child, true()))
            # In one order everywhere: the ids are drawn in it.
            copied = copied.where(owner == original["uuid"], table.c.id > first).order_by(table.c.id, child.c.id)
            connection.execute(insert(child).from_select([owner.name, *(column.name for column in rest)], copied))
    return copies


def _analyze(connection: Connection) -> None:
    """Let a server know how large its tables are: it goes through all of one for each row of another, until it does."""
    tables = ", ".join(table.name for table in Base.metadata.sorted_tables)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"ANALYZE {tables}")
    elif connection.dialect.name in ("mysql", "mariadb"):
        connection.exec_driver_sql(f"ANALYZE TABLE {tables}").all()
