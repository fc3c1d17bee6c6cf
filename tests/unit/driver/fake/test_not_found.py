"""What is asked of a guest that is not there."""

from __future__ import annotations

from typing import Any

import pytest

from fakevirt import exceptions
from fakevirt.driver.fake import FakeVirtDriver
from fakevirt.driver.hypervisor import Hypervisor


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("get_info", {}),
        ("pause", {}),
        ("unpause", {}),
        ("suspend", {}),
        ("power_off", {}),
        ("restore", {}),
        ("set_bootable", {"is_bootable": True}),
        ("get_console_output", {"context": None}),
        ("get_vnc_console", {"context": None}),
        ("get_spice_console", {"context": None}),
        ("get_rdp_console", {"context": None}),
        ("get_serial_console", {"context": None}),
        ("get_diagnostics", {}),
        ("get_instance_diagnostics", {}),
        ("attach_interface", {"image_meta": {}, "vif": {"id": "vif-1"}}),
        ("detach_interface", {"vif": {"id": "vif-1"}}),
        ("rescue", {"context": None, "network_info": [], "image_meta": {}, "rescue_password": None}),
        ("unrescue", {"network_info": []}),
        (
            "swap_volume",
            {"old_connection_info": {}, "new_connection_info": {}, "mountpoint": "/dev/vdb", "resize_to": 0},
        ),
        (
            "migrate_disk_and_power_off",
            {
                "context": None,
                "dest": "dst",
                "flavor": {"root_gb": 1, "ephemeral_gb": 0, "swap": 0},
                "network_info": [],
            },
        ),
        ("resume", {"context": None, "network_info": []}),
        ("resume_state_on_host_boot", {"context": None, "network_info": []}),
        ("power_on", {"context": None, "network_info": []}),
        ("reboot", {"context": None, "network_info": [], "reboot_type": "SOFT"}),
        ("attach_volume", {"context": None, "connection_info": {"serial": "v1"}, "mountpoint": "/dev/vdb"}),
        ("post_live_migration_at_destination", {"context": None, "network_info": []}),
    ],
)
def test_a_guest_that_is_not_there_is_not_found(
    driver: FakeVirtDriver, host: Hypervisor, pristine: Any, instance: Any, method: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(exceptions.InstanceNotFound):
        getattr(driver, method)(instance=instance, **arguments)
    assert host.to_primitive() == pristine
