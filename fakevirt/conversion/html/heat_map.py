"""The matrix of releases as a heat map."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fakevirt.conversion.html.overview import Mark
from fakevirt.conversion.upgrades.cell import Support
from fakevirt.conversion.upgrades.matrix import How

_WORDS = {How.OBJECTS: "obj", How.BACKPORTED: "back"}
_TONES = {How.OBJECTS: "good", How.BACKPORTED: "allowed", How.DICT: "warn", How.FAILED: "bad"}
_TITLES = {
    Support.SUPPORTED: "Mixes that a rolling upgrade comes by",
    Support.SKIPS_A_RELEASE: "Mixes that skip a release, which is not supported",
}


@dataclass(frozen=True, slots=True)
class HeatMap:
    """What mixes of releases did.

    Args:
        title: Which mixes these are.
        mixes: The releases of conductor, source and destination of each.
        rows: A work item, a call path, and what each mix did with it.
    """

    title: str
    mixes: list[tuple[str, str, str]]
    rows: list[tuple[str, str, list[Mark]]]


def heat_maps(upgrades: dict[str, Any]) -> Iterator[HeatMap]:
    """Yield a heat map of the supported mixes, and one of those that skip a release if there are any.

    Args:
        upgrades: What ``fakevirt verify --upgrade`` wrote.
    """
    for support, title in _TITLES.items():
        cells = [cell for cell in upgrades["cells"] if cell["support"] == support.value]
        if not cells:
            continue
        by_row: dict[tuple[str, str], list[Mark]] = {}
        for cell in cells:
            by_row.setdefault((cell["work_item"], cell["path"]), []).append(_mark(cell))
        mixes = list(dict.fromkeys((cell["conductor"], cell["src"], cell["dst"]) for cell in cells))
        yield HeatMap(title, mixes, [(work_item, path, marks) for (work_item, path), marks in by_row.items()])


def _mark(cell: dict[str, Any]) -> Mark:
    how = How(cell["how"])
    return Mark(_WORDS.get(how, how.value), _TONES.get(how, "none"), "; ".join(cell["causes"]))
