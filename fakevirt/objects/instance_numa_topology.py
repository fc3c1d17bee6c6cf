"""The NUMA topology of an instance: a field of Instance that peers before Juno do not know."""

# ruff: noqa: RUF012 - fields and versions are declared as oslo.versionedobjects has it

from __future__ import annotations

import json
from typing import Any, ClassVar

from fakevirt.objects import base, fields
from fakevirt.objects.primitive import object_json


@base.NovaVersionedObjectRegistry.register
class InstanceNUMACell(base.NovaObject):
    """One NUMA cell of an instance."""

    # 1.0: Juno's fields
    # 1.1: pagesize
    # 1.2: cpu_topology and cpu_pinning_raw
    VERSION: str = "1.2"

    fields: base.Fields = {
        "id": fields.IntegerField(read_only=True),
        "cpuset": fields.SetOfIntegersField(),
        "memory": fields.IntegerField(),
        "pagesize": fields.IntegerField(nullable=True),
        "cpu_topology": fields.ObjectField("VirtCPUTopology", nullable=True),
        "cpu_pinning_raw": fields.DictOfIntegersField(nullable=True),
    }
    obj_added: ClassVar[base.Versions] = {"pagesize": "1.1", "cpu_pinning_raw": "1.2"}
    obj_relationships: base.Relationships = {"cpu_topology": [("1.2", "1.0")]}


@base.NovaVersionedObjectRegistry.register
class InstanceNUMATopology(base.NovaObject):
    """The NUMA cells of an instance."""

    # 1.0: Juno's fields
    # 1.1: InstanceNUMACell 1.2 (Kilo's history tells of 1.0 only, and a 1.1 peer gets cells without page size)
    VERSION: str = "1.1"

    fields: base.Fields = {
        "id": fields.IntegerField(),
        "instance_uuid": fields.UUIDField(),
        "cells": fields.ListOfObjectsField("InstanceNUMACell"),
    }
    obj_relationships: base.Relationships = {"cells": [("1.0", "1.0"), ("1.1", "1.2")]}

    cells: list[InstanceNUMACell]

    @classmethod
    def from_json(cls, instance_uuid: str, stored: str) -> InstanceNUMATopology:
        """Return what the column ``numa_topology`` holds: JSON of an object, or of Juno's dict.

        Raises:
            IncompatibleObjectVersion: A newer release wrote it than the running service's.
        """
        content = json.loads(stored)
        if "nova_object.name" in content:
            return cls.obj_from_primitive(content)
        return cls(id=0, instance_uuid=instance_uuid, cells=[_cell_from_dict(cell) for cell in content["cells"]])

    def to_json(self) -> str:
        """Return the topology as its column holds it: Juno wrote a dict, later releases the object."""
        if "pagesize" in base.running_fields(InstanceNUMACell):
            return json.dumps(object_json(self))
        return json.dumps({"cells": [_cell_to_dict(cell) for cell in self.cells]})


def _cell_from_dict(cell: dict[str, Any]) -> InstanceNUMACell:
    cpuset = {int(cpu) for cpu in cell["cpus"].split(",") if cpu}
    return InstanceNUMACell(id=cell["id"], cpuset=cpuset, memory=cell["mem"]["total"])


def _cell_to_dict(cell: InstanceNUMACell) -> dict[str, Any]:
    cpus = ",".join(str(cpu) for cpu in sorted(cell.cpuset))
    return {"id": cell.id, "cpus": cpus, "mem": {"total": cell.memory}}
