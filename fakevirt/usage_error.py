"""The error that a user of fakevirt sees: always four parts."""

from __future__ import annotations


class UsageError(Exception):
    """Something was asked of fakevirt that cannot be done.

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
        super().__init__(
            f"expected:     {expected}\nhappened:     {happened}\nwhere:        {where}\nhow to go on: {how_to_go_on}"
        )
