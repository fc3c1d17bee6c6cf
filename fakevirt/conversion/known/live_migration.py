"""What converting the live migration changes."""

from __future__ import annotations

from fakevirt.conversion.allowance import Allowance
from fakevirt.conversion.difference import ABSENT
from fakevirt.conversion.known.shared import not_tracked, publisher

ALLOWANCES = (
    publisher("_rollback_live_migration"),
    Allowance(
        "db",
        "the rollback assigns and saves what changes; _instance_update wrote the host once more",
        operation="update instances",
        field="arguments.values.host",
        work_item="_rollback_live_migration",
        scope="_rollback_live_migration",
        objects=ABSENT,
    ),
    *not_tracked("_rollback_live_migration"),
    Allowance(
        "notifier",
        "the dict that came in stays as it came; the object that came in is the one that the rollback has changed",
        operation="*live_migration",
        field="arguments.payload.args.instance.<Instance>.task_state",
        work_item="_rollback_live_migration",
        legacy="migrating",
        objects=None,
    ),
    Allowance(
        "network",
        "a dict is fetched again before the network service is asked, an object is used as it is",
        operation="get_instance_nw_info",
        field="arguments.instance.<Instance>.task_state",
        scope="_post_live_migration",
    ),
)
