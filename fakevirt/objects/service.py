"""Services on hosts."""

# ruff: noqa: RUF012 - fields and versions are declared as oslo.versionedobjects has it

from __future__ import annotations

from typing import Any, ClassVar

from oslo_versionedobjects.exception import OrphanedObjectError

from fakevirt.context import RequestContext
from fakevirt.db import api as db
from fakevirt.exceptions import ComputeHostNotFound, ServiceNotFound
from fakevirt.objects import base, fields
from fakevirt.objects.compute_node import ComputeNode, ComputeNodeList

#: Since this version a service has no nodes of its own.
_NODE_BY_HOST = "1.10"


@base.NovaVersionedObjectRegistry.register
class Service(base.NovaPersistentObject, base.NovaObject):
    """A service on a host, with the first of its compute nodes: up to 1.9 of its own, since then of its host."""

    # 1.0: Kilo's fields but for compute_node
    # 1.1: compute_node
    # 1.2: texts may be other than ASCII
    # 1.3: ComputeNode 1.5
    # 1.4: use_slave of get_by_compute_host()
    # 1.5: ComputeNode 1.6
    # 1.6: ComputeNode 1.7
    # 1.7: ComputeNode 1.8
    # 1.8: ComputeNode 1.9
    # 1.9: ComputeNode 1.10
    # 1.10: compute_node is loaded when it is read only, and found by host
    # 1.11: get_by_host_and_binary(), which no work item calls
    # 1.12: ComputeNode 1.11
    VERSION: str = "1.12"

    fields: base.Fields = {
        "id": fields.IntegerField(read_only=True),
        "host": fields.StringField(nullable=True),
        "binary": fields.StringField(nullable=True),
        "topic": fields.StringField(nullable=True),
        "report_count": fields.IntegerField(),
        "disabled": fields.BooleanField(),
        "disabled_reason": fields.StringField(nullable=True),
        "availability_zone": fields.StringField(nullable=True),
        "compute_node": fields.ObjectField("ComputeNode"),
    }
    # Nova sends ComputeNode 1.4 to a service of 1.2, which Icehouse, having 1.3, does not understand, and left the step
    # to ComputeNode 1.7 out.
    obj_relationships: base.Relationships = {
        "compute_node": [
            ("1.1", "1.1"),
            ("1.2", "1.3"),
            ("1.3", "1.5"),
            ("1.5", "1.6"),
            ("1.6", "1.7"),
            ("1.7", "1.8"),
            ("1.8", "1.9"),
            ("1.9", "1.10"),
            ("1.12", "1.11"),
        ]
    }
    obj_unicode_since: ClassVar[str | None] = "1.2"
    obj_lazy: ClassVar[frozenset[str]] = frozenset({"compute_node"})
    obj_not_columns: ClassVar[frozenset[str]] = frozenset({"compute_node", "availability_zone"})

    compute_node: ComputeNode

    @staticmethod
    def _from_db_object(  # type: ignore[override]
        context: RequestContext, service: Service, row: Any
    ) -> Service:
        service._fill(row)
        # No column: whoever knows it adds it to the row.
        if "availability_zone" in row:
            service.availability_zone = row["availability_zone"]
        nodes = () if service._finds_node_by_host else row.get("compute_node", ())
        if nodes:
            service.compute_node = ComputeNode._from_db_object(context, ComputeNode(context), nodes[0])
        service._context = context
        service.obj_reset_changes()
        return service

    def obj_load_attr(self, attrname: str) -> None:
        """Load the service's compute node.

        Raises:
            ServiceNotFound: It has none, or is no compute service.
            ComputeHostNotFound: Its host has none.
            OrphanedObjectError: The object has no context.
            ObjectActionError: Another field is not set.
        """
        self._require_context()
        if attrname != "compute_node":
            raise self._not_loadable(attrname)
        if not self._finds_node_by_host:
            self.compute_node = ComputeNode.get_by_service_id(self._context, self.id)
        elif self.binary == "nova-compute":
            self.compute_node = ComputeNodeList.get_all_by_host(self._context, self.host)[0]
        else:
            raise ServiceNotFound(service_id=self.id)
        self.obj_reset_changes(["compute_node"])

    @property
    def _finds_node_by_host(self) -> bool:
        return not base.older(self.VERSION, _NODE_BY_HOST)

    def obj_make_compatible(self, primitive: dict[str, Any], target_version: str) -> None:
        """Bring the data of a primitive to an older version; up to 1.9 a compute service has its node with it."""
        if base.older(target_version, _NODE_BY_HOST) and self._finds_node_by_host and self._load_node():
            primitive["compute_node"] = self.compute_node.obj_to_primitive()
        super().obj_make_compatible(primitive, target_version)

    def _load_node(self) -> bool:
        """Return whether there is a compute node, which is loaded then."""
        try:
            return self.compute_node is not None
        except (ComputeHostNotFound, ServiceNotFound, OrphanedObjectError):
            return False

    @classmethod
    @base.remotable
    def get_by_id(cls, context: RequestContext, service_id: int) -> Service:
        """Return the service with an id.

        Raises:
            ServiceNotFound: There is none.
        """
        return cls._from_db_object(context, cls(context), db.service_get(context, service_id))

    @classmethod
    @base.remotable
    def get_by_compute_host(cls, context: RequestContext, host: str, use_slave: bool = False) -> Service:
        """Return the compute service of a host; Juno accepts ``use_slave`` and does not pass it on.

        Raises:
            ComputeHostNotFound: There is none.
        """
        return cls._from_db_object(context, cls(context), db.service_get_by_compute_host(context, host))

    @base.remotable
    def create(self) -> None:
        """Insert the row.

        Raises:
            ObjectActionError: It has been inserted already.
        """
        self._require_new()
        self._from_db_object(self._context, self, db.service_create(self._context, self.obj_get_changes()))

    @base.remotable
    def save(self) -> None:
        """Write what was set.

        Raises:
            ServiceNotFound: The row is gone.
        """
        updates = self.obj_get_changes()
        updates.pop("id", None)
        self._from_db_object(self._context, self, db.service_update(self._context, self.id, updates))

    @base.remotable
    def destroy(self) -> None:
        """Soft-delete the row and those of its compute nodes.

        Raises:
            ServiceNotFound: It is gone.
        """
        db.service_destroy(self._context, self.id)


@base.NovaVersionedObjectRegistry.register
class ServiceList(base.NovaObjectList[Service]):
    """Services, such as those of a topic."""

    # 1.0: Service up to 1.2
    # 1.1: Service 1.3
    # 1.2: Service 1.4
    # 1.3: Service 1.5
    # 1.4: Service 1.6
    # 1.5: Service 1.7
    # 1.6: Service 1.8
    # 1.7: Service 1.9
    # 1.8: Service 1.10
    # 1.9: Service 1.11; get_by_binary(), which no work item calls
    # 1.10: Service 1.12
    VERSION: str = "1.10"

    fields: base.Fields = {"objects": fields.ListOfObjectsField("Service")}
    child_versions: base.Versions = {
        "1.0": "1.2",
        "1.1": "1.3",
        "1.2": "1.4",
        "1.3": "1.5",
        "1.4": "1.6",
        "1.5": "1.7",
        "1.6": "1.8",
        "1.7": "1.9",
        "1.8": "1.10",
        "1.9": "1.11",
        "1.10": "1.12",
    }

    @classmethod
    @base.remotable
    def get_by_topic(cls, context: RequestContext, topic: str) -> ServiceList:
        """Return the enabled services of a topic."""
        return base.obj_make_list(context, cls(context), db.service_get_all_by_topic(context, topic))
