"""What a virt driver cannot do, and the errors that tell so."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from fakevirt import exceptions
from fakevirt.driver.hypervisor import CPU
from fakevirt.suite.guest import Guest

SHARED = {"shared_storage": True}
OF_ITS_OWN = {"shared_storage": False}


@dataclasses.dataclass(frozen=True, slots=True)
class Refusal:
    """Something that cannot be done.

    Args:
        name: What is wrong.
        error: What it is refused with: the class that managers handle, or that of all errors where they handle none.
        attempt: Tries it.
        arrange: Makes it impossible.
        disks: Whether the hosts see the same disks, as an argument of a cloud.
    """

    name: str
    error: type[Exception]
    attempt: Callable[[Guest], object]
    arrange: Callable[[Guest], object] = lambda guest: None
    disks: dict[str, bool] = dataclasses.field(default_factory=lambda: SHARED)


def _off(guest: Guest) -> None:
    guest.call("power_off", guest.instance)


def _full(guest: Guest) -> None:
    _off(guest)
    guest.hypervisor().memory_mb = guest.hypervisor().memory_mb_used


def _without_its_disk(guest: Guest) -> None:
    _off(guest)
    del guest.hypervisor().disk_storage.directories[guest.server.uuid]["disk"]


def _backed_by_its_volume(guest: Guest) -> None:
    guest.domain.disks.remove("disk")


def _power_on(guest: Guest) -> None:
    guest.call("power_on", guest.context, guest.instance, guest.vifs, guest.block_device_info)


def _snapshot(guest: Guest, image: str | None = None) -> None:
    image = image or guest.cloud.images.create(guest.context, {"name": "snapshot", "status": "queued"})["id"]
    guest.call("snapshot", guest.context, guest.instance, image, lambda task_state, **_: None)


def _attach_as(mountpoint: str) -> Callable[[Guest], None]:
    def attach(guest: Guest) -> None:
        connection = guest.connection(guest.cloud.add_volume())
        guest.call("attach_volume", guest.context, connection, guest.instance, mountpoint)

    return attach


def _swap_nothing(guest: Guest) -> None:
    old, new = guest.connection(guest.volumes[0]), guest.connection(guest.cloud.add_volume())
    guest.call("swap_volume", old, new, guest.instance, "/dev/vdy", 1)


def _encrypt(guest: Guest) -> None:
    guest.hypervisor().encryptors.add(guest.volumes[0])


def _detach(guest: Guest) -> None:
    guest.call("detach_volume", guest.connection(guest.volumes[0]), guest.instance, "/dev/vdb")


def _spawn_without_memory(guest: Guest) -> None:
    host = guest.hypervisor(guest.elsewhere)
    host.memory_mb = host.memory_mb_used
    arguments: tuple[Any, ...] = (guest.context, guest.instance, {}, [], None, guest.vifs, None)
    guest.call("spawn", *arguments, on=guest.elsewhere)


def _with(cpu: CPU) -> Callable[[Guest], None]:
    def change(guest: Guest) -> None:
        guest.hypervisor(guest.elsewhere).cpu = cpu

    return change


def _check_source(available_mb: int, *, over_commit: bool = False) -> Callable[[Guest], None]:
    def check(guest: Guest) -> None:
        found = guest.check_destination(copied=True, over_commit=over_commit)
        arguments = (guest.context, guest.instance, {**found, "disk_available_mb": available_mb})
        guest.call("check_can_live_migrate_source", *arguments, guest.block_device_info)

    return check


def _shrink(guest: Guest) -> None:
    flavor = {**(guest.cloud.flavor_of(guest.server) or {}), "root_gb": 0}
    info = guest.block_device_info
    arguments = (guest.context, guest.instance, guest.elsewhere, flavor, guest.vifs, info)
    guest.call("migrate_disk_and_power_off", *arguments)


def _no_room(guest: Guest) -> None:
    guest.hypervisor(guest.elsewhere).instances_path.capacity_gb = 0


def _arrive(guest: Guest, disks: str) -> None:
    arguments: tuple[Any, ...] = (guest.context, {}, guest.instance, disks, guest.vifs, {}, False)
    guest.call("finish_migration", *arguments, guest.block_device_info, on=guest.elsewhere)


def _arrive_without_disks(guest: Guest) -> None:
    _arrive(guest, guest.call("get_instance_disk_info", guest.server.name, guest.block_device_info))


def _of_its_name_elsewhere(guest: Guest) -> None:
    guest.hypervisor(guest.elsewhere).domains[guest.server.name] = copy.deepcopy(guest.domain)


#: What cannot be done to a guest.
REFUSALS = (
    Refusal("pause what is off", exceptions.NovaException, lambda guest: guest.call("pause", guest.instance), _off),
    Refusal("unpause what is off", exceptions.NovaException, lambda guest: guest.call("unpause", guest.instance), _off),
    Refusal("suspend what is off", exceptions.NovaException, lambda guest: guest.call("suspend", guest.instance), _off),
    Refusal(
        "resume what was not suspended",
        exceptions.NovaException,
        lambda guest: guest.call("resume", guest.context, guest.instance, guest.vifs),
    ),
    Refusal(
        "unrescue what was not rescued",
        exceptions.NovaException,
        lambda guest: guest.call("unrescue", guest.instance, guest.vifs),
    ),
    Refusal("power on without memory", exceptions.NovaException, _power_on, _full),
    Refusal("power on without its disk", exceptions.DiskNotFound, _power_on, _without_its_disk),
    Refusal("spawn without memory", exceptions.NovaException, _spawn_without_memory),
    Refusal("snapshot into no image", exceptions.ImageNotFound, lambda guest: _snapshot(guest, image="no such image")),
    Refusal("snapshot without a root disk", exceptions.DiskNotFound, _snapshot, _backed_by_its_volume),
    Refusal("attach a volume where the root disk is", exceptions.DeviceIsBusy, _attach_as("/dev/vda")),
    Refusal("swap a volume that it does not have", exceptions.DiskNotFound, _swap_nothing),
    Refusal("detach a volume from under its encryptor", exceptions.DeviceIsBusy, _detach, _encrypt),
    Refusal(
        "go where the processor lacks something",
        exceptions.InvalidCPUInfo,
        lambda guest: guest.check_destination(copied=False),
        _with(CPU(features=frozenset())),
    ),
    Refusal(
        "go where the processor is another vendor's",
        exceptions.InvalidCPUInfo,
        lambda guest: guest.check_destination(copied=False),
        _with(CPU(vendor="AMD")),
    ),
    Refusal(
        "copy disks that are shared", exceptions.InvalidLocalStorage, lambda guest: guest.check_migration(copied=True)
    ),
    Refusal("copy disks that do not fit", exceptions.MigrationPreCheckError, _check_source(1023), disks=OF_ITS_OWN),
    Refusal(
        "copy what the disks take up and that does not fit",
        exceptions.MigrationPreCheckError,
        _check_source(63, over_commit=True),
        disks=OF_ITS_OWN,
    ),
    Refusal("get a smaller disk", exceptions.InstanceFaultRollback, _shrink, disks=OF_ITS_OWN),
    Refusal("arrive without disks", exceptions.DiskNotFound, _arrive_without_disks, disks=OF_ITS_OWN),
    Refusal(
        "arrive where one of its name is",
        exceptions.InstanceExists,
        lambda guest: _arrive(guest, "[]"),
        _of_its_name_elsewhere,
    ),
)


def _no_memory_elsewhere(guest: Guest) -> None:
    host = guest.hypervisor(guest.elsewhere)
    host.memory_mb = host.memory_mb_used


def _no_volume_elsewhere(guest: Guest) -> None:
    guest.hypervisor(guest.elsewhere).connected_volumes.pop(guest.volumes[0])


def _no_vif_elsewhere(guest: Guest) -> None:
    guest.hypervisor(guest.elsewhere).plugged_vifs.pop(guest.vifs[0]["id"])


def _no_disk_elsewhere(guest: Guest) -> None:
    guest.hypervisor(guest.elsewhere).disk_storage.directories.pop(guest.server.uuid)


#: What keeps a guest from going to a host that was prepared, with the error.
OBSTACLES: dict[str, tuple[Callable[[Guest], object], type[Exception]]] = {
    "it is off": (_off, exceptions.NovaException),
    "one of its name is there": (_of_its_name_elsewhere, exceptions.InstanceExists),
    "no memory is free there": (_no_memory_elsewhere, exceptions.NovaException),
    "its volume is not connected there": (_no_volume_elsewhere, exceptions.NovaException),
    "its VIF is not plugged there": (_no_vif_elsewhere, exceptions.NovaException),
    "its disk is not there": (_no_disk_elsewhere, exceptions.NovaException),
    "its disks do not fit there": (_no_room, exceptions.NovaException),
}


class Errors:
    """What cannot be done is refused with an error of the field, and the guest stays as it is."""

    @pytest.mark.parametrize(
        ("fake_cloud", "refusal"),
        [pytest.param(refusal.disks, refusal, id=refusal.name) for refusal in REFUSALS],
        indirect=["fake_cloud"],
    )
    def test_it_cannot(self, guest: Guest, refusal: Refusal) -> None:
        """It is refused."""
        refusal.arrange(guest)
        before = dict(guest.domain.volumes), list(guest.domain.vifs), guest.domain.active
        with pytest.raises(refusal.error) as raised:
            refusal.attempt(guest)
        assert isinstance(raised.value, exceptions.NovaException)
        assert (dict(guest.domain.volumes), list(guest.domain.vifs), guest.domain.active) == before

    def test_there_is_no_snapshot_of_a_guest_that_is_not_there(self, absent: Guest) -> None:
        """The manager then deletes the image."""
        with pytest.raises(exceptions.InstanceNotRunning, match=absent.server.uuid):
            _snapshot(absent)

    @pytest.mark.parametrize("fake_cloud", [OF_ITS_OWN], indirect=True, ids=["own disks"])
    @pytest.mark.parametrize("obstacle", OBSTACLES)
    def test_a_live_migration_is_recovered_from_since(self, guest: Guest, obstacle: str) -> None:
        """The callback is told of which migration, and the guest has not left."""
        obstruct, error = OBSTACLES[obstacle]
        data = guest.prepare_migration(guest.check_migration(copied=True))
        obstruct(guest)
        with pytest.raises(error) as raised:
            guest.live_migrate(data)
        assert isinstance(raised.value, exceptions.NovaException)
        (told,) = guest.ended
        end, context, instance, dest, block_migration, migrate_data = told
        assert (end, context, dest, block_migration) == ("recover", guest.context, guest.elsewhere, True)
        assert (_uuid(instance), migrate_data) == (guest.server.uuid, data)
        assert guest.server.name in guest.call("list_instances")

    def test_a_live_migration_to_what_is_no_host_is_not_even_recovered_from(self, guest: Guest) -> None:
        """Nothing was tried."""
        data = guest.prepare_migration(guest.check_migration(copied=False))
        with pytest.raises(exceptions.InvalidHostname):
            guest.live_migrate(data, to="not a host")
        assert guest.ended == []

    @pytest.mark.parametrize("fake_cloud", [OF_ITS_OWN], indirect=True, ids=["own disks"])
    def test_disks_that_do_not_fit_where_a_resize_sends_them_stay(self, guest: Guest) -> None:
        """They can be run from again."""
        _no_room(guest)
        with pytest.raises(exceptions.NovaException):
            guest.resize()
        assert guest.call("instance_on_disk", guest.instance) is True
        _power_on(guest)


def _uuid(instance: Any) -> str:
    uuid: str = instance["uuid"]
    return uuid
