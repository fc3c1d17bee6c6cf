"""The fixtures.Fixture around the fake driver."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from fakevirt import exceptions
from fakevirt.driver.fake import FakeVirtDriver
from fakevirt.driver.hypervisor import Hypervisor
from fakevirt.driver.profile import Accepts, Profile
from fakevirt.driver.storage import Storage
from fakevirt.fixtures.driver import VirtDriverFixture


@pytest.fixture
def virt() -> Iterator[VirtDriverFixture]:
    with VirtDriverFixture() as fixture:
        yield fixture


def test_calls_of_the_driver_are_recorded(virt: VirtDriverFixture, fields: Any, context: Any) -> None:
    virt.driver.spawn(context, fields, {}, [], None)
    (effect,) = virt.trace.on("driver")
    assert effect.operation == "spawn"
    assert effect.arguments["instance"]["uuid"] == fields["uuid"]
    assert effect.service == "fake-host"
    assert virt.hypervisor.lookup(fields["name"]).active


def test_what_a_method_does_on_its_driver_is_not_a_call_of_it(virt: VirtDriverFixture, fields: Any) -> None:
    virt.driver.destroy(None, fields, [])
    assert [effect.operation for effect in virt.trace] == ["destroy"]


def test_calls_can_be_made_to_fail(virt: VirtDriverFixture, fields: Any, context: Any) -> None:
    virt.faults.fail("driver", "spawn", with_=MemoryError)
    with pytest.raises(MemoryError):
        virt.driver.spawn(context, fields, {}, [], None)
    assert virt.hypervisor.domains == {}


def test_the_driver_is_still_a_fake_virt_driver(virt: VirtDriverFixture) -> None:
    assert isinstance(virt.driver, FakeVirtDriver)
    assert virt.driver.hypervisor is virt.hypervisor


@pytest.mark.parametrize("to", ["dst", "192.0.2.12"])
def test_guests_can_move_to_a_peer(fields: Any, context: Any, to: str) -> None:
    nfs = Storage("nfs")
    source, dest = Hypervisor("src", instances_path=nfs), Hypervisor("dst", instances_path=nfs, my_ip="192.0.2.12")
    moved: list[Any] = []
    with VirtDriverFixture(source, peers={"other": Hypervisor("other"), "dst": dest}) as virt:
        virt.driver.spawn(context, fields, {}, [], None)
        migrate_data: dict[str, Any] = {"pre_live_migration_result": {"graphics_listen_addrs": {}}}
        virt.driver.live_migration(
            context, fields, to, lambda *args: moved.append(args), print, migrate_data=migrate_data
        )
    assert len(moved) == 1
    assert list(dest.domains) == [fields["name"]]


def test_a_host_that_is_no_peer_is_not_found(virt: VirtDriverFixture, fields: Any, context: Any) -> None:
    virt.driver.spawn(context, fields, {}, [], None)
    recovered: list[Any] = []
    with pytest.raises(exceptions.ComputeHostNotFound, match="Compute host dst could not be found"):
        virt.driver.live_migration(
            context,
            fields,
            "dst",
            print,
            lambda *args: recovered.append(args),
            migrate_data={"pre_live_migration_result": {"graphics_listen_addrs": {}}},
        )
    assert len(recovered) == 1


def test_the_driver_has_the_profile_it_is_given(fields: Any) -> None:
    with VirtDriverFixture(profile=Profile(Accepts.OBJECT_ONLY)) as virt, pytest.raises(AttributeError):
        virt.driver.get_info(fields)
