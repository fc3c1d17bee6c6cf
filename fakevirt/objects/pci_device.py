"""The PCI devices that an instance has: a field of Instance. No work item touches their table."""

# ruff: noqa: RUF012 - fields and versions are declared as oslo.versionedobjects has it

from __future__ import annotations

from typing import ClassVar

from fakevirt.objects import base, fields


@base.NovaVersionedObjectRegistry.register
class PciDevice(base.NovaPersistentObject, base.NovaObject):
    """One PCI device."""

    # 1.0: Kilo's fields but for those below
    # 1.1: texts may be other than ASCII
    # 1.2: request_id
    # 1.3: numa_node (Kilo forgot to drop it for older peers)
    VERSION: str = "1.3"

    fields: base.Fields = {
        "id": fields.IntegerField(),
        "compute_node_id": fields.IntegerField(nullable=True),
        "address": fields.StringField(),
        "vendor_id": fields.StringField(),
        "product_id": fields.StringField(),
        "dev_type": fields.StringField(),
        "status": fields.StringField(),
        "dev_id": fields.StringField(nullable=True),
        "label": fields.StringField(nullable=True),
        "instance_uuid": fields.StringField(nullable=True),
        "request_id": fields.StringField(nullable=True),
        "extra_info": fields.DictOfStringsField(),
        "numa_node": fields.IntegerField(nullable=True),
    }
    obj_added: ClassVar[base.Versions] = {"request_id": "1.2", "numa_node": "1.3"}
    obj_unicode_since: ClassVar[str | None] = "1.1"


@base.NovaVersionedObjectRegistry.register
class PciDeviceList(base.NovaObjectList[PciDevice]):
    """PCI devices, such as those of an instance."""

    # 1.0: PciDevice up to 1.1
    # 1.1: PciDevice 1.2; Kilo has PciDevice 1.3 in it and says 1.1 still
    VERSION: str = "1.1"

    fields: base.Fields = {"objects": fields.ListOfObjectsField("PciDevice")}
    child_versions: base.Versions = {"1.0": "1.1", "1.1": "1.2"}
