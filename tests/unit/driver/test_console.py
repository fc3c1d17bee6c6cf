"""Where the console of a guest listens."""

from __future__ import annotations

from fakevirt.driver.console import ConsoleRDP, ConsoleSpice, ConsoleVNC
from fakevirt.instrument.snapshot import snapshot


def test_connection_info_has_all_that_is_known_with_the_token_and_the_url() -> None:
    assert ConsoleVNC("192.0.2.1", 5900).get_connection_info("token", "http://vnc.example") == {
        "host": "192.0.2.1",
        "port": 5900,
        "internal_access_path": None,
        "token": "token",
        "access_url": "http://vnc.example",
    }


def test_a_spice_console_has_a_port_for_tls() -> None:
    info = ConsoleSpice("192.0.2.1", 5900, 5901).get_connection_info("token", "")
    assert (info["port"], info["tlsPort"]) == (5900, 5901)


def test_a_trace_shows_where_a_console_is() -> None:
    assert snapshot(ConsoleRDP("192.0.2.1", 2179, internal_access_path="vm")) == {
        "host": "192.0.2.1",
        "port": 2179,
        "internal_access_path": "vm",
    }
