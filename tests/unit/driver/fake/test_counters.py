"""What guests have counted."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from fakevirt.driver.fake import FakeVirtDriver
from fakevirt.driver.hypervisor import Hypervisor
from fakevirt.instrument.determinism import EPOCH, Clock, frozen

NAME = "instance-00000001"


def test_block_stats_are_the_counters_of_a_disk(driver: FakeVirtDriver, host: Hypervisor, spawned: None) -> None:
    assert driver.block_stats(NAME, "vdb") == [0, 0, 0, 0, 0]
    host.lookup(NAME).block_io["vdb"] = [1, 512, 2, 1024, 0]
    assert driver.block_stats(NAME, "vdb") == [1, 512, 2, 1024, 0]


@pytest.mark.parametrize(("name", "disk"), [(NAME, "vdz"), ("instance-00000002", "vdb")])
def test_block_stats_of_what_is_gone_are_none(driver: FakeVirtDriver, spawned: None, name: str, disk: str) -> None:
    assert driver.block_stats(name, disk) is None


@pytest.fixture
def busy(host: Hypervisor, spawned: None) -> None:
    domain = host.lookup(NAME)
    domain.cpu_times = [7]
    domain.block_io["vdb"] = [1, 512, 2, 1024, 3]
    domain.vif_io["vif-1"] = [10, 11, 12, 13, 20, 21, 22, 23]


def test_info_tells_how_long_the_processors_have_run(driver: FakeVirtDriver, busy: None, instance: Any) -> None:
    assert driver.get_info(instance)["cpu_time"] == 7


def test_diagnostics_are_the_counters_by_libvirts_names(driver: FakeVirtDriver, busy: None, instance: Any) -> None:
    assert driver.get_diagnostics(instance) == {
        "cpu0_time": 7,
        **{f"vda_{name}": 0 for name in ("read_req", "read", "write_req", "write", "errors")},
        "vdb_read_req": 1,
        "vdb_read": 512,
        "vdb_write_req": 2,
        "vdb_write": 1024,
        "vdb_errors": 3,
        "tapvif-1_rx": 10,
        "tapvif-1_rx_packets": 11,
        "tapvif-1_rx_errors": 12,
        "tapvif-1_rx_drop": 13,
        "tapvif-1_tx": 20,
        "tapvif-1_tx_packets": 21,
        "tapvif-1_tx_errors": 22,
        "tapvif-1_tx_drop": 23,
        "memory": 512 * 1024,
    }


@pytest.fixture
def clock() -> Iterator[Clock]:
    with frozen() as clock:
        yield clock


LAUNCHED = EPOCH - datetime.timedelta(minutes=5)


@pytest.mark.parametrize(
    "launched_at",
    [LAUNCHED, LAUNCHED.replace(tzinfo=datetime.UTC), LAUNCHED.strftime("%Y-%m-%dT%H:%M:%S.%f")],
)
def test_instance_diagnostics_have_novas_form(
    driver: FakeVirtDriver, busy: None, fields: Any, clock: Clock, launched_at: Any
) -> None:
    fields |= {"launched_at": launched_at, "config_drive": "True"}
    assert driver.get_instance_diagnostics(fields).serialize() == {
        "state": "running",
        "driver": "libvirt",
        "hypervisor_os": "linux",
        "uptime": 300,
        "config_drive": True,
        "cpu_details": [{"time": 7}],
        "nic_details": [
            {
                "mac_address": "fa:16:3e:00:00:01",
                "rx_octets": 10,
                "rx_packets": 11,
                "rx_errors": 12,
                "rx_drop": 13,
                "tx_octets": 20,
                "tx_packets": 21,
                "tx_errors": 22,
                "tx_drop": 23,
            }
        ],
        "disk_details": [
            {
                "id": "vda",
                "read_requests": 0,
                "read_bytes": 0,
                "write_requests": 0,
                "write_bytes": 0,
                "errors_count": 0,
            },
            {
                "id": "vdb",
                "read_requests": 1,
                "read_bytes": 512,
                "write_requests": 2,
                "write_bytes": 1024,
                "errors_count": 3,
            },
        ],
        "memory_details": {"maximum": 512, "used": 512},
        "version": "1.0",
    }


def test_a_guest_that_was_not_launched_has_no_uptime(driver: FakeVirtDriver, spawned: None, instance: Any) -> None:
    assert driver.get_instance_diagnostics(instance).uptime == 0


def test_the_address_of_an_unplugged_vif_is_unknown(
    driver: FakeVirtDriver, host: Hypervisor, spawned: None, instance: Any
) -> None:
    host.plugged_vifs.clear()
    (nic,) = driver.get_instance_diagnostics(instance).nic_details
    assert nic.mac_address == "00:00:00:00:00:00"


def test_bandwidth_is_told_for_each_vif_of_active_guests(driver: FakeVirtDriver, busy: None, instance: Any) -> None:
    elsewhere = SimpleNamespace(name="instance-00000002")
    (counters,) = driver.get_all_bw_counters([elsewhere, instance])
    assert (counters["mac_address"], counters["bw_in"], counters["bw_out"]) == ("fa:16:3e:00:00:01", 10, 20)
    driver.power_off(instance)
    assert driver.get_all_bw_counters([instance]) == []


@pytest.mark.parametrize("form", [dict, SimpleNamespace])
def test_volume_usage_is_told_for_each_volume_that_is_here(
    driver: FakeVirtDriver, busy: None, context: Any, instance: Any, form: Any
) -> None:
    bdms = [form(volume_id="v1", device_name="/dev/vdb"), form(volume_id="v2", device_name="/dev/vdz")]
    assert driver.get_all_volume_usage(context, [{"instance": instance, "instance_bdms": bdms}]) == [
        {
            "volume": "v1",
            "instance": instance,
            "rd_req": 1,
            "rd_bytes": 512,
            "wr_req": 2,
            "wr_bytes": 1024,
            "flush_operations": 3,
        }
    ]
