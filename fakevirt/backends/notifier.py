"""The notifier: what services tell the world."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from fakevirt.instrument.snapshot import snapshot


@dataclass(frozen=True, slots=True)
class Notification:
    """One message on the notification bus."""

    priority: str
    publisher_id: str | None
    event_type: str
    payload: Any


@dataclass(slots=True, eq=False)
class Notifier:
    """oslo.messaging's notifier, with a bus that keeps every message.

    Args:
        publisher_id: Whose name messages bear that are sent without one: ``service.host``.
        messages: The bus; notifiers may share one.
    """

    publisher_id: str | None = None
    messages: list[Notification] = field(default_factory=list)

    def info(self, context: Any, event_type: str, payload: Any, publisher_id: str | None = None) -> None:
        """Tell of something that happened.

        Args:
            context: The request.
            event_type: What happened, such as ``compute.instance.update``.
            payload: What is told of it.
            publisher_id: Who tells; the notifier's own unless given.
        """
        self._notify("INFO", event_type, payload, publisher_id)

    def warn(self, context: Any, event_type: str, payload: Any, publisher_id: str | None = None) -> None:
        """Tell of something that may be wrong; arguments as for :meth:`info`."""
        self._notify("WARN", event_type, payload, publisher_id)

    def error(self, context: Any, event_type: str, payload: Any, publisher_id: str | None = None) -> None:
        """Tell of something that failed; arguments as for :meth:`info`."""
        self._notify("ERROR", event_type, payload, publisher_id)

    def to_primitive(self) -> list[dict[str, Any]]:
        """Return every message as plain data."""
        return [asdict(message) for message in self.messages]

    def _notify(self, priority: str, event_type: str, payload: Any, publisher_id: str | None) -> None:
        # The payload may be changed after it was sent.
        message = Notification(priority, publisher_id or self.publisher_id, event_type, snapshot(payload))
        self.messages.append(message)
