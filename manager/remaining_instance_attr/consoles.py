"""Consoles: where they are, with a token for whoever asked, and what a guest wrote to its own.

What changed: the state and the uuid of an instance that is not ready are read as attributes. ``get_console_output`` got
a dict, which it made an object of by itself (compute RPC 3.28 brought the object).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from oslo_utils import uuidutils

from fakevirt import exceptions, states
from fakevirt.context import RequestContext
from fakevirt.manager.compat import hydrate, object_compat
from fakevirt.manager.decorators import wrap_exception, wrap_instance_fault
from fakevirt.manager.paths import BothPaths
from fakevirt.objects.instance import Instance

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.settings import Settings


def _get_console(method: str, enabled: Callable[[Settings], bool], base_urls: Callable[[Settings], Any]) -> BothPaths:
    """Return the two functions that tell where one kind of console is.

    Args:
        method: The name of the method, the manager's and the driver's.
        enabled: Reads whether guests have such consoles.
        base_urls: Reads where each type of it is reached; one text for a kind whose type does not matter.
    """

    @wrap_exception(method)
    @wrap_instance_fault
    def legacy(manager: ComputeManager, context: RequestContext, console_type: str, instance: Any) -> dict[str, Any]:
        try:
            return connect_info(manager, context, console_type, instance)
        except exceptions.InstanceNotFound:
            if instance["vm_state"] != states.BUILDING:
                raise
            raise exceptions.InstanceNotReady(instance_id=instance["uuid"]) from None

    @object_compat
    @wrap_exception(method)
    @wrap_instance_fault
    def objects(
        manager: ComputeManager, context: RequestContext, console_type: str, instance: Instance
    ) -> dict[str, Any]:
        try:
            return connect_info(manager, context, console_type, instance)
        except exceptions.InstanceNotFound:
            if instance.vm_state != states.BUILDING:
                raise
            raise exceptions.InstanceNotReady(instance_id=instance.uuid) from None

    def connect_info(
        manager: ComputeManager, context: RequestContext, console_type: str, instance: Any
    ) -> dict[str, Any]:
        token = uuidutils.generate_uuid()
        if not enabled(manager.settings):
            raise exceptions.ConsoleTypeUnavailable(console_type=console_type)
        base_url = base_urls(manager.settings)
        if isinstance(base_url, Mapping):
            if console_type not in base_url:
                raise exceptions.ConsoleTypeInvalid(console_type=console_type)
            base_url = base_url[console_type]
        console = getattr(manager.driver, method)(context.elevated(), instance)
        info: dict[str, Any] = console.get_connection_info(token, f"{base_url}?token={token}")
        return info

    return BothPaths(legacy=legacy, objects=objects)


get_vnc_console: BothPaths = _get_console(
    "get_vnc_console",
    lambda settings: settings.vnc_enabled,
    lambda settings: {"novnc": settings.novncproxy_base_url, "xvpvnc": settings.xvpvncproxy_base_url},
)
get_spice_console: BothPaths = _get_console(
    "get_spice_console",
    lambda settings: settings.spice_enabled,
    lambda settings: {"spice-html5": settings.spice_html5proxy_base_url},
)
get_rdp_console: BothPaths = _get_console(
    "get_rdp_console",
    lambda settings: settings.rdp_enabled,
    lambda settings: {"rdp-html5": settings.rdp_html5_proxy_base_url},
)
get_serial_console: BothPaths = _get_console(
    "get_serial_console",
    lambda settings: settings.serial_console_enabled,
    lambda settings: settings.serial_console_base_url,
)

_CONSOLE_OF_TYPE = {
    "spice-html5": "get_spice_console",
    "rdp-html5": "get_rdp_console",
    "serial": "get_serial_console",
}


@object_compat
@wrap_exception("validate_console_port")
@wrap_instance_fault
def _validate_console_port(
    manager: ComputeManager, context: RequestContext, instance: Instance, port: int, console_type: str
) -> bool:
    console = getattr(manager.driver, _CONSOLE_OF_TYPE.get(console_type, "get_vnc_console"))(context, instance)
    return bool(console.port == port)


# An object since Icehouse, of which nothing is read.
validate_console_port: BothPaths = BothPaths(legacy=_validate_console_port, objects=_validate_console_port)


@wrap_exception("get_console_output")
@wrap_instance_fault
def _get_console_output_legacy(
    manager: ComputeManager, context: RequestContext, instance: Any, tail_length: int | str | None
) -> str:
    return _output(manager, context, hydrate(context, instance, expected_attrs=()), tail_length)


@object_compat
@wrap_exception("get_console_output")
@wrap_instance_fault
def _get_console_output_objects(
    manager: ComputeManager, context: RequestContext, instance: Instance, tail_length: int | str | None
) -> str:
    return _output(manager, context, instance, tail_length)


get_console_output: BothPaths = BothPaths(legacy=_get_console_output_legacy, objects=_get_console_output_objects)


def _output(manager: ComputeManager, context: RequestContext, instance: Instance, tail_length: int | str | None) -> str:
    output = manager.driver.get_console_output(context.elevated(), instance)
    if tail_length is not None:
        output = _tail(output, tail_length)
    return output.encode("ascii", "replace").decode("ascii")


def _tail(output: str, length: int | str) -> str:
    try:
        lines = int(length)
    except ValueError:
        return ""
    return "\n".join(output.split("\n")[-lines:]) if lines else ""
