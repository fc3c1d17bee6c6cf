"""What kind of guests a compute node can run."""

# ruff: noqa: RUF012 - fields and versions are declared as oslo.versionedobjects has it

from __future__ import annotations

from collections.abc import Sequence

from fakevirt.objects import base, fields


@base.NovaVersionedObjectRegistry.register
class HVSpec(base.NovaObject):
    """One kind of guest; a compute node's row has these as lists."""

    # 1.0: Kilo's fields
    VERSION: str = "1.0"

    fields: base.Fields = {
        "arch": fields.StringField(),
        "hv_type": fields.StringField(),
        "vm_mode": fields.StringField(),
    }

    @classmethod
    def from_list(cls, values: Sequence[str]) -> HVSpec:
        """Return what a list of architecture, hypervisor type and VM mode says."""
        arch, hv_type, vm_mode = values
        return cls(arch=arch, hv_type=hv_type, vm_mode=vm_mode)

    def to_list(self) -> list[str]:
        """Return architecture, hypervisor type and VM mode."""
        return [self.arch, self.hv_type, self.vm_mode]
