"""What a virt driver tells of a guest, which must be that guest's own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from fakevirt import states
from fakevirt.driver.storage import GIB, MIB, Storage
from fakevirt.suite.guest import Guest

#: What a disk has counted: read requests and bytes, write requests and bytes, errors.
DISK = [1001, 1002, 1003, 1004, 1005]
#: What a VIF has counted: bytes, packets, errors and drops received, then the same sent.
_VIF = [2001, 2002, 2003, 2004, 2005, 2006, 2007, 2008]
_CPU_TIME = 3001


@dataclass(slots=True)
class _Mapping:
    """A block device that may get a name."""

    device_name: str | None = None
    saved_as: str | None = None

    def save(self) -> None:
        self.saved_as = self.device_name


class Readings:
    """What is told of a guest is its own."""

    @pytest.fixture
    def counted(self, guest: Guest) -> Guest:
        """Return a guest that has run for a while."""
        domain = guest.domain
        domain.cpu_times = [_CPU_TIME]
        domain.block_io = {device: DISK for device in domain.devices}
        domain.vif_io = {vif: _VIF for vif in domain.vifs}
        return guest

    def test_the_console_tells_what_the_guest_has_written_since_it_booted(self, guest: Guest) -> None:
        """The end of it, if it is long, and nothing of another guest."""
        guest.domain.console_log = "x" * 200 * 1024 + "the end"
        output = guest.call("get_console_output", guest.context, guest.instance)
        assert output.endswith("the end")
        assert len(output) == 100 * 1024
        guest.call("pause", guest.instance)
        assert guest.call("get_console_output", guest.context, guest.instance) == output
        guest.call("unpause", guest.instance)
        guest.call("reboot", guest.context, guest.instance, guest.vifs, "SOFT", guest.block_device_info)
        assert "the end" not in guest.call("get_console_output", guest.context, guest.instance)

    @pytest.mark.parametrize("kind", ["vnc", "spice", "serial"])
    def test_a_console_is_the_guests_own(self, guest: Guest, kind: str) -> None:
        """No other guest's port."""
        console = guest.call(f"get_{kind}_console", guest.context, guest.instance)
        assert (console.host, console.port) == (guest.domain.consoles[kind].host, guest.domain.consoles[kind].port)

    def test_diagnostics_are_what_the_guest_has_counted(self, counted: Guest) -> None:
        """By names, in numbers."""
        told = counted.call("get_diagnostics", counted.instance).values()
        assert {_CPU_TIME, *DISK, *_VIF} <= set(told)

    def test_diagnostics_in_the_terms_of_the_field_are_what_the_guest_has_counted(self, counted: Guest) -> None:
        """Processors, VIFs and disks."""
        told = counted.call("get_instance_diagnostics", counted.instance)
        assert [cpu.time for cpu in told.cpu_details] == [_CPU_TIME]
        nics = [(nic.mac_address, nic.rx_octets, nic.rx_packets, nic.tx_octets) for nic in told.nic_details]
        assert nics == [(vif["address"], _VIF[0], _VIF[1], _VIF[4]) for vif in counted.vifs]
        disks = [(disk.read_bytes, disk.read_requests, disk.write_bytes) for disk in told.disk_details]
        assert disks == [(DISK[1], DISK[0], DISK[3])] * len(counted.domain.devices)
        assert told.memory_details.maximum == counted.server.memory_mb

    def test_usage_is_what_the_guest_has_counted(self, counted: Guest) -> None:
        """Of its VIFs, of its volumes and of a disk."""
        (counters,) = counted.call("get_all_bw_counters", [counted.instance])
        (vif,) = counted.vifs
        assert (counters["uuid"], counters["mac_address"]) == (counted.server.uuid, vif["address"])
        assert (counters["bw_in"], counters["bw_out"]) == (_VIF[0], _VIF[4])
        bdm = {"volume_id": counted.volumes[0], "device_name": "/dev/vdb"}
        asked = [{"instance": counted.instance, "instance_bdms": [bdm]}]
        (usage,) = counted.call("get_all_volume_usage", counted.context, asked)
        assert [usage[name] for name in ("rd_req", "rd_bytes", "wr_req", "wr_bytes")] == DISK[:4]
        assert usage["volume"] == counted.volumes[0]
        assert counted.call("block_stats", counted.server.name, "vdb") == DISK
        assert counted.call("get_info", counted.instance)["cpu_time"] == _CPU_TIME

    def test_disks_are_the_guests_own_and_volumes_are_told_unless_they_are_known(self, guest: Guest) -> None:
        """A volume is a disk of the guest to who was not told otherwise."""
        (own,) = json.loads(guest.call("get_instance_disk_info", guest.server.name, guest.block_device_info))
        assert guest.server.uuid in own["path"]
        assert (own["disk_size"], own["over_committed_disk_size"]) == (64 * MIB, GIB - 64 * MIB)
        disks = json.loads(guest.call("get_instance_disk_info", guest.server.name))
        assert [disk["path"] for disk in disks] == [own["path"], disks[1]["path"]]

    @pytest.mark.parametrize("fake_cloud", [{"shared_storage": False}], indirect=True, ids=["own disks"])
    def test_a_guest_without_files_leaves_no_mark(self, guest: Guest) -> None:
        """Whatever other guests have there."""
        guest.call("delete_instance_files", guest.instance)
        assert not guest.call("check_instance_shared_storage_local", guest.context, guest.instance)

    @pytest.mark.parametrize(
        ("fake_cloud", "copied", "shared"),
        [({"shared_storage": True}, False, True), ({"shared_storage": False}, True, False)],
        indirect=["fake_cloud"],
        ids=["shared", "copied"],
    )
    def test_what_is_shared_with_a_destination_is_told(self, guest: Guest, copied: bool, shared: bool) -> None:
        """The directory and the disks, and which directory it is."""
        data = guest.check_migration(copied=copied)
        assert (data["is_shared_instance_path"], data["is_shared_block_storage"]) == (shared, shared)
        assert data["instance_relative_path"] == guest.server.uuid
        assert data["block_migration"] is copied

    @pytest.mark.parametrize("fake_cloud", [{"shared_storage": False}], indirect=True, ids=["own disks"])
    def test_a_guest_without_local_disks_has_nothing_to_be_copied(self, guest: Guest) -> None:
        """Its volumes are seen from everywhere."""
        guest.domain.disks.clear()
        found = guest.check_destination(copied=False)
        known = {**found, "is_volume_backed": True}
        arguments = (guest.context, guest.instance, known, guest.block_device_info)
        data = guest.call("check_can_live_migrate_source", *arguments)
        assert (data["is_shared_instance_path"], data["is_shared_block_storage"]) == (False, True)

    @pytest.mark.parametrize("fake_cloud", [{"shared_storage": False}], indirect=True, ids=["own disks"])
    def test_a_mark_on_the_destination_is_there_until_it_is_cleaned_up(self, guest: Guest) -> None:
        """Each check has its own."""
        marks = guest.hypervisor(guest.elsewhere).instances_path.test_files
        first, second = (guest.check_destination(copied=False)["filename"] for _ in range(2))
        assert marks == {first, second}
        assert len(marks) == 2
        known = {"filename": first}
        guest.call("check_can_live_migrate_destination_cleanup", guest.context, known, on=guest.elsewhere)
        assert marks == {second}

    def test_disks_are_made_as_the_instance_has_them(self, guest: Guest) -> None:
        """Root, ephemeral and swap, and none of an instance that has none."""
        guest.server.ephemeral_gb, info = 2, {**guest.block_devices({}), "swap": {"swap_size": 128}}
        guest.call("destroy", guest.context, guest.instance, guest.vifs, guest.block_device_info)
        guest.call("spawn", guest.context, guest.instance, {}, [], None, guest.vifs, info)
        disks = guest.hypervisor().disk_storage.directories[guest.server.uuid]
        assert sorted(disk.virt_disk_size for disk in disks.values()) == [128 * MIB, GIB, 2 * GIB]
        assert sorted(guest.domain.disks) == sorted(disks)
        assert len({disk.content for disk in disks.values()}) == len(disks)

    def test_disks_can_be_in_a_pool(self, guest: Guest) -> None:
        """Made there and removed from there, with a directory beside."""
        guest.call("destroy", guest.context, guest.instance, guest.vifs, guest.block_device_info)
        pool = guest.hypervisor().image_pool = Storage("pool")
        guest.call("spawn", guest.context, guest.instance, {}, [], None, guest.vifs, None)
        assert list(pool.directories) == [guest.server.uuid]
        assert guest.call("instance_on_disk", guest.instance) is True
        assert json.loads(guest.call("get_instance_disk_info", guest.server.name)) == []
        guest.call("destroy", guest.context, guest.instance, guest.vifs, None)
        assert pool.directories == {}

    def test_block_devices_without_a_name_get_one_that_is_free(self, guest: Guest) -> None:
        """It is saved; a default ephemeral disk takes the first."""
        named, nameless = _Mapping("/dev/vdb"), [_Mapping(), _Mapping()]
        guest.call("default_device_names_for_instance", guest.instance, "/dev/vda", [], [], [named, *nameless])
        assert [mapping.device_name for mapping in (named, *nameless)] == ["/dev/vdb", "/dev/vdc", "/dev/vdd"]
        assert [mapping.saved_as for mapping in (named, *nameless)] == [None, "/dev/vdc", "/dev/vdd"]
        guest.server.ephemeral_gb, volume = 1, _Mapping()
        guest.call("default_device_names_for_instance", guest.instance, "/dev/vda", [], [], [volume])
        assert volume.device_name == "/dev/vdc"

    @pytest.mark.parametrize(
        ("method", "arguments", "all_guests"),
        [
            ("refresh_instance_security_rules", lambda guest: (guest.instance,), False),
            ("refresh_security_group_rules", lambda guest: (1,), True),
            ("refresh_security_group_members", lambda guest: (1,), True),
            ("refresh_provider_fw_rules", lambda guest: (), True),
        ],
    )
    def test_rules_are_renewed(self, guest: Guest, method: str, arguments: Any, all_guests: bool) -> None:
        """Of the guest, or of all guests."""
        filters = guest.hypervisor().filters
        filters[guest.server.uuid].refreshes = filters[guest.other().uuid].refreshes = 0
        guest.call(method, *arguments(guest))
        assert filters[guest.server.uuid].refreshes == 1
        assert filters[guest.other().uuid].refreshes == all_guests

    def test_rules_that_are_not_there_are_not_renewed(self, guest: Guest) -> None:
        """Nor made."""
        guest.call("unfilter_instance", guest.instance, guest.vifs)
        guest.call("refresh_instance_security_rules", guest.instance)
        assert guest.server.uuid not in guest.hypervisor().filters

    def test_a_snapshot_tells_where_it_comes_from(self, guest: Guest) -> None:
        """Its size, its project, its kernel and its system; its name stays."""
        image = guest.cloud.images.create(guest.context, {"name": "snapshot", "status": "queued"})["id"]
        guest.server.os_type = "linux"
        steps: list[dict[str, Any]] = []
        arguments = (guest.context, guest.instance, image, lambda **step: steps.append(step))
        guest.call("snapshot", *arguments)
        found = guest.cloud.images.get(guest.context, image)
        assert (found["name"], found["size"]) == ("snapshot", 64 * MIB)
        assert found["properties"]["owner_id"] == guest.server.project_id
        assert found["properties"]["os_type"] == "linux"
        assert steps[1]["expected_state"] == states.IMAGE_PENDING_UPLOAD
