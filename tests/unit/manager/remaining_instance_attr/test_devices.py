"""reserve_block_device_name, on both call paths."""

import pytest

from fakevirt import exceptions

VOLUME = "3f0b6a52-8c1e-4a0e-9a2f-6d1f3f2f0c11"


@pytest.mark.parametrize("return_bdm_object", [False, True])
def test_the_name_or_the_mapping_is_returned(cloud, src, return_bdm_object):
    server = cloud.boot("src", volumes=1)
    reserved = src.reserve_block_device_name(
        cloud.context, server, None, VOLUME, disk_bus="ide", return_bdm_object=return_bdm_object
    )
    assert (reserved.device_name if return_bdm_object else reserved) == "/dev/vdc"
    assert cloud.attached_volumes(server)[-1] == VOLUME


def test_a_device_can_be_reserved_before_its_volume_is_known(cloud, src, table):
    src.reserve_block_device_name(cloud.context, cloud.boot("src"), "/dev/vdf", None)
    (row,) = table(cloud, "block_device_mapping")
    assert (row["volume_id"], row["device_name"], row["connection_info"]) == ("reserved", "/dev/vdf", None)


def test_one_device_after_the_other_is_reserved(cloud):
    server = cloud.boot("src")
    assert [cloud.reserve_device(server, VOLUME) for _ in range(3)] == ["/dev/vdb", "/dev/vdc", "/dev/vdd"]


def test_a_device_that_is_in_use_is_refused_with_a_fault(cloud, table):
    server = cloud.boot("src", volumes=1)
    with pytest.raises(exceptions.DevicePathInUse):
        cloud.reserve_device(server, VOLUME, "/dev/vdb")
    (fault,) = table(cloud, "instance_faults")
    assert (fault["code"], fault["message"]) == (409, "The supplied device path (/dev/vdb) is in use.")
    assert cloud.attached_volumes(server) != [VOLUME]
