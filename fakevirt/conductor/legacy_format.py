"""What the raw methods return: rows as dicts in the format of the conductor's release, which no version tells.

Nobody can bring such a dict to the format of an older host. Nova's Kilo conductor patched some by hand, each where it
had been missed (``service_get_all_by``, ``compat_instance``); here they are what the release has.
"""

from __future__ import annotations

from typing import Any

from fakevirt import flavors
from fakevirt.db import primitives
from fakevirt.db.models import Base


def legacy_dict(row: Base) -> dict[str, Any]:
    """Return a row as the conductor's release has it.

    In Kilo a service has no list of its compute nodes, and the flavors of an instance are dicts in fields of their own
    and not among its system metadata.
    """
    flat = primitives.legacy_dict(row)
    if flavors.keeps_flavors_separate():
        flat.pop("compute_node", None)
        if "system_metadata" in flat:
            _separate_flavors(flat)
    return flat


def _separate_flavors(instance: dict[str, Any]) -> None:
    for prefix in ("", "old_", "new_"):
        try:
            instance[f"{prefix}flavor"] = flavors.find_flavor(instance.__getitem__, prefix)
        except KeyError:
            instance[f"{prefix}flavor"] = None
    instance.pop("extra", None)
    instance["system_metadata"] = [row for row in instance["system_metadata"] if not flavors.is_flavor_key(row["key"])]
