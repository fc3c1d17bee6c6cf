"""Where the consoles of guests are, and what is written on them."""

from __future__ import annotations

from typing import Any

import pytest

from fakevirt import exceptions
from fakevirt.driver.console import Console, ConsoleRDP, ConsoleSerial, ConsoleSpice, ConsoleVNC
from fakevirt.driver.fake import FakeVirtDriver
from fakevirt.driver.hypervisor import Hypervisor

NAME = "instance-00000001"
UUID = "c3f1b1a4-0000-4000-8000-000000000001"


@pytest.mark.parametrize(
    ("kind", "console"),
    [
        ("vnc", ConsoleVNC("192.0.2.11", 5900)),
        ("spice", ConsoleSpice("192.0.2.11", 5900, 5901)),
        ("serial", ConsoleSerial("192.0.2.11", 10000)),
        ("rdp", ConsoleRDP("192.0.2.11", 2179, internal_access_path=UUID)),
    ],
)
def test_a_guest_has_the_consoles_that_the_hypervisor_offers(
    driver: FakeVirtDriver, host: Hypervisor, spawn: Any, context: Any, instance: Any, kind: str, console: Console
) -> None:
    host.console_types = frozenset({kind})
    spawn()
    assert getattr(driver, f"get_{kind}_console")(context, instance) == console


@pytest.mark.parametrize("kind", ["vnc", "spice", "serial", "rdp"])
def test_a_console_that_the_hypervisor_does_not_offer_is_unavailable(
    driver: FakeVirtDriver, host: Hypervisor, spawn: Any, context: Any, instance: Any, kind: str
) -> None:
    host.console_types = frozenset()
    spawn()
    with pytest.raises(exceptions.ConsoleTypeUnavailable, match=f"Unavailable console type {kind}"):
        getattr(driver, f"get_{kind}_console")(context, instance)


def test_rdp_is_not_offered_unless_it_is_asked_for(
    driver: FakeVirtDriver, spawned: None, context: Any, instance: Any
) -> None:
    with pytest.raises(exceptions.ConsoleTypeUnavailable):
        driver.get_rdp_console(context, instance)


def test_a_guest_that_is_off_has_no_console(driver: FakeVirtDriver, spawned: None, context: Any, instance: Any) -> None:
    driver.power_off(instance)
    with pytest.raises(exceptions.ConsoleTypeUnavailable):
        driver.get_vnc_console(context, instance)


def test_console_output_is_what_the_guest_has_written(
    driver: FakeVirtDriver, spawned: None, context: Any, instance: Any
) -> None:
    assert driver.get_console_output(context, instance) == f"Booting from disk\n{NAME} login: "


def test_console_output_ends_where_the_log_ends(
    driver: FakeVirtDriver, host: Hypervisor, spawned: None, context: Any, instance: Any
) -> None:
    host.lookup(NAME).console_log = "first" + "." * 100 * 1024 + "last"
    output = driver.get_console_output(context, instance)
    assert len(output) == 100 * 1024
    assert output.endswith("last")
