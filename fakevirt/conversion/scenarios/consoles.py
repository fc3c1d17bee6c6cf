"""Consoles and diagnostics of a server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fakevirt import states
from fakevirt.cloud import Cloud
from fakevirt.conversion.scenarios.registry import scenario
from fakevirt.driver.console import ConsoleVNC
from fakevirt.driver.domain import Domain
from fakevirt.objects.instance import Instance
from fakevirt.settings import Settings

_ATTR = frozenset({"remaining_instance_attr"})
#: What fails leaves a fault.
_FAULT = _ATTR | {"compute_utils"}
_ALL = Settings(vnc_enabled=True, spice_enabled=True, rdp_enabled=True, serial_console_enabled=True)


@scenario(enters=_ATTR, settings=_ALL)
def vnc_console_opened(cloud: Cloud) -> tuple[str, bool]:
    """A browser is given a VNC console, and its proxy asks whether the console is still there."""
    url = cloud.get_vnc_console(cloud.boot("src"))
    return url, cloud.check_console(url)


@scenario(enters=_ATTR, settings=_ALL)
def java_vnc_console_opened(cloud: Cloud) -> str:
    """The Java client is given a VNC console."""
    return cloud.get_vnc_console(cloud.boot("src"), "xvpvnc")


@scenario(enters=_ATTR, settings=_ALL)
def spice_console_opened(cloud: Cloud) -> tuple[str, bool]:
    """A browser is given a SPICE console, and its proxy asks whether the console is still there."""
    url = cloud.get_spice_console(cloud.boot("src"))
    return url, cloud.check_console(url)


@scenario(enters=_ATTR, settings=_ALL)
def rdp_console_opened(cloud: Cloud) -> tuple[str, bool]:
    """A browser is given an RDP console, and its proxy asks whether the console is still there."""
    cloud.host("src").hypervisor.console_types = frozenset({"rdp"})
    url = cloud.get_rdp_console(cloud.boot("src"))
    return url, cloud.check_console(url)


@scenario(enters=_ATTR, settings=_ALL)
def serial_console_opened(cloud: Cloud) -> tuple[str, bool]:
    """A client is given a serial console, and its proxy asks whether the console is still there."""
    url = cloud.get_serial_console(cloud.boot("src"))
    return url, cloud.check_console(url)


@scenario(enters=_ATTR, settings=_ALL)
def console_has_moved(cloud: Cloud) -> bool:
    """The guest was restarted and its console has another port: the token leads nowhere."""
    server = cloud.boot("src")
    url = cloud.get_vnc_console(server)
    _domain(cloud, server).consoles["vnc"] = ConsoleVNC("192.0.2.1", 5999)
    return cloud.check_console(url)


@scenario(enters=_ATTR, settings=_ALL)
def console_token_expired(cloud: Cloud) -> bool:
    """The token was given out long ago: the host is not even asked."""
    url = cloud.get_vnc_console(cloud.boot("src"))
    cloud.clock.advance(3600)
    return cloud.check_console(url)


def _refused(kind: str, why: str, open_console: Callable[[Cloud, Instance], object], settings: Settings) -> None:
    """Register a scenario in which a console is refused."""

    def request(cloud: Cloud) -> object:
        return open_console(cloud, cloud.boot("src"))

    request.__name__, request.__doc__ = (
        f"{kind}_console_{why}",
        {
            "off": f"Guests have no {kind.upper()} consoles: none is given.",
            "of_an_unknown_type": f"There is no such type of {kind.upper()} console: none is given.",
        }[why],
    )
    scenario(enters=_FAULT, settings=settings)(request)


_refused("vnc", "off", Cloud.get_vnc_console, Settings())
_refused("spice", "off", Cloud.get_spice_console, Settings())
_refused("rdp", "off", Cloud.get_rdp_console, Settings())
_refused("serial", "off", Cloud.get_serial_console, Settings())
_refused("vnc", "of_an_unknown_type", lambda cloud, server: cloud.get_vnc_console(server, "vt100"), _ALL)
_refused("spice", "of_an_unknown_type", lambda cloud, server: cloud.get_spice_console(server, "vt100"), _ALL)
_refused("rdp", "of_an_unknown_type", lambda cloud, server: cloud.get_rdp_console(server, "vt100"), _ALL)


@scenario(enters=_FAULT, settings=_ALL)
def rdp_console_of_another_hypervisor(cloud: Cloud) -> str:
    """RDP consoles are on, and the hypervisor gives its guests none."""
    return cloud.get_rdp_console(cloud.boot("src"))


def _without_guest(cloud: Cloud, vm_state: str) -> Instance:
    server = cloud.boot("src")
    cloud.update_server(server, vm_state=vm_state)
    del cloud.host("src").hypervisor.domains[server.name]
    return server


@scenario(enters=_FAULT, settings=_ALL)
def console_of_an_instance_that_is_being_built(cloud: Cloud) -> str:
    """The guest is not there yet: its instance is not ready, and has a fault that says so."""
    return cloud.get_vnc_console(_without_guest(cloud, states.BUILDING))


@scenario(enters=_ATTR, settings=_ALL)
def console_of_an_unknown_guest(cloud: Cloud) -> str:
    """The hypervisor does not know the guest: it is not found, and there is no fault."""
    return cloud.get_vnc_console(_without_guest(cloud, states.ACTIVE))


def _written(cloud: Cloud) -> Instance:
    server = cloud.boot("src")
    _domain(cloud, server).console_log = "Linux\nlogin: jürgen\nLast login: today"
    return server


@scenario(enters=_ATTR, in_upgrades=True)
def console_output_read(cloud: Cloud) -> str:
    """All that the guest wrote is read; what is not ASCII becomes a question mark."""
    return cloud.get_console_output(_written(cloud))


@scenario(enters=_ATTR)
def end_of_console_output_read(cloud: Cloud) -> list[str]:
    """The last two lines are read, no line at all, and what is no number of lines counts as none."""
    server = _written(cloud)
    return [cloud.get_console_output(server, tail_length) for tail_length in (2, 0, "many")]


@scenario(enters=_FAULT)
def console_output_of_a_driver_without_it(cloud: Cloud) -> str:
    """The driver cannot read what guests write."""
    server = cloud.boot("src")
    cloud.faults.fail("driver", "get_console_output", with_=NotImplementedError)
    return cloud.get_console_output(server)


@scenario(enters=_ATTR, version_cap="icehouse")
def console_output_with_an_old_node(cloud: Cloud) -> str:
    """A host is of an older release: it is sent a dict."""
    return cloud.get_console_output(_written(cloud), 1)


@scenario(enters=_ATTR)
def diagnostics_read(cloud: Cloud) -> list[dict[str, Any]]:
    """A guest's counters are read, in the hypervisor's terms and in Nova's."""
    server = cloud.boot("src", volumes=1)
    return [cloud.get_diagnostics(server), cloud.get_instance_diagnostics(server)]


@scenario(enters=_FAULT)
def diagnostics_of_a_guest_that_is_off(cloud: Cloud) -> dict[str, Any]:
    """The guest is off: there is nothing to read."""
    server = cloud.boot("src")
    _domain(cloud, server).power_state = states.SHUTDOWN
    return cloud.get_diagnostics(server)


@scenario(enters=_FAULT)
def instance_diagnostics_of_an_unknown_guest(cloud: Cloud) -> dict[str, Any]:
    """The hypervisor does not know the guest: there is nothing to read in Nova's terms either."""
    return cloud.get_instance_diagnostics(_without_guest(cloud, states.ACTIVE))


def _domain(cloud: Cloud, server: Instance) -> Domain:
    return cloud.host("src").hypervisor.lookup(server.name)
