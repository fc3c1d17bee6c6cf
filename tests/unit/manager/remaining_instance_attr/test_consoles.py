"""Consoles, on both call paths."""

import pytest

from fakevirt.manager.plan import ConversionPlan
from fakevirt.objects.primitive import legacy_dict
from fakevirt.settings import Settings


def test_a_dict_from_an_old_host_becomes_an_object_on_the_object_path(build_with, arguments, form_of):
    cloud = build_with(ConversionPlan.objects(), settings=Settings(vnc_enabled=True))
    server = cloud.refresh(cloud.boot("src"))
    cloud.host("src").manager.get_vnc_console(cloud.context, console_type="novnc", instance=legacy_dict(server))
    assert form_of(arguments(cloud, "driver", "get_vnc_console")["instance"]) == "object"


def test_the_driver_is_asked_for_consoles_with_the_rights_of_an_admin(build, arguments):
    cloud = build(settings=Settings(vnc_enabled=True))
    cloud.get_vnc_console(cloud.boot("src"))
    assert arguments(cloud, "driver", "get_vnc_console")["context"].fields["is_admin"]


@pytest.mark.parametrize(("console_type", "valid"), [("novnc", True), ("spice-html5", False), ("serial", False)])
def test_a_port_is_checked_with_the_console_of_its_type(cloud, src, console_type, valid):
    server = cloud.boot("src")
    port = cloud.host("src").hypervisor.lookup(server.name).consoles["vnc"].port
    assert src.validate_console_port(cloud.context, instance=server, port=port, console_type=console_type) is valid
