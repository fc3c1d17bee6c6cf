"""What differs where services are of another release than this checkout."""

from __future__ import annotations

from fakevirt.conversion.allowance import Allowance
from fakevirt.conversion.difference import ABSENT

_FIELDS = "an object has the fields of its release only, a dict whatever the row has"

#: As where the release keeps flavors in the system metadata, which has just their sizes.
_WHOLE_FLAVOR = "a flavor that came as a dict goes on as it is; the object path reads the flavor by its id"

ALLOWANCES: tuple[Allowance, ...] = (
    *(
        Allowance(
            channel,
            _WHOLE_FLAVOR,
            operation=f"{verb} instance_extra",
            field=f"arguments.{path}.flavor.*.nova_object.data.*",
            legacy=ABSENT,
        )
        for channel, verb, path in (("db", "update", "values"), ("state", "table", "content[*]"))
    ),
    Allowance("db", _FIELDS, operation="update compute_nodes", field="arguments.values.numa_topology", objects=ABSENT),
    Allowance(
        "driver",
        _FIELDS,
        operation="check_can_live_migrate_destination",
        field="arguments.*_compute_info.<ComputeNode>.*",
        objects=ABSENT,
    ),
)
