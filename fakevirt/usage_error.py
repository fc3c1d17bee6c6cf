"""The error that a user of fakevirt sees: always four parts."""

from __future__ import annotations

import functools
from typing import Any


class UsageError(Exception):
    """Something was asked of fakevirt that cannot be done.

    It crosses processes and the wire as itself.

    Args:
        expected: What would have been right.
        happened: What was found instead.
        where: Where it was looked for.
        how_to_go_on: What to change.
    """

    def __init__(self, *, expected: str, happened: str, where: str, how_to_go_on: str) -> None:
        self.expected = expected
        self.happened = happened
        self.where = where
        self.how_to_go_on = how_to_go_on
        super().__init__()

    @property
    def kwargs(self) -> dict[str, str]:
        """What it is made again from (oslo.messaging asks for it)."""
        return {
            "expected": self.expected,
            "happened": self.happened,
            "where": self.where,
            "how_to_go_on": self.how_to_go_on,
        }

    def __str__(self) -> str:
        return (
            f"expected:     {self.expected}\n"
            f"happened:     {self.happened}\n"
            f"where:        {self.where}\n"
            f"how to go on: {self.how_to_go_on}"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return functools.partial(type(self), **self.kwargs), ()
