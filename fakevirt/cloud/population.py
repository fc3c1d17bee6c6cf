"""Rows of a cloud as large as one in use, which no request of a test is about."""

from __future__ import annotations

from oslo_utils import uuidutils
from sqlalchemy import Connection, bindparam, func, insert, select, true

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
        instances are spread evenly. Nothing runs on these hosts, and a message to one times out. What is written to the
        rows is on the trace, as any change is; :meth:`state` leaves them out, so that a comparison takes no longer than
        in a world without them.

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
        with self.trace.muted(), services.running_as(self._api):
            with self.database.transaction() as connection:
                before = _last_ids(connection)
                _insert_hosts(connection, before, hosts, instances, self._conductor_release.service_version)
            if instances:
                name = _name(0)
                db.instance_create(self.context, self._instance_row(name, host=name, node=name))
            with self.database.transaction() as connection:
                _copy_instance(connection, before["instances"] + 1, hosts, instances)
                after = _last_ids(connection)
        self._populated = {table: range(before[table] + 1, after[table] + 1) for table in before}


def _name(number: int) -> str:
    return f"populated-{number + 1}"


def _last_ids(connection: Connection) -> dict[str, int]:
    return {table.name: connection.scalar(select(func.max(table.c.id))) or 0 for table in Base.metadata.sorted_tables}


def _insert_hosts(connection: Connection, last: dict[str, int], hosts: int, instances: int, version: int) -> None:
    if not hosts:
        return
    service, node = builders.service_row(id=None, version=version), builders.compute_node_row(id=None)
    del service["id"], node["id"]
    connection.execute(insert(Service), [{**service, "host": _name(number)} for number in range(hosts)])
    connection.execute(
        insert(ComputeNode),
        [
            {**node, "service_id": last["services"] + 1 + number, "hypervisor_hostname": _name(number)}
            for number in range(hosts)
        ],
    )


def _copy_instance(connection: Connection, first: int, hosts: int, instances: int) -> None:
    """Insert copies of the first instance and of all that belongs to it, on the hosts in turn.

    The database copies what belongs to it by itself, so that fifty thousand times twenty rows take seconds.
    """
    if instances < 2:
        return
    table = Base.metadata.tables[Instance.__tablename__]
    (uuid,) = connection.execute(select(table.c.uuid).where(table.c.id == first)).one()
    own = ("uuid", "hostname", "display_name", "host", "node", "launched_on")
    others = [column for column in table.columns if column.name not in ("id", *own)]
    copied = select(*(bindparam(name, type_=table.c[name].type) for name in own), *others).where(table.c.id == first)
    copies = [
        {
            "uuid": uuidutils.generate_uuid(),
            **dict.fromkeys(("hostname", "display_name"), _name(number)),
            **dict.fromkeys(("host", "node", "launched_on"), _name(number % hosts)),
        }
        for number in range(1, instances)
    ]
    connection.execute(insert(table).from_select([*own, *(column.name for column in others)], copied), copies)
    for child in Base.metadata.sorted_tables:
        for owner in (key.parent for key in child.foreign_keys if key.column is table.c.uuid):
            rest = [column for column in child.columns if column is not owner and column.name != "id"]
            copied = select(table.c.uuid, *rest).select_from(table.join(child, true()))
            copied = copied.where(owner == uuid, table.c.id > first)
            connection.execute(insert(child).from_select([owner.name, *(column.name for column in rest)], copied))
