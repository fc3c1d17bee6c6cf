"""The test that is running under pytest: what it says to the parts that compare, and what the plugin is to report."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fakevirt.cloud.world import World
    from fakevirt.conversion.comparison import Comparison


@dataclass(slots=True)
class RunningTest:
    """One test, while it runs.

    Args:
        name: What it is called in messages: pytest's node id.
        reproduce: A command that runs just this test.
        nearest_marks: Returns the marks of a name that stand nearest to the test: its own, else its class's, else its
            module's.
        cloud: Arguments that the command line and the ini file give its clouds.
        board_entry: Makes an entry of the board from the name of what was compared and the comparison; None: there is
            no board.
        clouds: The last clouds that it set up: a test may set up hundreds.
        comparisons: How many comparisons it made.
        board: Their entries of the board.
        sections: What its report is to show if it fails, each with a title.
    """

    name: str
    reproduce: str
    nearest_marks: Callable[[str], Sequence[Any]]
    cloud: Mapping[str, Any] = field(default_factory=dict)
    board_entry: Callable[[str, Comparison], dict[str, Any]] | None = None
    clouds: deque[World] = field(default_factory=lambda: deque(maxlen=4))
    comparisons: int = 0
    board: list[dict[str, Any]] = field(default_factory=list)
    sections: list[tuple[str, str]] = field(default_factory=list)

    @property
    def cloud_arguments(self) -> dict[str, Any]:
        """What every cloud of the test is given, unless the test says otherwise."""
        return {**self.cloud, **self.releases}

    @property
    def has_factories(self) -> bool:
        """Whether its clouds have managers or drivers of a project's own, which the command does not know."""
        return not self.cloud.keys().isdisjoint({"manager", "driver"})

    @property
    def releases(self) -> dict[str, Any]:
        """The arguments of a cloud that the nearest marker ``release`` stands for."""
        for mark in self.nearest_marks("release"):
            hosts = dict(mark.kwargs)
            conductor = hosts.pop("conductor", None)
            return {"conductor": conductor, "hosts": hosts}
        return {}

    def compared(self, name: str, comparison: Comparison) -> None:
        """Take note of a comparison that the test made.

        Args:
            name: What was compared: a scenario, or the test.
            comparison: What was found.
        """
        self.comparisons += 1
        if self.board_entry is not None:
            self.board.append(self.board_entry(name, comparison))


_current: ContextVar[RunningTest | None] = ContextVar("fakevirt_running_test", default=None)


def current() -> RunningTest | None:
    """Return the test that is running, None where pytest does not run it with the plugin."""
    return _current.get()


@contextlib.contextmanager
def running(test: RunningTest) -> Iterator[RunningTest]:
    """Run the block as ``test``."""
    token = _current.set(test)
    try:
        yield test
    finally:
        _current.reset(token)
