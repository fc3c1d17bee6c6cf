"""Differences that are known, each with its reason."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Allowance:
    """A difference that may be: it follows from the conversion.

    Args:
        channel: The boundary on which the difference shows.
        reason: Why it may be; it is shown on the board.
        operation: The operation that differs (``*`` stands for anything).
        field: The field that differs (its path, such as ``arguments.values.host``; ``*`` stands for anything);
            without one the whole effect may be on one path only.
        work_item: The work item whose conversion brings it; it holds where that is converted and entered. None: always.
    """

    channel: str
    reason: str
    operation: str = "*"
    field: str | None = None
    work_item: str | None = None

    def covers(self, channel: str, operation: str, field: str | None) -> bool:
        """Tell whether a difference at this place is the one that is meant.

        Args:
            channel: The boundary.
            operation: The operation.
            field: The path of the field, None for an effect that is on one path only.
        """
        if channel != self.channel or not _matches(operation, self.operation):
            return False
        if self.field is None or field is None:
            return self.field is field
        return _matches(field, self.field)


def _matches(name: str, pattern: str) -> bool:
    """Tell whether ``name`` fits a pattern in which only ``*`` is special: paths have brackets in them."""
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), name) is not None


#: The differences that the conversion itself makes.
KNOWN = (
    Allowance(
        "db",
        "the rollback assigns and saves what changes; _instance_update wrote the host once more",
        operation="update instances",
        field="arguments.values.host",
        work_item="_rollback_live_migration",
    ),
    Allowance(
        "db",
        "_instance_update had the resource tracker count the instance anew; save has no such side effect",
        operation="update compute_nodes",
        work_item="_rollback_live_migration",
    ),
    Allowance(
        "driver",
        "_instance_update asked whether the node is there before it called the resource tracker",
        operation="node_is_available",
        work_item="_rollback_live_migration",
    ),
    *(
        Allowance(
            "notifier",
            "an object's save tells no service, so that Juno's publisher reads None.<host>",
            operation="compute.instance.update",
            field="arguments.publisher_id",
            work_item=work_item,
        )
        for work_item in ("_rollback_live_migration", "detach_volume")
    ),
    Allowance(
        "notifier",
        "the dict that came in stays as it came; the object that came in is the one that the rollback has changed",
        operation="*live_migration",
        field="arguments.payload.args.instance.<Instance>.task_state",
        work_item="_rollback_live_migration",
    ),
    Allowance(
        "notifier",
        "the dict that came in stays as it came; the object that came in is the one whose task state was set back",
        operation="detach_volume",
        field="arguments.payload.args.instance.<Instance>.updated_at",
        work_item="detach_volume",
    ),
    Allowance(
        "notifier",
        "the conductor told of a volume's usage when it wrote it; the host that saves the usage tells of it itself",
        operation="volume.usage",
        work_item="detach_volume",
    ),
    Allowance(
        "network",
        "a dict is fetched again before the network service is asked, an object is used as it is",
        operation="get_instance_nw_info",
        field="arguments.instance.<Instance>.task_state",
    ),
)
