"""The shape of JSON that a report reads, and where a file departs from it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import Enum
from typing import Any

from fakevirt.conversion.comparison import Verdict
from fakevirt.conversion.upgrades.cell import Support
from fakevirt.conversion.upgrades.matrix import How

#: A dict has at least these keys, a list has items of this one shape, a tuple names alternatives. A class of words has
#: its values, and any other class its instances.
Shape = Any

_VERDICT_IF_RUN = (Verdict, type(None))

#: What is read of each kind of result, by the keys that only this kind has.
SHAPES: Mapping[str, dict[str, Shape]] = {
    "board": {
        "plans": int,
        "runs": int,
        "scenarios": dict,
        "work_items": [
            {
                "work_item": str,
                "scenarios": [str],
                "verdict": Verdict,
                "parts_at": [str],
                "raw_conductor_calls": int,
                "dict_accesses": int,
                "unversioned_arguments": int,
                "verdict_on_legacy": _VERDICT_IF_RUN,
                "verdict_on_partial_plans": _VERDICT_IF_RUN,
            }
        ],
    },
    "upgrades": {
        "releases": [str],
        "cells": [
            {
                "conductor": str,
                "src": str,
                "dst": str,
                "support": Support,
                "work_item": str,
                "path": str,
                "how": How,
                "causes": [str],
            }
        ],
        "rehearsals": [{"old": str, "new": str, "plan": str, "steps": [{"step": str, "causes": [str]}]}],
    },
    "faults": {
        "rows": [
            {
                "work_item": str,
                "points": int,
                "runs": int,
                "same": int,
                "allowed": int,
                "only_on_legacy": int,
                "only_on_objects": int,
                "improvements": int,
                "diverged": int,
            }
        ],
        "failures": [{"options": str, "cause": str, "verdict": Verdict}],
        "improvements": list,
        "on_one_path_only": list,
    },
}


def departure(data: Any, shape: Shape, place: str = "") -> str | None:
    """Return where data first departs from a shape, and how; None if nowhere.

    Args:
        data: What JSON says.
        shape: What it should be.
        place: What comes before: ``work_items[0]``.
    """
    if isinstance(shape, dict):
        if not isinstance(data, dict):
            return _told(data, place)
        missing = [key for key in shape if key not in data]
        if missing:
            return f"{place or 'it'} has no {missing[0]!r}"
        inner = ((data[key], one, f"{place}.{key}".lstrip(".")) for key, one in shape.items())
    elif isinstance(shape, list):
        if not isinstance(data, list):
            return _told(data, place)
        inner = ((item, shape[0], f"{place}[{number}]") for number, item in enumerate(data))
    else:
        return None if _fits(data, shape) else _told(data, place)
    return next((found for one in inner if (found := departure(*one)) is not None), None)


def _fits(data: Any, shape: Shape) -> bool:
    if isinstance(shape, tuple):
        return any(_fits(data, one) for one in shape)
    if issubclass(shape, Enum):
        return data in [member.value for member in shape]
    return isinstance(data, shape)


def _told(data: Any, place: str) -> str:
    text = json.dumps(data)
    return f"{place or 'it'} is {text if len(text) <= 40 else text[:39] + '…'}"
