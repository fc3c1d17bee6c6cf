"""The difference that every conversion of an update brings."""

from __future__ import annotations

from fakevirt.conversion.allowance import Allowance


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
