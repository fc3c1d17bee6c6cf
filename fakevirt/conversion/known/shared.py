"""Differences that more than one conversion brings."""

from __future__ import annotations

from typing import Any

from fakevirt.conversion.allowance import ANYTHING, Allowance
from fakevirt.conversion.difference import ABSENT

NOT_COUNTED = "_instance_update had the resource tracker count the instance anew; save has no such side effect"
_SET_BACK = (
    "_instance_update leaves the instance that came in as it came; the object is the one whose state was set back"
)
_AGAIN = "assigned by subscript beside the raw update, these are changes that the next save of an object writes again"


def publisher(work_item: str) -> Allowance:
    """Allow that the update of an instance is told of by another publisher in ``work_item``."""
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


def own_context(work_item: str) -> Allowance:
    """Allow that the update of an instance goes with another context in ``work_item``."""
    return Allowance(
        "notifier",
        "an object's save goes with the context that the object carries, _instance_update with the elevated one",
        operation="compute.instance.update",
        field="arguments.context.<RequestContext>.is_admin",
        work_item=work_item,
        scope=work_item,
        legacy=True,
        objects=False,
    )


def not_tracked(work_item: str) -> tuple[Allowance, ...]:
    """Allow that the update of an instance does not reach the resource tracker in ``work_item``."""
    return (
        Allowance(
            "db",
            NOT_COUNTED,
            operation="update compute_nodes",
            work_item=work_item,
            scope=work_item,
            objects=ABSENT,
        ),
        Allowance(
            "driver",
            "_instance_update asked whether the node is there before it called the resource tracker",
            operation="node_is_available",
            work_item=work_item,
            scope=work_item,
            objects=ABSENT,
        ),
    )


def written_again(work_item: str, *columns: str) -> tuple[Allowance, ...]:
    """Allow that columns of an instance are written twice on the legacy path in ``work_item``."""
    return tuple(
        Allowance(
            "db",
            _AGAIN,
            operation="update instances",
            field=f"arguments.values.{column}",
            work_item=work_item,
            scope=work_item,
            objects=ABSENT,
        )
        for column in columns
    )


def volume_usage(work_item: str) -> Allowance:
    """Allow that another service tells of a volume's usage in ``work_item``."""
    return Allowance(
        "notifier",
        "the conductor told of a volume's usage when it wrote it; the host that saves the usage tells of it itself",
        operation="volume.usage",
        field="service",
        work_item=work_item,
        scope=work_item,
        legacy="conductor",
    )


def came_in(
    work_item: str,
    method: str,
    field: str,
    *,
    legacy: Any = ANYTHING,
    objects: Any = ANYTHING,
    reason: str = _SET_BACK,
) -> Allowance:
    """Allow that the error notification of a method tells an instance that has changed since it came in."""
    return Allowance(
        "notifier",
        reason,
        operation=method,
        field=f"arguments.payload.args.instance.<Instance>.{field}",
        work_item=work_item,
        scope=work_item,
        legacy=legacy,
        objects=objects,
    )
