"""Where messages go, unless a world says otherwise."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

IN_PROCESS = "fakevirt://"
#: The environment variable that says where messages go, unless an option does.
ENVIRONMENT = "FAKEVIRT_TRANSPORT"

_chosen: str | None = None


def default_url() -> str:
    """Return the transport of worlds that are given none: an option's, else the environment's, else in the process."""
    return _chosen or os.environ.get(ENVIRONMENT) or IN_PROCESS


def chosen_url() -> str | None:
    """Return the URL that an option gave, None if none did: who repeats a run must give it again."""
    return _chosen


def choose(url: str | None) -> None:
    """Let the messages of this process go to ``url``, whichever thread sends them; None: no option was given."""
    global _chosen
    _chosen = url


@contextlib.contextmanager
def messages_over(url: str | None) -> Iterator[None]:
    """Choose where messages go for the block."""
    before = _chosen
    choose(url)
    try:
        yield
    finally:
        choose(before)
