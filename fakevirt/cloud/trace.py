"""The trace of a cloud, and questions to it that read like sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fakevirt.instrument.trace import Effect, Trace


@dataclass(frozen=True, slots=True)
class Channel:
    """What crossed one boundary.

    Args:
        trace: The whole trace.
        name: The boundary.
    """

    trace: Trace
    name: str

    def __repr__(self) -> str:
        return f"<{len(self.calls())} effects on {self.name}>"

    def calls(self, operation: str | None = None, *, service: str | None = None) -> list[Effect]:
        """Return what was done there, in order.

        Args:
            operation: The method, the event type or the message; anything unless given.
            service: The host of the service that did it; anybody unless given.
        """
        return [
            effect
            for effect in self.trace.on(self.name)
            if operation in (None, effect.operation) and service in (None, effect.service)
        ]


@dataclass(frozen=True, slots=True, repr=False)
class Rows(Channel):
    """What was committed to the database."""

    def changes(self, table: str, column: str | None = None) -> list[Any]:
        """Return what was inserted into or updated in a table, in order.

        Args:
            table: The table.
            column: The column whose values are wanted, of the changes that write it; unless given, each change is the
                dict of its values.
        """
        written = [
            effect.arguments["values"]
            for effect in self.trace.on(self.name)
            if effect.operation.partition(" ")[2] == table and "values" in effect.arguments
        ]
        return written if column is None else [values[column] for values in written if column in values]


class CloudTrace(Trace):
    """All effects of a cloud, by the boundary that they cross.

    Attributes:
        driver, network, volume, image, scheduler, consoleauth, notifier, rpc, conductor, manager: Calls there.
        db: Committed changes of rows.
    """

    def __init__(self) -> None:
        super().__init__()
        self.driver: Channel = Channel(self, "driver")
        self.network: Channel = Channel(self, "network")
        self.volume: Channel = Channel(self, "volume")
        self.image: Channel = Channel(self, "image")
        self.scheduler: Channel = Channel(self, "scheduler")
        self.consoleauth: Channel = Channel(self, "consoleauth")
        self.notifier: Channel = Channel(self, "notifier")
        self.rpc: Channel = Channel(self, "rpc")
        self.conductor: Channel = Channel(self, "conductor")
        self.manager: Channel = Channel(self, "manager")
        self.db: Rows = Rows(self, "db")
