"""_get_instance_block_device_info, on both call paths: block devices in the driver's format."""

import pytest

from fakevirt.objects import BlockDeviceMappingList


@pytest.fixture
def info_of(cloud, inside, as_sent):
    return lambda server, **kwargs: inside._get_instance_block_device_info(cloud.context, as_sent(server), **kwargs)


def test_a_server_without_volumes_has_its_root_device_and_nothing_else(cloud, info_of):
    assert info_of(cloud.boot("src")) == {
        "root_device_name": "/dev/vda",
        "swap": None,
        "ephemerals": [],
        "block_device_mapping": [],
    }


def test_each_volume_is_told_with_its_device_and_connection(cloud, info_of):
    devices = info_of(cloud.boot("src", volumes=2, boot_from_volume=True))["block_device_mapping"]
    assert [(d["mount_device"], d["boot_index"], d["delete_on_termination"]) for d in devices] == [
        ("/dev/vda", 0, False),
        ("/dev/vdb", None, False),
    ]
    assert [d["connection_info"]["serial"] for d in devices] == list(cloud.volumes.volumes)


def test_it_asks_nobody_for_connections_unless_it_is_to(cloud, info_of, steps):
    info_of(cloud.boot("src", volumes=1))
    assert steps(cloud) == []


def test_fresh_connections_are_made_and_written(cloud, info_of, steps, table):
    devices = info_of(cloud.boot("src", volumes=2), refresh_conn_info=True)["block_device_mapping"]
    connected = ["volume: initialize_connection", "db conductor: update block_device_mapping"]
    assert steps(cloud) == ["driver src: get_volume_connector", *connected, *connected]
    assert [d["connection_info"]["serial"] for d in devices] == list(cloud.volumes.volumes)
    assert all(
        f'"serial": "{row["volume_id"]}"' in row["connection_info"] for row in table(cloud, "block_device_mapping")
    )


def test_without_volumes_there_is_nothing_to_refresh(cloud, info_of, add_local_disk, steps):
    server = cloud.boot("src")
    add_local_disk(cloud, server)
    assert info_of(server, refresh_conn_info=True)["block_device_mapping"] == []
    assert steps(cloud) == []


def test_a_volume_that_was_never_connected_is_left_out(cloud, inside, info_of):
    server = cloud.boot("src", volumes=2)
    bdms = BlockDeviceMappingList.get_by_instance_uuid(cloud.context, server.uuid)
    bdms[0].connection_info = None
    (device,) = info_of(server, bdms=bdms)["block_device_mapping"]
    assert device["mount_device"] == bdms[1].device_name


def test_mappings_that_are_given_are_not_read_again(cloud, inside, info_of):
    server = cloud.boot("src", volumes=1)
    bdms = BlockDeviceMappingList.get_by_instance_uuid(cloud.context, server.uuid)
    cloud.trace.effects.clear()
    assert info_of(server, bdms=bdms)["block_device_mapping"]
    assert cloud.trace.on("conductor") == []
