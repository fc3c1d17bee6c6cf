"""Names of block devices."""

import string

import pytest

from fakevirt.block_device import get_next_device_name
from fakevirt.exceptions import DevicePathInUse, InvalidDevicePath


@pytest.mark.parametrize(
    ("in_use", "root", "device", "name"),
    [
        (["/dev/vda"], "/dev/vda", None, "/dev/vdb"),
        (["/dev/vda", "/dev/vdc"], "/dev/vda", None, "/dev/vdb"),
        (["vda", "/dev/sdb", "/dev/xvdc"], "/dev/vda", None, "/dev/vdd"),
        (["/dev/sda1", "sda2"], "/dev/sda1", None, "/dev/sdb"),
        (["/dev/vda"], "vda", None, "/dev/vdb"),
        (["/dev/vda"], "/dev/vda", "/dev/vdf", "/dev/vdf"),
        (["/dev/vda"], "/dev/vda", "/dev/xvdf1", "/dev/vdf"),
        ([f"/dev/vd{letter}" for letter in string.ascii_lowercase], "/dev/vda", None, "/dev/vdaa"),
        ([f"/dev/vd{letter}" for letter in (*string.ascii_lowercase, "aa")], "/dev/vda", None, "/dev/vdab"),
    ],
)
def test_the_name_has_the_root_devices_prefix_and_a_free_letter(in_use, root, device, name):
    assert get_next_device_name(in_use, root, device) == name


def test_a_letter_that_is_taken_is_refused_under_any_prefix():
    with pytest.raises(DevicePathInUse, match="/dev/sdb"):
        get_next_device_name(["/dev/vda", "/dev/vdb"], "/dev/vda", "/dev/sdb")


@pytest.mark.parametrize(("root", "device"), [("/dev/vda", "vdb"), ("/dev/vda", "/dev/1"), ("/dev/", None)])
def test_what_is_no_device_is_refused(root, device):
    with pytest.raises(InvalidDevicePath):
        get_next_device_name([], root, device)
