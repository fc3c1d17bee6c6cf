"""Differences that are known, each with its reason."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from fakevirt.conversion.difference import ABSENT, Difference


class _Anything:
    def __repr__(self) -> str:
        return "ANYTHING"


#: Any value, or no value at all.
ANYTHING: Any = _Anything()


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
        scope: The work item in which it shows; in any, unless given.
        legacy: What the legacy path has there (``ABSENT`` for nothing).
        objects: What the other run has there.
    """

    channel: str
    reason: str
    operation: str = "*"
    field: str | None = None
    work_item: str | None = None
    scope: str | None = None
    legacy: Any = ANYTHING
    objects: Any = ANYTHING

    def covers(self, difference: Difference) -> bool:
        """Tell whether ``difference`` is the one that is meant."""
        return (
            difference.channel == self.channel
            and _matches(difference.operation, self.operation)
            and (self.field is None) is (difference.field is None)
            and (difference.field is None or _matches(difference.field, self.field or ""))
            and self.scope in (None, difference.scope)
            and (self.legacy is ANYTHING or difference.legacy == self.legacy)
            and (self.objects is ANYTHING or difference.objects == self.objects)
        )


def _matches(name: str, pattern: str) -> bool:
    """Tell whether ``name`` fits a pattern in which only ``*`` is special: paths have brackets in them."""
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), name) is not None


def _publisher(work_item: str) -> Allowance:
    return Allowance(
        "notifier",
        "an object's save tells no service, so that Juno's publisher reads None.<host>",
        operation="compute.instance.update",
        field="arguments.publisher_id",
        work_item=work_item,
        scope=work_item,
        legacy="conductor.conductor",
        objects="None.conductor",
    )


#: The differences that the conversion itself makes.
KNOWN = (
    _publisher("_rollback_live_migration"),
    _publisher("detach_volume"),
    Allowance(
        "db",
        "the rollback assigns and saves what changes; _instance_update wrote the host once more",
        operation="update instances",
        field="arguments.values.host",
        work_item="_rollback_live_migration",
        scope="_rollback_live_migration",
        objects=ABSENT,
    ),
    Allowance(
        "db",
        "_instance_update had the resource tracker count the instance anew; save has no such side effect",
        operation="update compute_nodes",
        work_item="_rollback_live_migration",
        scope="_rollback_live_migration",
        objects=ABSENT,
    ),
    Allowance(
        "driver",
        "_instance_update asked whether the node is there before it called the resource tracker",
        operation="node_is_available",
        work_item="_rollback_live_migration",
        scope="_rollback_live_migration",
        objects=ABSENT,
    ),
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
        "notifier",
        "the dict that came in stays as it came; the object that came in is the one whose task state was set back",
        operation="detach_volume",
        field="arguments.payload.args.instance.<Instance>.updated_at",
        work_item="detach_volume",
        legacy=None,
    ),
    Allowance(
        "notifier",
        "the conductor told of a volume's usage when it wrote it; the host that saves the usage tells of it itself",
        operation="volume.usage",
        work_item="detach_volume",
        scope="detach_volume",
    ),
    Allowance(
        "network",
        "a dict is fetched again before the network service is asked, an object is used as it is",
        operation="get_instance_nw_info",
        field="arguments.instance.<Instance>.task_state",
        scope="_post_live_migration",
    ),
)
