"""The notifier."""

from __future__ import annotations

from typing import Any

import pytest

from fakevirt.backends.notifier import Notifier


@pytest.mark.parametrize("method", ["info", "warn", "error"])
def test_a_message_bears_its_priority(method: str) -> None:
    notifier = Notifier("compute.src")
    getattr(notifier, method)(None, "compute.instance.update", {"state": "active"})
    assert notifier.to_primitive() == [
        {
            "priority": method.upper(),
            "publisher_id": "compute.src",
            "event_type": "compute.instance.update",
            "payload": {"state": "active"},
        }
    ]


def test_a_message_can_have_a_publisher_of_its_own() -> None:
    notifier = Notifier("compute.src")
    notifier.info(None, "compute.instance.update", {}, publisher_id="conductor.ctl")
    assert notifier.messages[0].publisher_id == "conductor.ctl"


def test_notifiers_can_share_a_bus() -> None:
    bus: list[Any] = []
    Notifier("compute.src", bus).info(None, "first", {})
    Notifier("compute.dst", bus).info(None, "second", {})
    assert [(message.publisher_id, message.event_type) for message in bus] == [
        ("compute.src", "first"),
        ("compute.dst", "second"),
    ]


def test_a_message_is_what_it_was_when_it_was_sent() -> None:
    notifier, payload = Notifier(), {"fixed_ips": ["10.0.0.2"]}
    notifier.info(None, "compute.instance.update", payload)
    payload["fixed_ips"].append("10.0.0.3")
    assert notifier.messages[0].payload == {"fixed_ips": ["10.0.0.2"]}
