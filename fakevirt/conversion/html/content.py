"""What a report is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fakevirt.conversion.html.diagram import Diagram
from fakevirt.conversion.html.results import Result


@dataclass(frozen=True, slots=True)
class Content:
    """What a report tells.

    Args:
        run: What was run, such as ``fakevirt verify`` or ``pytest``.
        board: The board, as :meth:`fakevirt.conversion.board.Board.to_primitive` returns it.
        diagrams: The traces of what was compared.
        results: What other runs found; boards among them are earlier ones, the oldest first.
    """

    run: str
    board: dict[str, Any]
    diagrams: Sequence[Diagram]
    results: Sequence[Result] = ()

    def others(self, kind: str) -> list[Result]:
        """Return the results of a kind."""
        return [result for result in self.results if result.kind == kind]
