"""get_device_name_for_instance, on both call paths."""

import pytest

from fakevirt.objects.block_device import BlockDeviceMapping


def volume(device_name):
    return BlockDeviceMapping(source_type="volume", destination_type="volume", device_name=device_name)


def blank(device_name, guest_format=None):
    return BlockDeviceMapping(
        source_type="blank", destination_type="local", device_name=device_name, guest_format=guest_format
    )


@pytest.mark.parametrize(
    ("row", "bdms", "name"),
    [
        ({}, [], "/dev/vdb"),
        ({}, [volume("/dev/vdb"), blank("/dev/vdc"), blank("/dev/vdd", "swap")], "/dev/vde"),
        ({"default_ephemeral_device": "/dev/vdb", "default_swap_device": "/dev/vdc"}, [], "/dev/vdd"),
        # A mapping takes the place of the default.
        ({"default_ephemeral_device": "/dev/vdb"}, [blank("/dev/vdc")], "/dev/vdb"),
        ({"default_swap_device": "/dev/vdb"}, [blank("/dev/vdc", "swap")], "/dev/vdb"),
        ({"root_device_name": None}, [volume("/dev/sdb")], "/dev/sdb"),
        ({"root_device_name": "/dev/xvda"}, [volume("/dev/vdb")], "/dev/xvdc"),
    ],
)
def test_the_first_device_that_is_free_is_the_one(cloud, src, as_sent, row, bdms, name):
    server = cloud.boot("src")
    for column, value in row.items():
        setattr(server, column, value)
    assert src._get_device_name_for_instance(as_sent(server), bdms, None) == name


def test_an_image_s_mapping_is_the_root_s_and_counts_no_further(cloud, src, as_sent):
    image = BlockDeviceMapping(source_type="image", destination_type="local", device_name="/dev/vdb")
    assert src._get_device_name_for_instance(as_sent(cloud.boot("src")), [image], None) == "/dev/vdb"
