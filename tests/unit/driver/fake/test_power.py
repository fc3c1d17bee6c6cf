"""How a guest is stopped and run again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fakevirt import exceptions, states
from fakevirt.driver.fake import FakeVirtDriver
from fakevirt.driver.hypervisor import Hypervisor

NAME = "instance-00000001"
BDI = Callable[..., dict[str, Any]]


def state_of(driver: FakeVirtDriver, instance: Any) -> int:
    state: int = driver.get_info(instance)["state"]
    return state


def test_power_goes_off_and_on(
    driver: FakeVirtDriver, spawned: None, context: Any, instance: Any, network_info: Any
) -> None:
    driver.power_off(instance)
    assert state_of(driver, instance) == states.SHUTDOWN
    driver.power_off(instance)
    assert driver.get_info(instance)["id"] == -1
    driver.power_on(context, instance, network_info)
    assert state_of(driver, instance) == states.RUNNING


def test_a_paused_guest_goes_on(driver: FakeVirtDriver, spawned: None, instance: Any) -> None:
    driver.pause(instance)
    assert state_of(driver, instance) == states.POWER_PAUSED
    driver.unpause(instance)
    assert state_of(driver, instance) == states.RUNNING


def test_a_suspended_guest_resumes(
    driver: FakeVirtDriver, host: Hypervisor, spawned: None, context: Any, instance: Any, network_info: Any
) -> None:
    driver.suspend(instance)
    assert state_of(driver, instance) == states.SHUTDOWN
    assert host.lookup(NAME).saved
    driver.resume(context, instance, network_info)
    assert state_of(driver, instance) == states.RUNNING
    assert not host.lookup(NAME).saved


@pytest.mark.parametrize("method", ["pause", "unpause", "suspend"])
def test_a_guest_that_is_off_cannot_be_halted(
    driver: FakeVirtDriver, spawned: None, instance: Any, method: str
) -> None:
    driver.power_off(instance)
    with pytest.raises(exceptions.InstanceInvalidState, match=f"in power_state 4. Cannot {method}"):
        getattr(driver, method)(instance)


def test_only_a_suspended_guest_resumes(
    driver: FakeVirtDriver, spawned: None, context: Any, instance: Any, network_info: Any
) -> None:
    driver.power_off(instance)
    with pytest.raises(exceptions.InstanceInvalidState, match="Cannot resume"):
        driver.resume(context, instance, network_info)


def test_a_soft_reboot_touches_only_the_guest(
    driver: FakeVirtDriver, host: Hypervisor, spawned: None, context: Any, instance: Any, network_info: Any
) -> None:
    before = driver.get_info(instance)["id"]
    host.plugged_vifs.clear()
    driver.reboot(context, instance, network_info, "SOFT")
    assert driver.get_info(instance)["id"] > before
    assert host.plugged_vifs == {}


@pytest.mark.parametrize(("reboot_type", "off"), [("HARD", False), ("HARD", True), ("SOFT", True)])
def test_any_other_reboot_sets_networks_and_volumes_up(
    driver: FakeVirtDriver,
    host: Hypervisor,
    spawned: None,
    context: Any,
    instance: Any,
    network_info: Any,
    bdi: BDI,
    reboot_type: str,
    off: bool,
) -> None:
    if off:
        driver.power_off(instance)
    before = host.lookup(NAME).id
    for state in (host.plugged_vifs, host.connected_volumes, host.filters):
        state.clear()
    driver.reboot(context, instance, network_info, reboot_type, bdi("v1"))
    assert host.lookup(NAME).id > before
    assert state_of(driver, instance) == states.RUNNING
    assert list(host.plugged_vifs) == ["vif-1"]
    assert list(host.connected_volumes) == ["v1"]
    assert list(host.filters) == [host.lookup(NAME).uuid]


def test_a_guest_comes_up_after_its_host_has_booted(
    driver: FakeVirtDriver, host: Hypervisor, spawned: None, context: Any, instance: Any, network_info: Any
) -> None:
    running = host.lookup(NAME).id
    driver.resume_state_on_host_boot(context, instance, network_info)
    assert host.lookup(NAME).id == running
    driver.power_off(instance)
    driver.resume_state_on_host_boot(context, instance, network_info)
    assert state_of(driver, instance) == states.RUNNING


def test_a_reboot_of_a_suspended_guest_forgets_its_memory(
    driver: FakeVirtDriver, host: Hypervisor, spawned: None, context: Any, instance: Any, network_info: Any
) -> None:
    host.lookup(NAME).console_log += "root"
    driver.suspend(instance)
    driver.reboot(context, instance, network_info, "HARD")
    assert host.lookup(NAME).console_log.endswith("login: ")


def test_a_guest_that_is_not_bootable_cannot_be_powered_on(
    driver: FakeVirtDriver, spawned: None, context: Any, instance: Any, network_info: Any
) -> None:
    driver.set_bootable(instance, False)
    driver.power_off(instance)
    with pytest.raises(exceptions.InstancePowerOnFailure):
        driver.power_on(context, instance, network_info)
    driver.set_bootable(instance, True)
    driver.power_on(context, instance, network_info)
    assert state_of(driver, instance) == states.RUNNING


def test_a_soft_deleted_guest_stays_off_until_it_is_restored(
    driver: FakeVirtDriver, spawned: None, context: Any, instance: Any, network_info: Any
) -> None:
    driver.soft_delete(instance)
    assert state_of(driver, instance) == states.SHUTDOWN
    with pytest.raises(exceptions.InstancePowerOnFailure):
        driver.power_on(context, instance, network_info)
    driver.restore(instance)
    assert state_of(driver, instance) == states.RUNNING


def test_guests_that_hang_in_a_reboot_boot(
    driver: FakeVirtDriver, host: Hypervisor, spawned: None, instance: Any
) -> None:
    before = host.lookup(NAME).id
    driver.poll_rebooting_instances(60, [instance])
    assert host.lookup(NAME).id > before
    assert state_of(driver, instance) == states.RUNNING
    assert host.filters[host.lookup(NAME).uuid].vifs == ["vif-1"]


def test_what_is_not_here_is_passed_over(
    driver: FakeVirtDriver, host: Hypervisor, pristine: Any, instance: Any
) -> None:
    driver.soft_delete(instance)
    driver.poll_rebooting_instances(60, [instance])
    assert host.to_primitive() == pristine


def test_volumes_that_have_failed_are_told_of_and_left_out(
    driver: FakeVirtDriver,
    host: Hypervisor,
    spawned: None,
    context: Any,
    instance: Any,
    network_info: Any,
    bdi: BDI,
) -> None:
    host.failed_volumes.add("v1")
    host.connected_volumes.clear()
    told: list[list[str]] = []
    volumes = bdi("v1", "v2")
    failed = volumes["block_device_mapping"][0]["mount_device"]
    driver.reboot(context, instance, network_info, "HARD", volumes, told.append)
    assert told == [[failed]]
    assert list(host.connected_volumes) == ["v2"]


def test_volumes_are_not_looked_at_while_the_guest_runs_on(
    driver: FakeVirtDriver, host: Hypervisor, spawned: None, context: Any, instance: Any, network_info: Any, bdi: BDI
) -> None:
    host.failed_volumes.add("v1")
    told: list[list[str]] = []
    driver.reboot(context, instance, network_info, "SOFT", bdi("v1"), told.append)
    assert told == []
