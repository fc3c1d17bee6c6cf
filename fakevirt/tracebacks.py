"""Tracebacks as text, as services store and send them."""

from __future__ import annotations

import traceback
from types import TracebackType


def text_of_traceback(found: TracebackType | None) -> str:
    """Return the frames of a traceback with their lines.

    Nothing points into the lines, as nothing did in Nova's time: to find out where takes the parser for each of them,
    and a sweep of faults makes tracebacks by the ten thousand.

    Args:
        found: The traceback of an exception.
    """
    return "".join(traceback.StackSummary.extract(traceback.walk_tb(found)).format())
