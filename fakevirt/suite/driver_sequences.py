"""Any sequence of calls to a virt driver, and the guest that it must leave."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable
from typing import Any

import hypothesis
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from fakevirt import states
from fakevirt.driver.storage import GIB, Disk
from fakevirt.suite.guest import HOSTS, Guest

#: Makes a guest with a VIF and a volume in a cloud of its own, given whether the hosts see the same disks.
GuestFactory = Callable[[bool], contextlib.AbstractContextManager[Guest]]

#: How many sequences are tried, and how many calls each has.
_SEQUENCES = 40
_CALLS = 25

#: What is done; to tell which lines only a failing sequence has run would take several times as long.
PHASES = [hypothesis.Phase.generate, hypothesis.Phase.shrink]

_RUNNING, _PAUSED, _OFF, _SAVED = "running", "paused", "off", "saved"
_STATES: dict[str, set[int]] = {
    _RUNNING: {states.RUNNING},
    _PAUSED: {states.POWER_PAUSED},
    _OFF: {states.SHUTDOWN},
    _SAVED: {states.SHUTDOWN, states.POWER_SUSPENDED},
}


def check_sequences(make_guest: GuestFactory) -> None:
    """Try sequences of calls, the same ones each time; the shortest that fails is told.

    Args:
        make_guest: Makes a guest for each.
    """
    run_state_machine_as_test(
        functools.partial(GuestMachine, make_guest),  # type: ignore[arg-type]
        settings=hypothesis.settings(
            max_examples=_SEQUENCES,
            stateful_step_count=_CALLS,
            derandomize=True,
            deadline=None,
            database=None,
            phases=PHASES,
            suppress_health_check=list(hypothesis.HealthCheck),
        ),
    )


_LIVE_MIGRATION = (
    "check_can_live_migrate_destination",
    "check_can_live_migrate_destination_cleanup",
    "check_can_live_migrate_source",
    "get_instance_disk_info",
    "pre_live_migration",
    "live_migration",
    "post_live_migration",
    "post_live_migration_at_source",
    "post_live_migration_at_destination",
    "rollback_live_migration_at_destination",
    "cleanup",
)
_RULES = ("ensure_filtering_rules_for_instance", "unfilter_instance")
_RESIZE = ("migrate_disk_and_power_off", "finish_migration", "confirm_migration", "finish_revert_migration", "destroy")

_ANY = (_RUNNING, _PAUSED, _OFF, _SAVED)


def _step(
    *powers: str | None,
    rescued: bool | None = False,
    bootable: bool | None = None,
    needs: tuple[str, ...] = (),
    **draws: Any,
) -> Callable[[Callable[..., None]], Any]:
    """Declare something that may be done to a guest.

    Args:
        *powers: In which states of power; None: it was destroyed.
        rescued: Whether only to one that is rescued, or only to one that is not; None: to both.
        bootable: Whether only to one that may be started, or only to one that may not; None: to both.
        needs: The methods of the driver that are called; the one that the step is named after unless given.
        **draws: What is drawn for it.
    """

    def declare(step: Callable[..., None]) -> Any:
        methods = needs or (step.__name__,)

        def fits(machine: Any) -> bool:
            return (
                machine.has_begun
                and machine.power in powers
                and rescued in (None, machine.rescued)
                and bootable in (None, machine.bootable)
                and all(map(machine.guest.supports, methods))
            )

        declared: Callable[..., Any] = rule(**draws)
        return precondition(fits)(declared(step))

    return declare


class GuestMachine(RuleBasedStateMachine):
    """A guest, and what is expected of it after each call.

    Args:
        make_guest: Makes the guest.
    """

    def __init__(self, make_guest: GuestFactory) -> None:
        super().__init__()
        self._make_guest = make_guest
        self._ended = contextlib.ExitStack()
        self.has_begun: bool = False
        #: Running, paused, off, saved, or None when it was destroyed.
        self.power: str | None = None
        self.rescued: bool = False
        self.bootable: bool = True

    @initialize(shared=st.booleans())
    def begin(self, shared: bool) -> None:
        """Boot the guest."""
        self.guest: Guest = self._ended.enter_context(self._make_guest(shared))
        self.shared: bool = shared
        self.has_begun = True
        self.power = _RUNNING
        self.volumes: dict[str, str] = dict(self.guest.domain.volumes)
        self.vifs: list[dict[str, Any]] = self.guest.vifs
        self.all_volumes: set[str] = set(self.volumes.values())
        self.all_vifs: set[str] = set(self._vif_ids())
        self.connected: dict[str, set[str]] = {self.guest.host: set(self.all_volumes), self.guest.elsewhere: set[str]()}
        self.plugged: dict[str, set[str]] = {self.guest.host: set(self.all_vifs), self.guest.elsewhere: set[str]()}
        self.filtered: dict[str, set[str] | None] = {host: None for host in HOSTS} | {
            self.guest.host: set(self.all_vifs)
        }
        self.on_disk: bool = True
        self.content: str = self._disks(self.guest.host)["disk"].content

    def teardown(self) -> None:
        """Leave the cloud."""
        self._ended.close()

    # Power

    @_step(*_ANY, rescued=None)
    def power_off(self) -> None:
        """Off; memory that was saved stays saved."""
        self._call("power_off", self.guest.instance)
        self._is_off()

    @_step(*_ANY, rescued=None, bootable=True)
    def power_on(self) -> None:
        """Running."""
        self._call("power_on", self.guest.context, self.guest.instance, self.vifs, self._info())
        self._is_connected()
        self.power = _RUNNING

    @_step(*_ANY, rescued=None, bootable=True)
    def reboot(self) -> None:
        """Running, whatever it was."""
        self._call("reboot", self.guest.context, self.guest.instance, self.vifs, "HARD", self._info())
        self._is_connected()
        self.power = _RUNNING

    @_step(_RUNNING, rescued=None, needs=("reboot",))
    def reboot_softly(self) -> None:
        """Running still."""
        self._call("reboot", self.guest.context, self.guest.instance, self.vifs, "SOFT", self._info())

    @_step(_RUNNING, rescued=None, bootable=True, needs=("poll_rebooting_instances",))
    def hang_in_a_reboot(self) -> None:
        """Running again."""
        self._call("poll_rebooting_instances", 60, [self.guest.instance])

    @_step(_RUNNING, _PAUSED, rescued=None)
    def pause(self) -> None:
        """Paused."""
        self._call("pause", self.guest.instance)
        self.power = _PAUSED

    @_step(_RUNNING, _PAUSED, rescued=None)
    def unpause(self) -> None:
        """Running."""
        self._call("unpause", self.guest.instance)
        self.power = _RUNNING

    @_step(_RUNNING, _PAUSED)
    def suspend(self) -> None:
        """Saved."""
        self._call("suspend", self.guest.instance)
        self.power = _SAVED

    @_step(_SAVED, bootable=True)
    def resume(self) -> None:
        """Running."""
        self._call("resume", self.guest.context, self.guest.instance, self.vifs, self._info())
        self._is_connected()
        self.power = _RUNNING

    @_step(*_ANY, bootable=True, needs=("resume_state_on_host_boot",))
    def boot_its_host(self) -> None:
        """Running, unless it is paused."""
        self._call("resume_state_on_host_boot", self.guest.context, self.guest.instance, self.vifs, self._info())
        if self.power in (_OFF, _SAVED):
            self._is_connected()
            self.power = _RUNNING

    @_step(*_ANY, is_bootable=st.booleans())
    def set_bootable(self, is_bootable: bool) -> None:
        """As it was; whether it may be started is another matter."""
        self._call("set_bootable", self.guest.instance, is_bootable)
        self.bootable = is_bootable

    @_step(*_ANY)
    def soft_delete(self) -> None:
        """Off until it is restored."""
        self._call("soft_delete", self.guest.instance)
        self._is_off()
        self.bootable = False

    @_step(_OFF, _SAVED, bootable=False)
    def restore(self) -> None:
        """Running."""
        self._call("restore", self.guest.instance)
        self.power = _RUNNING
        self.bootable = True

    @_step(*_ANY, bootable=True)
    def rescue(self) -> None:
        """Running without its volumes."""
        self._call("rescue", self.guest.context, self.guest.instance, self.vifs, {}, "secret")
        self.power = _RUNNING
        self.rescued = True

    @_step(*_ANY, rescued=True, bootable=True)
    def unrescue(self) -> None:
        """Running with its volumes."""
        self._call("unrescue", self.guest.instance, self.vifs)
        self.power = _RUNNING
        self.rescued = False

    # Volumes and networks

    @_step(*_ANY, letter=st.sampled_from("cdef"))
    def attach_volume(self, letter: str) -> None:
        """One more."""
        device, volume = f"vd{letter}", self.guest.cloud.add_volume()
        if device not in self.volumes:
            arguments = (self.guest.context, self.guest.connection(volume), self.guest.instance, f"/dev/{device}")
            self._call("attach_volume", *arguments)
            self.volumes[device] = volume
            self.all_volumes.add(volume)
            self.connected[self.guest.host].add(volume)

    @_step(*_ANY, data=st.data())
    def detach_volume(self, data: st.DataObject) -> None:
        """One fewer."""
        if self.volumes:
            device = data.draw(st.sampled_from(sorted(self.volumes)))
            connection = self.guest.connection(self.volumes[device])
            self._call("detach_volume", connection, self.guest.instance, f"/dev/{device}")
            self.connected[self.guest.host].discard(self.volumes.pop(device))

    @_step(*_ANY, data=st.data())
    def swap_volume(self, data: st.DataObject) -> None:
        """Another one in the place of one."""
        if self.volumes:
            device, new = data.draw(st.sampled_from(sorted(self.volumes))), self.guest.cloud.add_volume()
            old = self.volumes[device]
            connections = (self.guest.connection(old), self.guest.connection(new))
            self._call("swap_volume", *connections, self.guest.instance, f"/dev/{device}", 1)
            self.volumes[device] = new
            self.all_volumes.add(new)
            self.connected[self.guest.host] ^= {old, new}

    @_step(*_ANY)
    def attach_interface(self) -> None:
        """One more, with its rules."""
        number = len(self.all_vifs)
        vif = {**self.guest.vifs[0], "id": f"vif-{number}", "address": f"fa:16:3e:00:01:{number:02x}"}
        self._call("attach_interface", self.guest.instance, {}, vif)
        self.vifs = [*self.vifs, vif]
        self.all_vifs.add(vif["id"])
        self.plugged[self.guest.host].add(vif["id"])
        self.filtered[self.guest.host] = set(self._vif_ids())

    @_step(*_ANY, data=st.data())
    def detach_interface(self, data: st.DataObject) -> None:
        """One fewer; its rules go when rules are put in place anew."""
        if self.vifs:
            gone = data.draw(st.sampled_from(range(len(self.vifs))))
            vif = self.vifs[gone]
            self._call("detach_interface", self.guest.instance, vif)
            self.vifs = [other for other in self.vifs if other is not vif]
            self.plugged[self.guest.host].discard(vif["id"])

    @_step(*_ANY, needs=("unplug_vifs",))
    def unplug(self) -> None:
        """Not plugged and without rules."""
        self._call("unplug_vifs", self.guest.instance, self.vifs)
        self._unfilter()
        self.plugged[self.guest.host] = set()
        self.filtered[self.guest.host] = None

    @_step(*_ANY, needs=("plug_vifs",))
    def plug(self) -> None:
        """Plugged, with rules."""
        self._call("plug_vifs", self.guest.instance, self.vifs)
        self._filter(self.guest.host)
        self.plugged[self.guest.host] = set(self._vif_ids())
        self.filtered[self.guest.host] = set(self._vif_ids())

    @_step(*_ANY)
    def inject_network_info(self) -> None:
        """With rules for the VIFs that it has."""
        self._call("inject_network_info", self.guest.instance, self.vifs)
        self.filtered[self.guest.host] = set(self._vif_ids())

    @_step(*_ANY)
    def snapshot(self) -> None:
        """As it was."""
        image = self.guest.cloud.images.create(self.guest.context, {"name": "snapshot", "status": "queued"})
        arguments = (self.guest.context, self.guest.instance, image["id"], lambda task_state, **_: None)
        self._call("snapshot", *arguments)
        assert self.guest.cloud.images.get(self.guest.context, image["id"])["status"] == "active"

    # Coming and going

    @_step(*_ANY, destroy_disks=st.booleans())
    def destroy(self, destroy_disks: bool) -> None:
        """Gone, with all that the host had of it."""
        arguments = (self.guest.context, self.guest.instance, self.vifs, self._info())
        self._call("destroy", *arguments, destroy_disks=destroy_disks)
        self.power = None
        self.on_disk = not destroy_disks
        self._has_left(self.guest.host)

    @_step(None)
    def spawn(self) -> None:
        """Running, on fresh disks."""
        arguments: tuple[Any, ...] = (self.guest.context, self.guest.instance, {}, [], None, self.vifs, self._info())
        self._call("spawn", *arguments)
        self.power = _RUNNING
        self.bootable = self.on_disk = True
        self.content = self._disks(self.guest.host)["disk"].content
        self._is_connected()

    @_step(_RUNNING, _PAUSED, needs=_LIVE_MIGRATION)
    def live_migrate(self) -> None:
        """On the other host as it was, and nothing of it on this one."""
        if not self._is_plugged():
            return
        guest, source, dest = self.guest, self.guest.host, self.guest.elsewhere
        data = guest.check_migration(copied=not self.shared)
        prepared = self._prepare(data)
        self._filter(dest)
        guest.live_migrate(prepared)
        assert [end for end, *_ in guest.ended] == ["post"]
        self._call("post_live_migration", guest.context, guest.instance, self._info())
        self._unfilter()
        self._call("post_live_migration_at_source", guest.context, guest.instance, self.vifs)
        self._call("post_live_migration_at_destination", guest.context, guest.instance, self.vifs, on=dest)
        if not self.shared:
            self._call("cleanup", guest.context, guest.instance, self.vifs)
        self._has_left(source)
        self._goes_to(dest)

    @_step(_RUNNING, _PAUSED, needs=_LIVE_MIGRATION)
    def roll_a_live_migration_back(self) -> None:
        """As it was, and nothing of it on the other host, which managers ask for where disks were to be copied."""
        guest = self.guest
        if not self.shared:
            data = guest.check_migration(copied=True)
            self._prepare(data)
            arguments = (guest.context, guest.instance, self.vifs, self._info(), True, data)
            self._call("rollback_live_migration_at_destination", *arguments, on=guest.elsewhere)

    @_step(_RUNNING, _PAUSED, _OFF, power_on=st.booleans(), confirm=st.booleans(), grow=st.booleans(), needs=_RESIZE)
    def resize(self, power_on: bool, confirm: bool, grow: bool) -> None:
        """On the other host, or back where it was, and nothing of it on the one where it is not."""
        guest, source, dest = self.guest, self.guest.host, self.guest.elsewhere
        flavor = {**(guest.cloud.flavor_of(guest.server) or {}), "root_gb": guest.server.root_gb}
        departure = (guest.context, guest.instance, dest, flavor, self.vifs, self._info())
        sent = self._call("migrate_disk_and_power_off", *departure)
        assert guest.call("get_info", guest.instance)["state"] == states.SHUTDOWN
        assert not self.all_volumes & guest.hypervisor().connected_volumes.keys()
        size = guest.server.root_gb
        guest.server.root_gb += grow
        arrival: tuple[Any, ...] = (
            guest.context,
            {},
            guest.instance,
            sent,
            self.vifs,
            {},
            grow,
            self._info(),
            power_on,
        )
        self._call("finish_migration", *arrival, on=dest)
        self._has_disks_of(dest, guest.server.root_gb)
        if confirm:
            guest.server.host = dest
            self._call("confirm_migration", {}, guest.instance, self.vifs)
            self._has_left(source)
            self._goes_to(dest)
        else:
            guest.server.root_gb = size
            self._call("destroy", guest.context, guest.instance, self.vifs, self._info(), on=dest)
            self._call("finish_revert_migration", guest.context, guest.instance, self.vifs, self._info(), power_on)
            self._is_connected()
            self._has_disks_of(source, size)
        self.power = _RUNNING if power_on else _OFF
        self.bootable = True

    # What is expected

    @precondition(lambda machine: machine.has_begun)
    @invariant()
    def is_as_expected(self) -> None:
        """The guest is where it should be, in the state it should be in, with what it should have."""
        guest = self.guest
        for host in HOSTS:
            is_here = self.power is not None and host == guest.host
            assert guest.call("instance_exists", guest.instance, on=host) is is_here
            assert (guest.server.name in guest.call("list_instances", on=host)) is is_here
            hypervisor = guest.hypervisor(host)
            assert self.all_volumes & hypervisor.connected_volumes.keys() == self.connected[host]
            assert self.all_vifs & hypervisor.plugged_vifs.keys() == self.plugged[host]
            if self._has_rules():
                rules = hypervisor.filters.get(guest.server.uuid)
                assert (None if rules is None else set(rules.vifs)) == self.filtered[host]
            has_files = self.on_disk and (self.shared or host == guest.host)
            assert guest.call("instance_on_disk", guest.instance, on=host) is has_files
            files = hypervisor.instances_path.directories
            assert [name for name in files if name.startswith(guest.server.uuid) and name != guest.server.uuid] == []
        if self.power is not None:
            assert guest.call("get_info", guest.instance)["state"] in _STATES[self.power]
            domain = guest.domain
            assert domain.volumes == ({} if self.rescued else self.volumes)
            assert domain.vifs == self._vif_ids()
            assert domain.uuid == guest.server.uuid
            assert domain.persistent
            assert bool(domain.consoles) is (self.power in (_RUNNING, _PAUSED))
            self._has_disks_of(guest.host, guest.server.root_gb)

    def _call(self, method: str, *args: Any, **kwargs: Any) -> Any:
        return self.guest.call(method, *args, **kwargs)

    def _has_rules(self) -> bool:
        """Tell whether rules are the driver's business: in Nova they no longer are."""
        return all(map(self.guest.supports, _RULES))

    def _filter(self, host: str) -> None:
        if self._has_rules():
            self._call("ensure_filtering_rules_for_instance", self.guest.instance, self.vifs, on=host)

    def _unfilter(self) -> None:
        if self._has_rules():
            self._call("unfilter_instance", self.guest.instance, self.vifs)

    def _info(self) -> dict[str, Any]:
        return self.guest.block_devices(self.volumes)

    def _vif_ids(self) -> list[str]:
        return [vif["id"] for vif in self.vifs]

    def _prepare(self, data: dict[str, Any]) -> dict[str, Any]:
        guest = self.guest
        disks = self._call("get_instance_disk_info", guest.server.name, self._info())
        arguments = (guest.context, guest.instance, self._info(), self.vifs, disks, data)
        return {**data, "pre_live_migration_result": self._call("pre_live_migration", *arguments, on=guest.elsewhere)}

    def _has_disks_of(self, host: str, root_gb: int) -> None:
        disks = self._disks(host)
        assert ("disk.rescue" in disks) is self.rescued
        assert disks["disk"].virt_disk_size == root_gb * GIB
        assert disks["disk"].content == self.content

    def _disks(self, host: str) -> dict[str, Disk]:
        return self.guest.hypervisor(host).disk_storage.directories[self.guest.server.uuid]

    def _is_off(self) -> None:
        self.power = _SAVED if self.power == _SAVED else _OFF

    def _is_plugged(self) -> bool:
        return set(self._vif_ids()) <= self.plugged[self.guest.host]

    def _is_connected(self) -> None:
        host = self.guest.host
        self.connected[host] |= set(self.volumes.values())
        self.plugged[host] |= set(self._vif_ids())
        self.filtered[host] = set(self._vif_ids())

    def _has_left(self, host: str) -> None:
        self.connected[host], self.plugged[host], self.filtered[host] = set(), set(), None

    def _goes_to(self, host: str) -> None:
        self.guest.host = self.guest.server.host = host
        self._is_connected()
