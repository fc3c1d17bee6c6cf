"""The resources of the nodes of compute services."""

# ruff: noqa: RUF012 - fields and versions are declared as oslo.versionedobjects has it

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from oslo_serialization import jsonutils

from fakevirt.context import RequestContext
from fakevirt.db import api as db
from fakevirt.exceptions import ComputeHostNotFound, ServiceNotFound
from fakevirt.objects import base, fields
from fakevirt.objects.hv_spec import HVSpec
from fakevirt.objects.pci_device_pool import PciDevicePoolList
from fakevirt.objects.primitive import object_json

if TYPE_CHECKING:
    from fakevirt.objects.service import Service


@base.NovaVersionedObjectRegistry.register
class ComputeNode(base.NovaPersistentObject, base.NovaObject):
    """The resources of one hypervisor node."""

    # 1.0: Kilo's fields but for those below
    # 1.1: get_by_service_id()
    # 1.2: texts may be other than ASCII
    # 1.3: stats
    # 1.4: host_ip
    # 1.5: numa_topology
    # 1.6: supported_hv_specs
    # 1.7: host
    # 1.8: get_by_host_and_nodename(), which no work item calls
    # 1.9: pci_device_pools
    # 1.10: get_first_node_by_host_for_old_compat(), which no work item calls
    # 1.11: PciDevicePoolList 1.1
    VERSION: str = "1.11"

    fields: base.Fields = {
        "id": fields.IntegerField(read_only=True),
        "service_id": fields.IntegerField(),
        "host": fields.StringField(nullable=True),
        "vcpus": fields.IntegerField(),
        "memory_mb": fields.IntegerField(),
        "local_gb": fields.IntegerField(),
        "vcpus_used": fields.IntegerField(),
        "memory_mb_used": fields.IntegerField(),
        "local_gb_used": fields.IntegerField(),
        "hypervisor_type": fields.StringField(),
        "hypervisor_version": fields.IntegerField(),
        "hypervisor_hostname": fields.StringField(nullable=True),
        "free_ram_mb": fields.IntegerField(nullable=True),
        "free_disk_gb": fields.IntegerField(nullable=True),
        "current_workload": fields.IntegerField(nullable=True),
        "running_vms": fields.IntegerField(nullable=True),
        "cpu_info": fields.StringField(nullable=True),
        "disk_available_least": fields.IntegerField(nullable=True),
        "metrics": fields.StringField(nullable=True),
        "stats": fields.DictOfNullableStringsField(nullable=True),
        "host_ip": fields.IPAddressField(nullable=True),
        "numa_topology": fields.StringField(nullable=True),
        "supported_hv_specs": fields.ListOfObjectsField("HVSpec"),
        "pci_device_pools": fields.ObjectField("PciDevicePoolList", nullable=True),
    }
    obj_added: ClassVar[base.Versions] = {"stats": "1.3", "host_ip": "1.4", "numa_topology": "1.5", "host": "1.7"}
    obj_relationships: base.Relationships = {
        "supported_hv_specs": [("1.6", "1.0")],
        "pci_device_pools": [("1.9", "1.0"), ("1.11", "1.1")],
    }
    obj_unicode_since: ClassVar[str | None] = "1.2"
    obj_not_columns: ClassVar[frozenset[str]] = frozenset({"stats", "host", "supported_hv_specs", "pci_device_pools"})

    host: str | None
    supported_hv_specs: list[HVSpec]
    pci_device_pools: PciDevicePoolList | None

    @staticmethod
    def _from_db_object(  # type: ignore[override]
        context: RequestContext, compute: ComputeNode, row: Any
    ) -> ComputeNode:
        compute._fill(row)
        if row["stats"]:
            compute.stats = jsonutils.loads(row["stats"])
        compute._context = context
        if "supported_hv_specs" in compute.fields and row["supported_instances"]:
            specs = jsonutils.loads(row["supported_instances"])
            compute.supported_hv_specs = [HVSpec.from_list(spec) for spec in specs]
        if "host" in compute.fields:
            compute.host = row["host"] or _host_of_service(context, row["service_id"])
        if "pci_device_pools" in compute.fields:
            compute.pci_device_pools = PciDevicePoolList.from_pci_stats(row["pci_stats"])
        compute.obj_reset_changes()
        return compute

    @classmethod
    @base.remotable
    def get_by_id(cls, context: RequestContext, compute_id: int) -> ComputeNode:
        """Return the node with an id.

        Raises:
            ComputeHostNotFound: There is none.
        """
        return cls._from_db_object(context, cls(context), db.compute_node_get(context, compute_id))

    @classmethod
    @base.remotable
    def get_by_service_id(cls, context: RequestContext, service_id: int) -> ComputeNode:
        """Return the first node of a service.

        Raises:
            ServiceNotFound: It has none.
        """
        return cls._from_db_object(context, cls(context), db.compute_node_get_by_service_id(context, service_id))

    @base.remotable
    def create(self) -> None:
        """Insert the row.

        Raises:
            ObjectActionError: It has been inserted already.
        """
        self._require_new()
        self._from_db_object(self._context, self, db.compute_node_create(self._context, self._columns_changed()))

    @base.remotable
    def save(self, prune_stats: bool = False) -> None:
        """Write what was set; ``prune_stats`` is accepted as in Juno, which ignores it.

        Raises:
            ComputeHostNotFound: The row is gone.
        """
        updates = self._columns_changed()
        updates.pop("id", None)
        self._from_db_object(self._context, self, db.compute_node_update(self._context, self.id, updates))

    @base.remotable
    def destroy(self) -> None:
        """Soft-delete the row.

        Raises:
            ComputeHostNotFound: It is gone.
        """
        db.compute_node_delete(self._context, self.id)

    def _columns_changed(self) -> dict[str, Any]:
        updates = self.obj_get_changes()
        if updates.get("stats") is not None:
            updates["stats"] = jsonutils.dumps(updates["stats"])
        if updates.get("host_ip") is not None:
            updates["host_ip"] = str(updates["host_ip"])
        if (specs := updates.pop("supported_hv_specs", None)) is not None:
            updates["supported_instances"] = jsonutils.dumps([spec.to_list() for spec in specs])
        if (pools := updates.pop("pci_device_pools", None)) is not None:
            updates["pci_stats"] = jsonutils.dumps(object_json(pools))
        return updates


def _host_of_service(context: RequestContext, service_id: int) -> str | None:
    """Return the host of a node whose row is from before Kilo; None if its service is gone."""
    try:
        return db.service_get(context, service_id).host
    except ServiceNotFound:
        return None


@base.NovaVersionedObjectRegistry.register
class ComputeNodeList(base.NovaObjectList[ComputeNode]):
    """Compute nodes, such as those of a service, which may own several."""

    # 1.0: ComputeNode up to 1.2
    # 1.1: ComputeNode 1.3
    # 1.2: get_by_service()
    # 1.3: ComputeNode 1.4
    # 1.4: ComputeNode 1.5
    # 1.5: use_slave of get_by_service()
    # 1.6: ComputeNode 1.6
    # 1.7: ComputeNode 1.7
    # 1.8: ComputeNode 1.8; get_all_by_host()
    # 1.9: ComputeNode 1.9
    # 1.10: ComputeNode 1.10
    # 1.11: ComputeNode 1.11
    VERSION: str = "1.11"

    fields: base.Fields = {"objects": fields.ListOfObjectsField("ComputeNode")}
    child_versions: base.Versions = {
        "1.0": "1.2",
        "1.1": "1.3",
        "1.2": "1.3",
        "1.3": "1.4",
        "1.4": "1.5",
        "1.5": "1.5",
        "1.6": "1.6",
        "1.7": "1.7",
        "1.8": "1.8",
        "1.9": "1.9",
        "1.10": "1.10",
        "1.11": "1.11",
    }

    @classmethod
    @base.remotable
    def get_all(cls, context: RequestContext) -> ComputeNodeList:
        """Return every node."""
        return base.obj_make_list(context, cls(context), db.compute_node_get_all(context))

    @classmethod
    @base.remotable
    def _get_by_service(cls, context: RequestContext, service_id: int, use_slave: bool = False) -> ComputeNodeList:
        service = db.service_get(context, service_id, with_compute_node=True, use_slave=use_slave)
        return base.obj_make_list(context, cls(context), service["compute_node"])

    @classmethod
    def get_by_service(cls, context: RequestContext, service: Service, use_slave: bool = False) -> ComputeNodeList:
        """Return the nodes of a service; only its id goes over the wire.

        Raises:
            ServiceNotFound: The service is gone.
        """
        return cls._get_by_service(context, service.id, use_slave=use_slave)

    @classmethod
    @base.remotable
    def get_all_by_host(cls, context: RequestContext, host: str, use_slave: bool = False) -> ComputeNodeList:
        """Return the nodes of a host, found by the host of their service where their rows are from before Kilo.

        Raises:
            ComputeHostNotFound: The host has none.
        """
        try:
            rows = db.compute_node_get_all_by_host(context, host, use_slave=use_slave)
        except ComputeHostNotFound:
            rows = db.service_get_by_compute_host(context, host, use_slave=use_slave)["compute_node"]
            if not rows:
                raise
        return base.obj_make_list(context, cls(context), rows)
