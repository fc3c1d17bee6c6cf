"""What earlier and other runs found: files that ``fakevirt verify --json`` wrote, told apart by their content."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fakevirt.conversion.html.shape import SHAPES, departure
from fakevirt.usage_error import UsageError


@dataclass(frozen=True, slots=True)
class Result:
    """What one run found.

    Args:
        kind: ``board``, ``upgrades`` or ``faults``.
        label: What it is called: the name of its file.
        data: What the file says.
    """

    kind: str
    label: str
    data: dict[str, Any]


def read_results(paths: Sequence[Path]) -> tuple[Result, ...]:
    """Return what files say, in the order in which they are given.

    Args:
        paths: The files.

    Raises:
        UsageError: One cannot be read, or is none that ``fakevirt verify --json`` wrote.
    """
    return tuple(_read(path) for path in paths)


def _read(path: Path) -> Result:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        happened = f"{error.strerror}: {path}"
    except ValueError as error:
        happened = f"it is no JSON: {error}"
    else:
        kinds = [kind for kind, shape in SHAPES.items() if isinstance(data, dict) and shape.keys() <= data.keys()]
        departs = departure(data, SHAPES[kinds[0]]) if kinds else "it has the keys of neither"
        if departs is None:
            return Result(kinds[0], path.name, data)
        happened = departs
    raise UsageError(
        expected="a board, a matrix of releases or a fault board, as fakevirt verify writes it with --json",
        happened=happened,
        where=f"fakevirt verify --results {path}",
        how_to_go_on="write it with fakevirt verify --json FILE, alone or with --plans, --upgrade or --faults",
    )
