"""The contract of virt drivers, usable alone: ``pytest --pyargs fakevirt.suite.test_driver --fakevirt-driver=…``."""

from __future__ import annotations

import contextlib
import inspect
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fakevirt import exceptions, running_test, states
from fakevirt.cloud import Cloud
from fakevirt.driver.interface import ComputeDriver
from fakevirt.driver.storage import GIB, MIB, Storage
from fakevirt.suite.driver_errors import Errors
from fakevirt.suite.driver_readings import Readings
from fakevirt.suite.guest import HOSTS, Guest
from fakevirt.suite.requirements import Requirements

#: The methods of the interface.
METHODS = [name for name, method in inspect.getmembers(ComputeDriver, inspect.isfunction) if not name.startswith("_")]
#: Methods of a guest that is not there, with their arguments.
ABOUT_A_GUEST: dict[str, Callable[[Guest], tuple[Any, ...]]] = {
    "get_info": lambda guest: (guest.instance,),
    "reboot": lambda guest: (guest.context, guest.instance, [], "HARD"),
    "pause": lambda guest: (guest.instance,),
    "unpause": lambda guest: (guest.instance,),
    "suspend": lambda guest: (guest.instance,),
    "resume": lambda guest: (guest.context, guest.instance, []),
    "resume_state_on_host_boot": lambda guest: (guest.context, guest.instance, []),
    "power_off": lambda guest: (guest.instance,),
    "power_on": lambda guest: (guest.context, guest.instance, []),
    "set_bootable": lambda guest: (guest.instance, True),
    "restore": lambda guest: (guest.instance,),
    "rescue": lambda guest: (guest.context, guest.instance, [], {}, None),
    "unrescue": lambda guest: (guest.instance, []),
    "get_console_output": lambda guest: (guest.context, guest.instance),
    "get_vnc_console": lambda guest: (guest.context, guest.instance),
    "get_spice_console": lambda guest: (guest.context, guest.instance),
    "get_rdp_console": lambda guest: (guest.context, guest.instance),
    "get_serial_console": lambda guest: (guest.context, guest.instance),
    "get_diagnostics": lambda guest: (guest.instance,),
    "get_instance_diagnostics": lambda guest: (guest.instance,),
    "get_instance_disk_info": lambda guest: (guest.server.name,),
    "post_live_migration_at_destination": lambda guest: (guest.context, guest.instance, []),
}
#: Methods that need not do anything, with their arguments.
HARMLESS: dict[str, Callable[[Guest], tuple[Any, ...]]] = {
    "init_host": lambda guest: ("src",),
    "cleanup_host": lambda guest: ("src",),
    "post_interrupted_snapshot_cleanup": lambda guest: (guest.context, guest.instance),
    "reset_network": lambda guest: (guest.instance,),
    "inject_network_info": lambda guest: (guest.instance, guest.vifs),
    "filter_defer_apply_on": lambda guest: (),
    "filter_defer_apply_off": lambda guest: (),
    "change_instance_metadata": lambda guest: (guest.context, guest.instance, {"role": ["+", "guest"]}),
    "manage_image_cache": lambda guest: (guest.context, [guest.instance]),
    "refresh_provider_fw_rules": lambda guest: (),
    "refresh_security_group_rules": lambda guest: (1,),
    "refresh_security_group_members": lambda guest: (1,),
    "refresh_instance_security_rules": lambda guest: (guest.instance,),
}
#: Methods that stop a guest that runs and boot it, with their arguments.
RESTARTS: dict[str, Callable[[Guest], tuple[Any, ...]]] = {
    "reboot": lambda guest: (guest.context, guest.instance, guest.vifs, "HARD", guest.block_device_info),
    "power_on": lambda guest: (guest.context, guest.instance, guest.vifs, guest.block_device_info),
    "poll_rebooting_instances": lambda guest: (60, [guest.instance]),
    "rescue": lambda guest: (guest.context, guest.instance, guest.vifs, {}, "secret"),
}
#: Gives each host disks that no other sees.
DISKS_OF_ITS_OWN = pytest.mark.parametrize("fake_cloud", [{"shared_storage": False}], indirect=True, ids=["own disks"])
CONSOLES = ("vnc", "spice", "rdp", "serial")


class TestDriver(Errors, Readings):
    """A virt driver keeps to the interface: signatures, both forms of an instance, the state after each call."""

    @pytest.fixture(params=["object", "dict"])
    def form(self, request: pytest.FixtureRequest) -> str:
        """Return in which form calls carry the instance."""
        form: str = request.param
        return form

    @pytest.fixture
    def guest(self, form: str, fake_cloud: Cloud, fakevirt_requirements: Requirements) -> Guest:
        """Return a guest with a VIF and a volume, which runs."""
        return Guest(fake_cloud, form, fakevirt_requirements, volumes=1)

    @pytest.fixture
    def absent(self, guest: Guest) -> Guest:
        """Return a guest that its hypervisor no longer knows."""
        del guest.hypervisor().domains[guest.server.name]
        return guest

    # Signatures

    @pytest.mark.parametrize("method", METHODS)
    def test_a_method_can_be_called_as_the_interface_has_it(self, method: str, fake_cloud: Cloud) -> None:
        """It takes the interface's parameters by position and by name, and needs no others."""
        interface = inspect.signature(getattr(ComputeDriver, method))
        parameters = [p for name, p in interface.parameters.items() if name != "self"]
        signature = inspect.signature(getattr(fake_cloud.host("src").driver, method))
        named = [p.name for p in parameters if p.kind is not p.VAR_POSITIONAL]
        problem = None
        for args, kwargs in ((named, {}), ([], dict.fromkeys(named))):
            try:
                bound = signature.bind(*args, **kwargs).arguments
            except TypeError as error:
                problem = str(error)
                break
            # Each argument is the name of its place.
            moved = [name for name, value in bound.items() if args and name in named and name != value]
            if moved:
                problem = f"it takes {moved[0]!r} in another place"
        if problem is not None:
            pytest.fail(
                f"expected:     {method}{interface}\n"
                f"happened:     {problem}\n"
                f"where:        {method}{signature}\n"
                f"how to go on: give it the interface's parameters, and defaults to any others",
                pytrace=False,
            )

    # Guests come and go

    def test_a_guest_that_was_spawned_runs(self, guest: Guest) -> None:
        """It is listed, exists, and has its memory and its processors."""
        other = guest.cloud.boot("dst")
        del guest.hypervisor("dst").domains[other.name]
        guest.hypervisor("dst").instances_path.directories.pop(other.uuid)
        instance = guest.in_form(other)
        guest.call("spawn", guest.context, instance, {}, [], None, guest.vifs, None, on="dst")
        info = guest.call("get_info", instance, on="dst")
        assert info["state"] == states.RUNNING
        assert (info["max_mem"], info["num_cpu"]) == (other.memory_mb * 1024, other.vcpus)
        assert other.name in guest.call("list_instances", on="dst")
        assert other.uuid in guest.call("list_instance_uuids", on="dst")
        assert guest.call("get_num_instances", on="dst") == len(guest.call("list_instances", on="dst"))
        assert guest.call("instance_exists", instance, on="dst") is True
        assert {vif["id"] for vif in guest.vifs} <= guest.hypervisor("dst").plugged_vifs.keys()

    def test_a_guest_is_not_spawned_twice(self, guest: Guest) -> None:
        """The second attempt is refused, and the guest goes on with what it has written to its disk."""
        disk = guest.hypervisor().disk_storage.directories[guest.server.uuid]["disk"]
        disk.disk_size += 1
        with pytest.raises(exceptions.InstanceExists):
            guest.call("spawn", guest.context, guest.instance, {}, [], None, guest.vifs, None)
        assert guest.state == states.RUNNING
        assert guest.hypervisor().disk_storage.directories[guest.server.uuid]["disk"] is disk

    def test_nothing_is_left_of_a_guest_that_was_destroyed(self, guest: Guest) -> None:
        """Neither guest nor VIFs, connections of volumes, rules or files."""
        vifs, volumes = guest.vifs, guest.volumes
        guest.call("destroy", guest.context, guest.instance, vifs, guest.block_device_info)
        assert guest.call("instance_exists", guest.instance) is False
        host = guest.hypervisor()
        assert not {vif["id"] for vif in vifs} & host.plugged_vifs.keys()
        assert not set(volumes) & host.connected_volumes.keys()
        assert guest.server.uuid not in host.filters
        assert guest.server.uuid not in host.instances_path.directories

    def test_the_disks_of_a_guest_that_was_destroyed_are_kept_if_that_is_wanted(self, guest: Guest) -> None:
        """A guest that has moved needs them elsewhere."""
        guest.call("destroy", guest.context, guest.instance, guest.vifs, guest.block_device_info, destroy_disks=False)
        assert guest.call("instance_exists", guest.instance) is False
        assert guest.server.uuid in guest.hypervisor().instances_path.directories

    def test_a_guest_that_is_not_there_can_be_destroyed(self, absent: Guest) -> None:
        """Whoever asks wants it to be gone, and it is."""
        absent.call("destroy", absent.context, absent.instance, absent.vifs, None)
        assert absent.call("instance_exists", absent.instance) is False

    def test_cleaning_up_leaves_nothing_of_a_guest_that_was_stopped(self, guest: Guest) -> None:
        """Neither guest nor VIFs, connections of volumes or files."""
        volumes, info = guest.volumes, guest.block_device_info
        guest.call("power_off", guest.instance)
        guest.call("cleanup", guest.context, guest.instance, guest.vifs, info)
        host = guest.hypervisor()
        assert guest.call("instance_exists", guest.instance) is False
        assert not {vif["id"] for vif in guest.vifs} & host.plugged_vifs.keys()
        assert not set(volumes) & host.connected_volumes.keys()
        assert guest.server.uuid not in host.instances_path.directories

    def test_cleaning_up_leaves_vifs_plugged_if_that_is_wanted(self, guest: Guest) -> None:
        """A manager that unplugs them by itself says so."""
        guest.call("power_off", guest.instance)
        guest.call("cleanup", guest.context, guest.instance, guest.vifs, None, destroy_vifs=False)
        assert {vif["id"] for vif in guest.vifs} <= guest.hypervisor().plugged_vifs.keys()

    def test_a_guest_is_rebuilt(self, guest: Guest) -> None:
        """It runs afterwards, whatever was there before."""
        info = guest.block_device_info
        guest.call("rebuild", guest.context, guest.instance, {}, [], None, [], print, print, guest.vifs, False, info)
        assert guest.state == states.RUNNING

    @pytest.mark.parametrize("method", ABOUT_A_GUEST)
    def test_a_guest_that_is_not_there_is_not_found(self, absent: Guest, method: str) -> None:
        """The error is InstanceNotFound, which managers handle."""
        with pytest.raises(exceptions.InstanceNotFound):
            absent.call(method, *ABOUT_A_GUEST[method](absent))

    @pytest.mark.parametrize("method", HARMLESS)
    def test_what_need_not_do_anything_leaves_the_guest_as_it_is(self, guest: Guest, method: str) -> None:
        """It runs, with the volumes and VIFs that it had."""
        before = (dict(guest.domain.volumes), list(guest.domain.vifs))
        guest.call(method, *HARMLESS[method](guest))
        assert guest.state == states.RUNNING
        assert (dict(guest.domain.volumes), list(guest.domain.vifs)) == before

    # Power

    def test_a_guest_that_was_powered_off_is_off_and_can_be_powered_on(self, guest: Guest) -> None:
        """Off, off once more, on."""
        for _ in range(2):
            guest.call("power_off", guest.instance)
            assert guest.state == states.SHUTDOWN
        guest.call("power_on", guest.context, guest.instance, guest.vifs, guest.block_device_info)
        assert guest.state == states.RUNNING

    @pytest.mark.parametrize("kind", ["SOFT", "HARD"])
    def test_a_guest_that_was_rebooted_runs(self, guest: Guest, kind: str) -> None:
        """With the volumes and VIFs that it had."""
        volumes, vifs = dict(guest.domain.volumes), list(guest.domain.vifs)
        guest.call("reboot", guest.context, guest.instance, guest.vifs, kind, guest.block_device_info)
        assert guest.state == states.RUNNING
        assert (dict(guest.domain.volumes), list(guest.domain.vifs)) == (volumes, vifs)

    def test_a_guest_that_is_off_is_run_by_a_hard_reboot(self, guest: Guest) -> None:
        """Whatever state it was in."""
        guest.call("power_off", guest.instance)
        guest.call("reboot", guest.context, guest.instance, guest.vifs, "HARD", guest.block_device_info)
        assert guest.state == states.RUNNING

    def test_a_guest_that_was_paused_is_paused_and_can_go_on(self, guest: Guest) -> None:
        """Paused, running."""
        guest.call("pause", guest.instance)
        assert guest.state == states.POWER_PAUSED
        guest.call("unpause", guest.instance)
        assert guest.state == states.RUNNING

    def test_a_guest_that_was_suspended_does_not_run_and_can_be_resumed(self, guest: Guest) -> None:
        """Not running, running."""
        guest.call("suspend", guest.instance)
        assert guest.state in (states.SHUTDOWN, states.POWER_SUSPENDED)
        guest.call("resume", guest.context, guest.instance, guest.vifs, guest.block_device_info)
        assert guest.state == states.RUNNING

    def test_a_guest_runs_again_after_its_host_has_booted(self, guest: Guest) -> None:
        """One that is off is run, one that runs goes on."""
        guest.call("power_off", guest.instance)
        for _ in range(2):
            arguments = (guest.context, guest.instance, guest.vifs, guest.block_device_info)
            guest.call("resume_state_on_host_boot", *arguments)
            assert guest.state == states.RUNNING

    def test_a_guest_that_hangs_in_a_reboot_is_restarted(self, guest: Guest) -> None:
        """It runs afterwards."""
        guest.call("poll_rebooting_instances", 60, [guest.instance])
        assert guest.state == states.RUNNING

    def test_a_guest_that_must_not_boot_does_not_until_it_may(self, guest: Guest) -> None:
        """Off until it is bootable again."""
        guest.call("set_bootable", guest.instance, False)
        guest.call("power_off", guest.instance)
        with pytest.raises(exceptions.InstancePowerOnFailure):
            guest.call("power_on", guest.context, guest.instance, guest.vifs, None)
        guest.call("set_bootable", guest.instance, True)
        guest.call("power_on", guest.context, guest.instance, guest.vifs, None)
        assert guest.state == states.RUNNING

    def test_a_guest_that_was_soft_deleted_is_off_and_can_be_restored(self, guest: Guest) -> None:
        """Off, even if somebody powers it on; running."""
        guest.call("soft_delete", guest.instance)
        assert guest.state == states.SHUTDOWN
        with pytest.raises(exceptions.InstancePowerOnFailure):
            guest.call("power_on", guest.context, guest.instance, guest.vifs, None)
        guest.call("restore", guest.instance)
        assert guest.state == states.RUNNING

    def test_a_guest_that_is_rescued_runs_without_its_volumes_until_it_is_unrescued(self, guest: Guest) -> None:
        """From another disk, and then from its own with its volumes."""
        volumes = dict(guest.domain.volumes)
        guest.call("rescue", guest.context, guest.instance, guest.vifs, {}, "secret")
        assert guest.state == states.RUNNING
        assert guest.domain.volumes == {}
        guest.call("unrescue", guest.instance, guest.vifs)
        assert guest.state == states.RUNNING
        assert guest.domain.volumes == volumes

    @pytest.mark.parametrize("method", RESTARTS)
    def test_a_guest_is_restarted_on_a_host_that_is_full(self, guest: Guest, method: str) -> None:
        """Its memory is free when it stops, and it boots from its disks."""
        guest.hypervisor().memory_mb = guest.hypervisor().memory_mb_used
        guest.domain.console_log = "what was before"
        guest.call(method, *RESTARTS[method](guest))
        assert guest.state == states.RUNNING
        assert guest.domain.console_log != "what was before"

    def test_a_guest_is_unrescued_on_a_host_that_is_full(self, guest: Guest) -> None:
        """Once: then it is no longer rescued."""
        guest.hypervisor().memory_mb = guest.hypervisor().memory_mb_used
        guest.call("rescue", guest.context, guest.instance, guest.vifs, {}, "secret")
        guest.call("unrescue", guest.instance, guest.vifs)
        with pytest.raises(exceptions.NovaException):
            guest.call("unrescue", guest.instance, guest.vifs)
        assert guest.state == states.RUNNING

    def test_a_guest_that_is_resumed_goes_on_where_it_was(self, guest: Guest) -> None:
        """One that is powered on boots, though it was suspended."""
        guest.domain.console_log = "what was before"
        guest.call("suspend", guest.instance)
        guest.call("resume", guest.context, guest.instance, guest.vifs, guest.block_device_info)
        assert guest.domain.console_log == "what was before"
        guest.call("suspend", guest.instance)
        guest.call("power_on", guest.context, guest.instance, guest.vifs, guest.block_device_info)
        assert guest.domain.console_log != "what was before"

    def test_a_hard_reboot_makes_a_guest_that_has_just_come_its_hosts_own(self, guest: Guest) -> None:
        """The host keeps its definition, and its consoles listen here."""
        guest.domain.persistent, guest.domain.graphics_listen_addrs = False, {"vnc": "198.51.100.1"}
        guest.call("reboot", guest.context, guest.instance, guest.vifs, "HARD", guest.block_device_info)
        assert guest.domain.persistent
        assert guest.domain.graphics_listen_addrs == guest.hypervisor().graphics_listen_addrs

    def test_volumes_that_have_failed_are_told_of_by_a_hard_reboot(self, guest: Guest) -> None:
        """With their devices, so that they are detached."""
        guest.hypervisor().failed_volumes.add(guest.volumes[0])
        told: list[list[str]] = []
        arguments = (guest.context, guest.instance, guest.vifs, "HARD", guest.block_device_info, told.append)
        guest.call("reboot", *arguments)
        assert told == [["/dev/vdb"]]
        assert guest.state == states.RUNNING

    # Volumes

    def test_a_volume_that_was_attached_is_the_guests_until_it_is_detached(self, guest: Guest) -> None:
        """It is connected to the host, and is not when the guest no longer has it."""
        volume = guest.cloud.add_volume()
        connection = guest.connection(volume)
        guest.call("attach_volume", guest.context, connection, guest.instance, "/dev/vdz")
        assert guest.domain.volumes["vdz"] == volume
        assert volume in guest.hypervisor().connected_volumes
        guest.call("detach_volume", connection, guest.instance, "/dev/vdz")
        assert "vdz" not in guest.domain.volumes
        assert volume not in guest.hypervisor().connected_volumes

    def test_a_volume_is_not_attached_where_another_is(self, guest: Guest) -> None:
        """The guest keeps the one that it has."""
        ((device, had),) = guest.domain.volumes.items()
        connection = guest.connection(guest.cloud.add_volume())
        with pytest.raises(exceptions.DeviceIsBusy):
            guest.call("attach_volume", guest.context, connection, guest.instance, f"/dev/{device}")
        assert guest.domain.volumes == {device: had}

    def test_a_volume_that_the_guest_does_not_have_is_not_found(self, guest: Guest) -> None:
        """The guest keeps those that it has."""
        volumes = dict(guest.domain.volumes)
        with pytest.raises(exceptions.DiskNotFound):
            guest.call("detach_volume", guest.connection(guest.volumes[0]), guest.instance, "/dev/vdy")
        assert guest.domain.volumes == volumes

    def test_a_volume_is_disconnected_from_a_host_that_has_no_such_guest(self, absent: Guest) -> None:
        """The host has no use for it."""
        (volume,) = absent.volumes
        absent.call("detach_volume", absent.connection(volume), absent.instance, "/dev/vdb")
        assert volume not in absent.hypervisor().connected_volumes

    def test_a_volume_that_is_read_through_an_encryptor_is_detached_with_it(self, guest: Guest) -> None:
        """It is busy to who does not know of that."""
        connection, encryption = guest.connection(guest.cloud.add_volume()), {"provider": "luks"}
        arguments = (guest.context, connection, guest.instance, "/dev/vdz")
        guest.call("attach_volume", *arguments, encryption=encryption)
        with pytest.raises(exceptions.DeviceIsBusy):
            guest.call("detach_volume", connection, guest.instance, "/dev/vdz")
        guest.call("detach_volume", connection, guest.instance, "/dev/vdz", encryption=encryption)
        assert "vdz" not in guest.domain.volumes

    def test_a_volume_that_was_swapped_is_another(self, guest: Guest) -> None:
        """The new one is connected, the old one is not."""
        ((device, old),) = guest.domain.volumes.items()
        new = guest.cloud.add_volume()
        arguments = (guest.connection(old), guest.connection(new), guest.instance, f"/dev/{device}", 1)
        guest.call("swap_volume", *arguments)
        assert guest.domain.volumes == {device: new}
        connected = guest.hypervisor().connected_volumes
        assert new in connected
        assert old not in connected

    def test_a_volume_connector_tells_who_connects(self, guest: Guest) -> None:
        """The address and the name of the host."""
        connector = guest.call("get_volume_connector", guest.instance)
        assert connector["host"]
        assert connector["ip"] == guest.call("get_host_ip_addr")

    def test_devices_get_names(self, guest: Guest) -> None:
        """The root disk's is a path of a device, and a list without devices stays as it is."""
        root = guest.call("default_root_device_name", guest.instance, {}, None)
        assert root.startswith("/dev/")
        guest.call("default_device_names_for_instance", guest.instance, root, [], [], [])

    # Networks

    def test_vifs_are_plugged_and_unplugged(self, guest: Guest) -> None:
        """Twice is as good as once."""
        ids = {vif["id"] for vif in guest.vifs}
        for _ in range(2):
            guest.call("unplug_vifs", guest.instance, guest.vifs)
            assert not ids & guest.hypervisor().plugged_vifs.keys()
        for _ in range(2):
            guest.call("plug_vifs", guest.instance, guest.vifs)
            assert ids <= guest.hypervisor().plugged_vifs.keys()

    def test_rules_are_in_place_until_they_are_removed(self, guest: Guest) -> None:
        """Where there are none, there is nothing to remove."""
        for _ in range(2):
            guest.call("unfilter_instance", guest.instance, guest.vifs)
            assert guest.server.uuid not in guest.hypervisor().filters
        guest.call("ensure_filtering_rules_for_instance", guest.instance, guest.vifs)
        assert guest.server.uuid in guest.hypervisor().filters

    def test_an_interface_that_was_attached_is_the_guests_until_it_is_detached(self, guest: Guest) -> None:
        """It is plugged, and is not when the guest no longer has it."""
        vif = {**guest.vifs[0], "id": guest.context.request_id.removeprefix("req-"), "address": "fa:16:3e:00:00:99"}
        guest.call("attach_interface", guest.instance, {}, vif)
        assert vif["id"] in guest.domain.vifs
        assert vif["id"] in guest.hypervisor().plugged_vifs
        with pytest.raises(exceptions.InterfaceAttachFailed):
            guest.call("attach_interface", guest.instance, {}, vif)
        guest.call("detach_interface", guest.instance, vif)
        assert vif["id"] not in guest.domain.vifs
        assert vif["id"] not in guest.hypervisor().plugged_vifs
        with pytest.raises(exceptions.InterfaceDetachFailed):
            guest.call("detach_interface", guest.instance, vif)

    def test_what_networks_must_know_of_a_guest_is_told_in_its_form(self, guest: Guest) -> None:
        """Addresses, options, and whether networks are of use to another host."""
        macs = guest.call("macs_for_instance", guest.instance)
        assert macs is None or isinstance(macs, set)
        options = guest.call("dhcp_options_for_instance", guest.instance)
        assert options is None or isinstance(options, list)
        assert isinstance(guest.call("deallocate_networks_on_reschedule", guest.instance), bool)

    # What a guest and its host tell

    @pytest.mark.parametrize("kind", CONSOLES)
    def test_a_console_is_where_the_guest_is(self, guest: Guest, kind: str) -> None:
        """It has a host and a port, or is not available on this host."""
        if kind not in guest.hypervisor().console_types:
            with pytest.raises(exceptions.ConsoleTypeUnavailable):
                guest.call(f"get_{kind}_console", guest.context, guest.instance)
            return
        console = guest.call(f"get_{kind}_console", guest.context, guest.instance)
        assert console.host
        assert isinstance(console.port, int)

    def test_the_output_of_a_console_is_text(self, guest: Guest) -> None:
        """It may be empty."""
        assert isinstance(guest.call("get_console_output", guest.context, guest.instance), str)

    def test_diagnostics_are_told(self, guest: Guest) -> None:
        """In the hypervisor's own terms, by name."""
        diagnostics = guest.call("get_diagnostics", guest.instance)
        assert diagnostics
        assert all(isinstance(name, str) for name in diagnostics)

    def test_diagnostics_are_told_in_the_terms_of_the_field(self, guest: Guest) -> None:
        """With the state of the guest."""
        assert guest.call("get_instance_diagnostics", guest.instance).state == "running"

    def test_usage_is_counted(self, guest: Guest) -> None:
        """Of the VIFs, of the volumes and of a disk."""
        counters = guest.call("get_all_bw_counters", [guest.instance])
        assert {counter["uuid"] for counter in counters} <= {guest.server.uuid}
        bdm = {"volume_id": guest.volumes[0], "device_name": "/dev/vdb"}
        usages = guest.call(
            "get_all_volume_usage", guest.context, [{"instance": guest.instance, "instance_bdms": [bdm]}]
        )
        assert [usage["volume"] for usage in usages] == guest.volumes
        assert len(guest.call("block_stats", guest.server.name, "vdb")) == 5
        assert isinstance(guest.call("get_per_instance_usage"), dict)
        assert guest.call("estimate_instance_overhead", guest.instance)["memory_mb"] >= 0

    def test_a_host_tells_what_it_has(self, guest: Guest) -> None:
        """Its nodes, what each has and uses, and how its processors spend their time."""
        (node,) = guest.call("get_available_nodes")
        assert guest.call("node_is_available", node) is True
        assert guest.call("node_is_available", "elsewhere") is False
        has = guest.call("get_available_resource", node)
        assert has["hypervisor_hostname"] == node
        assert 0 < has["memory_mb_used"] <= has["memory_mb"]
        assert has["vcpus_used"] > 0
        json.loads(has["cpu_info"])
        assert guest.call("get_host_cpu_stats")["frequency"] > 0

    def test_a_guest_that_is_gone_no_longer_uses_what_its_host_has(self, guest: Guest) -> None:
        """Memory and processors are free again."""
        (node,) = guest.call("get_available_nodes")
        before = guest.call("get_available_resource", node)
        guest.call("destroy", guest.context, guest.instance, guest.vifs, guest.block_device_info)
        after = guest.call("get_available_resource", node)
        assert before["memory_mb_used"] - after["memory_mb_used"] == guest.server.memory_mb
        assert before["vcpus_used"] - after["vcpus_used"] == guest.server.vcpus

    def test_a_snapshot_is_uploaded_while_the_guest_goes_on(self, guest: Guest) -> None:
        """The image is active afterwards, and the task state has gone through both of its steps."""
        image = guest.cloud.images.create(guest.context, {"name": "snapshot", "status": "queued"})
        told: list[str] = []
        guest.call(
            "snapshot", guest.context, guest.instance, image["id"], lambda task_state, **_: told.append(task_state)
        )
        assert guest.cloud.images.get(guest.context, image["id"])["status"] == "active"
        assert told == [states.IMAGE_PENDING_UPLOAD, states.IMAGE_UPLOADING]
        assert guest.state == states.RUNNING

    def test_a_password_is_set(self, guest: Guest) -> None:
        """The guest goes on."""
        guest.call("set_admin_password", guest.instance, "secret")
        assert guest.state == states.RUNNING

    def test_a_file_is_injected(self, guest: Guest) -> None:
        """The guest goes on."""
        guest.call("inject_file", guest.instance, "L3RtcC9h", "YQ==")
        assert guest.state == states.RUNNING

    # Disks

    def test_local_disks_are_told_without_the_volumes(self, guest: Guest) -> None:
        """Each with its path and its sizes."""
        (disk,) = json.loads(guest.call("get_instance_disk_info", guest.server.name, guest.block_device_info))
        assert disk["path"]
        assert 0 <= disk["disk_size"] <= disk["virt_disk_size"]

    def test_the_files_of_a_guest_are_there_until_they_are_deleted(self, guest: Guest) -> None:
        """And are gone then."""
        assert guest.call("instance_on_disk", guest.instance) is True
        assert guest.call("delete_instance_files", guest.instance) is True
        assert guest.call("instance_on_disk", guest.instance) is False

    def test_shared_storage_is_found_out_by_a_mark(self, guest: Guest) -> None:
        """Another host sees it until it is removed."""
        mark = guest.call("check_instance_shared_storage_local", guest.context, guest.instance)
        assert guest.call("check_instance_shared_storage_remote", guest.context, mark, on="dst") is True
        guest.call("check_instance_shared_storage_cleanup", guest.context, mark)
        assert guest.call("check_instance_shared_storage_remote", guest.context, mark, on="dst") is False

    def test_a_format_of_block_devices_is_named(self, guest: Guest) -> None:
        """A manager asks before it hands them over."""
        assert isinstance(guest.cloud.host("src").driver.need_legacy_block_device_info, bool)

    # Live migration

    @pytest.mark.parametrize(
        ("fake_cloud", "copied"),
        [({"shared_storage": True}, False), ({"shared_storage": False}, True)],
        indirect=["fake_cloud"],
        ids=["shared disks", "copied disks"],
    )
    def test_a_guest_that_is_live_migrated_runs_on_the_destination_and_nowhere_else(
        self, guest: Guest, copied: bool
    ) -> None:
        """It was prepared there, has its volumes and VIFs there, and the source has none of it."""
        info, vifs, data = guest.block_device_info, guest.vifs, guest.check_migration(copied=copied)
        prepared = guest.prepare_migration(data)
        guest.live_migrate(prepared)
        ((end, context, instance, *told),) = guest.ended
        assert (end, context, instance["uuid"]) == ("post", guest.context, guest.server.uuid)
        assert told == ["dst", copied, prepared]
        guest.call("post_live_migration", guest.context, guest.instance, info)
        guest.call("post_live_migration_at_source", guest.context, guest.instance, vifs)
        guest.call("post_live_migration_at_destination", guest.context, guest.instance, vifs, on="dst")
        assert guest.call("instance_exists", guest.instance) is False
        assert guest.call("get_info", guest.instance, on="dst")["state"] == states.RUNNING
        assert guest.call("instance_on_disk", guest.instance, on="dst") is True
        source, destination = guest.hypervisor("src"), guest.hypervisor("dst")
        volumes, ports = set(guest.volumes), {vif["id"] for vif in vifs}
        assert volumes <= destination.connected_volumes.keys()
        assert ports <= destination.plugged_vifs.keys()
        assert not volumes & source.connected_volumes.keys()
        assert not ports & source.plugged_vifs.keys()

    def test_a_guest_that_cannot_be_live_migrated_stays_where_it_is(self, guest: Guest) -> None:
        """Nothing was prepared: the migration is recovered from, and its error raised."""
        with pytest.raises(exceptions.NovaException):
            guest.live_migrate(None)
        assert [end for end, *_ in guest.ended] == ["recover"]
        assert guest.state == states.RUNNING
        assert guest.call("instance_exists", guest.instance, on="dst") is False

    @DISKS_OF_ITS_OWN
    def test_what_was_prepared_for_a_guest_that_did_not_come_is_undone(self, guest: Guest) -> None:
        """Neither volumes nor VIFs nor files are left on the destination, and the guest runs from its disks."""
        info, vifs, data = guest.block_device_info, guest.vifs, guest.check_migration(copied=True)
        guest.prepare_migration(data)
        assert guest.call("instance_on_disk", guest.instance, on="dst") is True
        arguments = (guest.context, guest.instance, vifs, info)
        guest.call("rollback_live_migration_at_destination", *arguments, migrate_data=data, on="dst")
        host = guest.hypervisor("dst")
        assert not set(guest.volumes) & host.connected_volumes.keys()
        assert not {vif["id"] for vif in vifs} & host.plugged_vifs.keys()
        assert guest.call("instance_on_disk", guest.instance, on="dst") is False
        assert guest.call("instance_on_disk", guest.instance) is True
        assert guest.state == states.RUNNING

    @DISKS_OF_ITS_OWN
    def test_a_guest_whose_disks_are_in_a_shared_pool_gets_a_directory_on_the_destination(self, guest: Guest) -> None:
        """Where its console's log goes, say; nothing is copied."""
        pool = Storage("pool", directories=dict(guest.hypervisor().instances_path.directories))
        for host in HOSTS:
            guest.hypervisor(host).image_pool = pool
        data = guest.check_migration(copied=False)
        assert (data["is_shared_instance_path"], data["is_shared_block_storage"]) == (False, True)
        guest.prepare_migration(data)
        assert guest.call("instance_on_disk", guest.instance, on="dst") is True
        assert guest.hypervisor("dst").instances_path.directories[guest.server.uuid] == {}

    @DISKS_OF_ITS_OWN
    def test_files_that_are_in_the_way_on_the_destination_are_not_written_over(self, guest: Guest) -> None:
        """Whoever left them is to remove them."""
        data = guest.check_migration(copied=True)
        guest.prepare_migration(data)
        with pytest.raises(exceptions.DestinationDiskExists):
            guest.prepare_migration(data)

    @DISKS_OF_ITS_OWN
    def test_a_migration_without_its_storage_is_refused(self, guest: Guest) -> None:
        """Disks that nobody copies must be shared, and the mark of the check is removed."""
        checked = guest.check_destination(copied=False)
        with pytest.raises(exceptions.InvalidSharedStorage):
            guest.call("check_can_live_migrate_source", guest.context, guest.instance, dict(checked))
        guest.call("check_can_live_migrate_destination_cleanup", guest.context, checked, on="dst")
        assert not guest.hypervisor("dst").instances_path.test_files

    # Resize

    @DISKS_OF_ITS_OWN
    def test_a_guest_that_is_resized_runs_where_it_was_sent(self, guest: Guest) -> None:
        """The source keeps nothing once the resize is confirmed."""
        guest.resize()
        guest.cloud.update_server(guest.server, host="dst", node="dst")
        moved = guest.in_form(guest.cloud.refresh(guest.server))
        assert guest.call("get_info", moved, on="dst")["state"] == states.RUNNING
        guest.call("confirm_migration", {}, moved, guest.vifs)
        assert guest.call("instance_exists", moved) is False
        kept = guest.hypervisor("src").instances_path.directories
        assert not [directory for directory in kept if directory.startswith(guest.server.uuid)]

    @DISKS_OF_ITS_OWN
    def test_a_swap_disk_of_another_size_is_made_anew(self, guest: Guest) -> None:
        """Nothing on it is of use."""
        old, new = ({**guest.block_device_info, "swap": {"swap_size": size}} for size in (128, 64))
        guest.call("destroy", guest.context, guest.instance, guest.vifs, old)
        guest.call("spawn", guest.context, guest.instance, {}, [], None, guest.vifs, old)
        flavor = {**(guest.cloud.flavor_of(guest.server) or {}), "swap": 64}
        arguments = (guest.context, guest.instance, "dst", flavor, guest.vifs, old)
        sent = guest.call("migrate_disk_and_power_off", *arguments)
        arrival: tuple[Any, ...] = (guest.context, {}, guest.instance, sent, guest.vifs, {}, False, new)
        guest.call("finish_migration", *arrival, on="dst")
        disks = guest.hypervisor("dst").disk_storage.directories[guest.server.uuid].values()
        assert sorted(disk.virt_disk_size for disk in disks) == [64 * MIB, GIB]

    @DISKS_OF_ITS_OWN
    def test_a_guest_whose_resize_is_reverted_runs_where_it_was(self, guest: Guest) -> None:
        """From the disks that it had."""
        guest.resize()
        info = guest.block_device_info
        guest.call("destroy", guest.context, guest.instance, guest.vifs, info, on="dst")
        guest.call("finish_revert_migration", guest.context, guest.instance, guest.vifs, info)
        assert guest.state == states.RUNNING
        assert guest.call("instance_exists", guest.instance, on="dst") is False

    # Any of it

    def test_any_sequence_of_calls_leaves_the_guest_as_it_should_be(
        self, form: str, fakevirt_requirements: Requirements
    ) -> None:
        """In its state, with its volumes, VIFs, rules and disks, on one host, and with nothing left elsewhere."""
        pytest.importorskip("hypothesis", reason="sequences are drawn by Hypothesis: pip install 'fakevirt[random]'")
        from fakevirt.suite.driver_sequences import check_sequences

        test = running_test.current()
        arguments = test.cloud_arguments if test else {}

        @contextlib.contextmanager
        def make_guest(shared: bool) -> Iterator[Guest]:
            # Hypothesis tells the calls, and one trace for each of its attempts would hide them.
            with Cloud(**{**arguments, "shared_storage": shared}) as cloud, cloud.trace.muted():
                yield Guest(cloud, form, fakevirt_requirements, volumes=1)

        check_sequences(make_guest)
