"""Where databases are and where messages go, unless a world says otherwise."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator


class Location:
    """A URL that holds for the whole process, whichever thread asks.

    Args:
        environment: The environment variable that says it, unless an option does.
        built_in: What it is if nobody says anything.
    """

    def __init__(self, environment: str, built_in: str) -> None:
        self.environment = environment
        self.built_in = built_in
        self._chosen: str | None = None

    @property
    def url(self) -> str:
        """An option's, else the environment's, else the one that is built in."""
        return self._chosen or os.environ.get(self.environment) or self.built_in

    @property
    def chosen(self) -> str | None:
        """What an option gave, None if none did: who repeats a run must give it again."""
        return self._chosen

    def choose(self, url: str | None) -> None:
        """Take what an option gave; None if none did."""
        self._chosen = url

    @contextlib.contextmanager
    def at(self, url: str | None) -> Iterator[None]:
        """Take what an option gave, for the block."""
        before = self._chosen
        self.choose(url)
        try:
            yield
        finally:
            self.choose(before)


DATABASES = Location("FAKEVIRT_DB", "sqlite://")
MESSAGES = Location("FAKEVIRT_TRANSPORT", "fakevirt://")
