"""Where databases are, unless a world says otherwise."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

MEMORY = "sqlite://"
#: The environment variable that says where databases are, unless an option does.
ENVIRONMENT = "FAKEVIRT_DB"

_chosen: str | None = None


def default_url() -> str:
    """Return the URL of databases that are given none: an option's, else the environment's, else in memory."""
    return _chosen or os.environ.get(ENVIRONMENT) or MEMORY


def chosen_url() -> str | None:
    """Return the URL that an option gave, None if none did: who repeats a run must give it again."""
    return _chosen


def choose(url: str | None) -> None:
    """Let the databases of this process be at ``url``, whichever thread opens them; None: no option was given."""
    global _chosen
    _chosen = url


@contextlib.contextmanager
def databases_at(url: str | None) -> Iterator[None]:
    """Choose where databases are for the block."""
    before = _chosen
    choose(url)
    try:
        yield
    finally:
        choose(before)
