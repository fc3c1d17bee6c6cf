"""How many PCI devices of each kind a compute node has: a field of Kilo's ComputeNode."""

# ruff: noqa: RUF012 - fields and versions are declared as oslo.versionedobjects has it

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from fakevirt.objects import base, fields


@base.NovaVersionedObjectRegistry.register
class PciDevicePool(base.NovaObject):
    """The devices of one kind."""

    # 1.0: Kilo's fields but for numa_node
    # 1.1: numa_node
    VERSION: str = "1.1"

    fields: base.Fields = {
        "product_id": fields.StringField(),
        "vendor_id": fields.StringField(),
        "numa_node": fields.IntegerField(nullable=True),
        "tags": fields.DictOfNullableStringsField(),
        "count": fields.IntegerField(),
    }
    obj_added: ClassVar[base.Versions] = {"numa_node": "1.1"}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> PciDevicePool:
        """Return the pool that a dict of an older release is; what it has besides the fields are tags."""
        tags = dict(values)
        own = {name: tags.pop(name) for name in ("product_id", "vendor_id", "count")}
        return cls(**own, numa_node=tags.pop("numa_node", None), tags=tags)


@base.NovaVersionedObjectRegistry.register
class PciDevicePoolList(base.NovaObjectList[PciDevicePool]):
    """The pools of a compute node."""

    # 1.0: PciDevicePool 1.0
    # 1.1: PciDevicePool 1.1
    VERSION: str = "1.1"

    fields: base.Fields = {"objects": fields.ListOfObjectsField("PciDevicePool")}
    child_versions: base.Versions = {"1.0": "1.0", "1.1": "1.1"}

    @classmethod
    def from_pci_stats(cls, pci_stats: str | None) -> PciDevicePoolList | None:
        """Return what the column ``pci_stats`` holds, JSON of an object or of an older release's list of dicts."""
        stats = json.loads(pci_stats) if pci_stats else None
        if not stats:
            return None
        if isinstance(stats, dict) and "nova_object.name" in stats:
            return cls.obj_from_primitive(stats)
        dicts = [stats] if isinstance(stats, dict) else stats
        return cls(objects=[PciDevicePool.from_dict(values) for values in dicts])
