"""check_can_live_migrate_source, on both call paths: may the instance leave this host?"""

import pytest

from fakevirt import exceptions
from fakevirt.db import api as db


@pytest.fixture
def ask():
    """Ask the source as the destination does: its driver has left a test file, and the instance is an object."""

    def ask(cloud, server=None):
        server = server or cloud.boot("src")
        dst, src = cloud.host("dst").hypervisor, cloud.host("src").manager
        dst.instances_path.test_files.add("test-file")
        dest_check_data = {"filename": "test-file", "image_type": dst.image_type, "block_migration": False}
        return src.check_can_live_migrate_source(cloud.context, server, dest_check_data)

    return ask


def test_the_steps_in_their_order(cloud, ask, steps):
    ask(cloud, cloud.boot("src", volumes=1))
    assert steps(cloud) == [
        "driver src: get_volume_connector",
        "volume: initialize_connection",
        "db conductor: update block_device_mapping",
        "driver src: check_can_live_migrate_source",
    ]


@pytest.mark.parametrize(
    ("booted", "volume_backed"),
    [({}, False), ({"volumes": 2}, False), ({"volumes": 2, "boot_from_volume": True}, True)],
)
def test_it_finds_out_whether_the_guest_boots_from_a_volume(cloud, ask, arguments, booted, volume_backed):
    ask(cloud, cloud.boot("src", **booted))
    told = arguments(cloud, "driver", "check_can_live_migrate_source")
    assert told["dest_check_data"]["is_volume_backed"] is volume_backed


@pytest.mark.parametrize(("destination_type", "volume_backed"), [("volume", True), ("local", False)])
def test_an_instance_with_an_image_may_boot_from_a_volume_all_the_same(
    cloud, ask, arguments, rows, destination_type, volume_backed
):
    server = cloud.boot("src", volumes=1)
    (bdm,) = rows(cloud, db.block_device_mapping_get_all_by_instance, server.uuid)
    values = {"boot_index": 0, "destination_type": destination_type}
    rows(cloud, db.block_device_mapping_update, bdm["id"], values, legacy=False)
    ask(cloud, server)
    told = arguments(cloud, "driver", "check_can_live_migrate_source")
    assert told["dest_check_data"]["is_volume_backed"] is volume_backed


def test_the_driver_gets_the_volumes_with_fresh_connections(cloud, ask, arguments):
    ask(cloud, cloud.boot("src", volumes=1))
    told = arguments(cloud, "driver", "check_can_live_migrate_source")["block_device_info"]
    (device,) = told["block_device_mapping"]
    (volume,) = cloud.volumes.volumes.values()
    assert (device["mount_device"], device["connection_info"]["serial"]) == ("/dev/vdb", volume.id)


def test_it_returns_what_the_driver_found_out(cloud, ask):
    server = cloud.boot("src")
    found = ask(cloud, server)
    assert (found["is_shared_instance_path"], found["is_volume_backed"]) == (True, False)
    assert found["instance_relative_path"] == server.uuid


def test_a_refusal_leaves_a_fault_and_an_error(build, ask, steps, table):
    cloud = build(shared_storage=False)
    with pytest.raises(exceptions.InvalidSharedStorage):
        ask(cloud)
    assert steps(cloud) == [
        "driver src: check_can_live_migrate_source",
        "db conductor: insert instance_faults",
        "notifier src: check_can_live_migrate_source",
    ]
    assert [fault["host"] for fault in table(cloud, "instance_faults")] == ["src"]


def test_the_block_devices_come_through_a_raw_conductor_method_on_the_legacy_path_only(cloud, ask, on_legacy):
    ask(cloud)
    raw = [e.operation for e in cloud.trace.on("conductor") if not e.operation.startswith("object_")]
    assert raw == ["block_device_mapping_get_all_by_instance"] * on_legacy
