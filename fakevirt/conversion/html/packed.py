"""Diagrams in the form that the page's script reads: each text and each call is told once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fakevirt.conversion.html.diagram import LANES, Call, Diagram, Step


def pack(diagrams: Iterable[Diagram]) -> dict[str, Any]:
    """Return diagrams as data for JSON.

    Args:
        diagrams: The diagrams.

    Returns:
        ``lanes``: channel and heading, from left to right; ``calls``: lane, lane of the caller and text; ``diagrams``:
        their steps, each with number, kind, the numbers of its two calls (-1: none), and the differences if any.
    """
    packer = _Packer()
    packed = [[packer.step(step) for step in diagram["steps"]] for diagram in diagrams]
    return {
        "lanes": [[channel, LANES.get(channel, channel)] for channel in packer.channels],
        "calls": list(packer.calls),
        "diagrams": packed,
    }


class _Packer:
    """Numbers what was seen before."""

    def __init__(self) -> None:
        self.channels = {channel: number for number, channel in enumerate(LANES)}
        self.calls: dict[tuple[int, int, str], int] = {}

    def step(self, step: Step) -> list[Any]:
        packed: list[Any] = [step["number"], step["kind"], self._call(step["legacy"]), self._call(step["objects"])]
        if step["differences"]:
            packed.append([[d["field"], d["legacy"], d["objects"], d["reason"]] for d in step["differences"]])
        return packed

    def _call(self, call: Call | None) -> int:
        if call is None:
            return -1
        key = (self._channel(call["lane"]), self._channel(call["caller"]), call["text"])
        return self.calls.setdefault(key, len(self.calls))

    def _channel(self, channel: str) -> int:
        return self.channels.setdefault(channel, len(self.channels))
