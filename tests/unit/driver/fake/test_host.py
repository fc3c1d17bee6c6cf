"""What the host has, and which guests are on it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from fakevirt.driver.fake import FakeVirtDriver
from fakevirt.driver.hypervisor import Hypervisor

NAME = "instance-00000001"


def test_guests_are_listed(driver: FakeVirtDriver, instance: Any, spawn: Callable[..., None], fields: Any) -> None:
    assert not driver.instance_exists(instance)
    assert driver.get_num_instances() == 0
    spawn()
    assert driver.instance_exists(instance)
    assert driver.list_instances() == [NAME]
    assert driver.list_instance_uuids() == [fields["uuid"]]
    assert driver.get_num_instances() == 1


def test_info_tells_memory_and_processors(driver: FakeVirtDriver, spawned: None, instance: Any) -> None:
    info = driver.get_info(instance)
    assert (info["max_mem"], info["mem"], info["num_cpu"]) == (512 * 1024, 512 * 1024, 1)


def test_resources_are_what_the_host_really_has_and_uses(driver: FakeVirtDriver, spawned: None, instance: Any) -> None:
    resource = driver.get_available_resource("src")
    assert resource["hypervisor_hostname"] == "src"
    assert (resource["vcpus"], resource["vcpus_used"]) == (16, 1)
    assert (resource["memory_mb"], resource["memory_mb_used"]) == (32768, 512)
    assert (resource["local_gb"], resource["local_gb_used"]) == (1000, 1)
    assert resource["disk_available_least"] == 998
    assert json.loads(resource["cpu_info"])["arch"] == "x86_64"
    driver.power_off(instance)
    assert driver.get_available_resource("src")["memory_mb_used"] == 0


def test_nodes_are_the_hypervisors(driver: FakeVirtDriver, host: Hypervisor) -> None:
    host.nodes = ["a", "b"]
    assert driver.get_available_nodes() == ["a", "b"]
    assert driver.node_is_available("b")
    assert not driver.node_is_available("src")
    assert driver.get_available_resource("b")["hypervisor_hostname"] == "b"
    assert driver.get_available_resource("src") == {}


def test_a_host_needs_no_initialising(driver: FakeVirtDriver, host: Hypervisor, pristine: Any) -> None:
    driver.init_host("src")
    assert host.to_primitive() == pristine
    assert not driver.need_legacy_block_device_info


def test_the_processors_tell_how_they_spent_their_time(driver: FakeVirtDriver, host: Hypervisor) -> None:
    host.cpu_stats["user"] = 5
    stats = driver.get_host_cpu_stats()
    assert stats["user"] == 5
    assert set(stats) == {"kernel", "idle", "user", "iowait", "frequency"}
