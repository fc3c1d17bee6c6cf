"""The in-memory hypervisor by itself."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from fakevirt import exceptions, states
from fakevirt.driver.domain import Domain
from fakevirt.driver.hypervisor import CPU, Hypervisor
from fakevirt.driver.storage import Disk
from fakevirt.usage_error import UsageError


def guest(name: str = "one", **values: Any) -> Domain:
    return Domain(name, f"uuid-of-{name}", **{"memory_mb": 512, "vcpus": 1, **values})


@pytest.fixture
def host() -> Hypervisor:
    return Hypervisor("src")


def run(host: Hypervisor, domain: Domain) -> Domain:
    host.define(domain)
    host.start(domain)
    return domain


def test_a_guest_that_is_not_there_is_not_found(host: Hypervisor) -> None:
    with pytest.raises(exceptions.InstanceNotFound, match="Instance one could not be found"):
        host.lookup("one")


@pytest.mark.parametrize(("uuid", "active"), [("another", False), ("uuid-of-one", True)])
def test_a_name_belongs_to_one_guest(host: Hypervisor, uuid: str, active: bool) -> None:
    known = guest()
    host.define(known)
    if active:
        host.start(known)
    with pytest.raises(exceptions.InstanceExists, match="Instance one already exists"):
        host.define(Domain("one", uuid, memory_mb=512, vcpus=1))
    assert host.lookup("one") is known


def test_a_guest_that_is_off_can_be_defined_anew(host: Hypervisor) -> None:
    host.define(guest())
    host.define(guest(vcpus=2))
    assert host.lookup("one").vcpus == 2


def test_a_guest_has_a_new_number_each_time_it_starts(host: Hypervisor) -> None:
    domain = run(host, guest())
    first = domain.id
    host.stop(domain)
    assert domain.id == -1
    host.start(domain)
    assert domain.id > first > 0


def test_only_active_guests_take_up_memory(host: Hypervisor) -> None:
    domain = run(host, guest())
    assert host.memory_mb_used == 512
    host.stop(domain)
    assert host.memory_mb_used == 0


def test_a_guest_that_does_not_fit_into_memory_does_not_start() -> None:
    host = Hypervisor("src", memory_mb=1000)
    run(host, guest("one"))
    host.define(guest("two"))
    with pytest.raises(exceptions.InsufficientFreeMemory, match="uuid-of-two"):
        host.start(host.lookup("two"))
    assert host.lookup("two").power_state == states.SHUTDOWN


def test_a_guest_that_is_not_bootable_does_not_start(host: Hypervisor) -> None:
    host.define(guest(bootable=False))
    with pytest.raises(exceptions.InstancePowerOnFailure, match="domain one may not be started"):
        host.start(host.lookup("one"))
    assert not host.lookup("one").active


def test_each_guest_has_consoles_on_ports_of_its_own(host: Hypervisor) -> None:
    first, second = run(host, guest("one")), run(host, guest("two"))
    ports = {
        domain.name: (domain.consoles["vnc"].port, domain.consoles["spice"].port, domain.consoles["serial"].port)
        for domain in (first, second)
    }
    assert ports == {"one": (5902, 5900, 10000), "two": (5905, 5903, 10001)}
    assert {console.host for console in first.consoles.values()} == {host.my_ip}


def test_the_ports_of_a_guest_that_stops_are_free_again(host: Hypervisor) -> None:
    host.stop(run(host, guest("one")))
    assert host.lookup("one").consoles == {}
    assert run(host, guest("two")).consoles["spice"].port == 5900


def test_all_rdp_consoles_are_on_one_port_by_different_paths(host: Hypervisor) -> None:
    host.console_types = frozenset({"rdp"})
    consoles = [run(host, guest(name)).consoles["rdp"] for name in ("one", "two")]
    assert {console.port for console in consoles} == {2179}
    assert [console.internal_access_path for console in consoles] == ["uuid-of-one", "uuid-of-two"]


def test_a_kind_of_console_that_there_is_not_is_refused(host: Hypervisor) -> None:
    host.console_types = frozenset({"vcn"})
    with pytest.raises(UsageError, match="'vcn' is none"):
        run(host, guest())


def test_a_guest_that_boots_writes_a_new_log_and_counts_from_zero(host: Hypervisor) -> None:
    domain = run(host, guest(vcpus=2))
    domain.console_log += "root"
    domain.cpu_times, domain.block_io, domain.vif_io = [1, 2], {"vda": [1] * 5}, {"vif-1": [1] * 8}
    host.restart(domain)
    assert domain.console_log == "Booting from volume\none login: "
    assert (domain.cpu_times, domain.block_io, domain.vif_io) == ([0, 0], {}, {})


def test_a_guest_that_goes_on_from_its_memory_does_not_boot(host: Hypervisor) -> None:
    domain = run(host, guest())
    domain.console_log += "root"
    host.stop(domain)
    domain.saved = True
    host.start(domain)
    assert domain.console_log.endswith("login: root")
    assert not domain.saved


def test_a_guest_without_its_disk_does_not_start(host: Hypervisor) -> None:
    host.define(guest(disks=["disk"]))
    with pytest.raises(exceptions.DiskNotFound, match="/var/lib/nova/instances/uuid-of-one/disk"):
        host.start(host.lookup("one"))


def test_a_guest_that_is_not_persistent_is_gone_when_it_stops(host: Hypervisor) -> None:
    host.stop(run(host, guest(persistent=False)))
    assert host.domains == {}


def test_an_active_guest_outlives_its_definition(host: Hypervisor) -> None:
    domain = run(host, guest())
    host.undefine(domain)
    assert host.lookup("one") is domain
    host.stop(domain)
    assert host.domains == {}


def test_the_definition_of_a_guest_that_is_off_goes_at_once(host: Hypervisor) -> None:
    host.define(guest())
    host.undefine(host.lookup("one"))
    assert host.domains == {}


@pytest.mark.parametrize(
    ("theirs", "complaint"),
    [
        (CPU(features=frozenset({"aes", "amx"})), "the destination lacks amx"),
        (CPU(vendor="AMD"), "vendor is Intel here and AMD there"),
        (CPU(arch="aarch64"), "arch is x86_64 here and aarch64 there"),
    ],
)
def test_a_processor_tells_why_guests_of_another_cannot_run_on_it(theirs: CPU, complaint: str) -> None:
    with pytest.raises(exceptions.InvalidCPUInfo, match=complaint):
        CPU().check_can_run_guests_of(theirs.to_json())


@pytest.mark.parametrize("cpu_info", [None, "", "{}", CPU(features=frozenset({"aes"})).to_json()])
def test_a_processor_runs_guests_of_lesser_ones_and_of_unknown_ones(cpu_info: str | None) -> None:
    CPU().check_can_run_guests_of(cpu_info)


def test_what_disks_may_grow_by_leaves_out_disks_that_are_elsewhere(host: Hypervisor) -> None:
    host.define(guest(disks=["disk"]))
    assert host.disk_over_committed == 0
    host.instances_path.directories["uuid-of-one"] = {"disk": Disk(virt_disk_size=10, disk_size=4)}
    assert host.disk_over_committed == 6


def test_the_state_is_plain_data(host: Hypervisor) -> None:
    run(host, guest())
    host.connect_volume({"serial": "v1", "data": {}})
    host.instances_path.test_files |= {"b", "a"}
    state = json.loads(json.dumps(host.to_primitive()))
    assert state == host.to_primitive()
    assert state["domains"]["one"]["power_state"] == states.RUNNING
    assert state["connected_volumes"] == {"v1": {"serial": "v1", "data": {}}}
    assert state["instances_path"]["test_files"] == ["a", "b"]


def test_the_state_is_not_reached_by_later_changes(host: Hypervisor) -> None:
    domain = run(host, guest())
    before = host.to_primitive()
    unchanged = copy.deepcopy(before)
    host.stop(domain)
    assert before == unchanged != host.to_primitive()


def test_a_copy_of_a_host_is_a_host_of_its_own(host: Hypervisor) -> None:
    run(host, guest())
    twin = copy.deepcopy(host)
    assert twin.to_primitive() == host.to_primitive()
    twin.stop(twin.lookup("one"))
    assert host.lookup("one").active


def test_connection_information_is_kept_as_it_was(host: Hypervisor) -> None:
    info = {"data": {"volume_id": "v1"}}
    host.connect_volume(info)
    info["data"]["volume_id"] = "v2"
    assert host.connected_volumes == {"v1": {"data": {"volume_id": "v1"}}}


def test_a_host_that_is_given_no_nodes_is_its_only_node(host: Hypervisor) -> None:
    assert host.nodes == ["src"]
    assert Hypervisor("src", nodes=["a", "b"]).nodes == ["a", "b"]
