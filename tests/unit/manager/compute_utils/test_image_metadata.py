"""get_image_metadata, on both call paths."""

import pytest

from fakevirt import exceptions
from fakevirt.cloud.world import IMAGE


@pytest.fixture
def read(cloud, src, as_sent):
    """Read the metadata of the image of a server."""

    def read(**image):
        for name, value in image.items():
            setattr(cloud.images.images[IMAGE], name, value)
        server = cloud.boot("src")
        return src._get_image_metadata(cloud.context, IMAGE, as_sent(server))

    return read


def test_it_has_what_a_guest_of_the_image_needs(read):
    metadata = read(min_ram=256, min_disk=0)
    inherited = {name: metadata[name] for name in ("min_ram", "min_disk", "disk_format", "container_format")}
    # The flavor has a root disk of 1 GiB.
    assert inherited == {"min_ram": 256, "min_disk": 1, "disk_format": "qcow2", "container_format": "bare"}


@pytest.mark.parametrize(("disk_format", "min_disk"), [("qcow2", 5), ("vhd", 1)])
def test_its_disk_is_at_least_the_flavors_and_just_that_for_a_vhd(read, disk_format, min_disk):
    assert read(min_disk=5, disk_format=disk_format)["min_disk"] == min_disk


def test_its_properties_are_cut_to_the_column_and_some_are_left_out(read):
    properties = read(properties={"os": "x" * 300, "bittorrent": "yes"})["properties"]
    assert properties["os"] == "x" * 255
    assert "bittorrent" not in properties
    assert (properties["base_image_ref"], properties["instance_type_name"]) == (IMAGE, "m1.small")


@pytest.mark.parametrize(
    "error",
    [
        exceptions.ImageNotFound(image_id=IMAGE),
        exceptions.ImageNotAuthorized(image_id=IMAGE),
        exceptions.Invalid(),
    ],
)
def test_an_image_that_cannot_be_read_leaves_what_the_instance_remembers(cloud, read, error):
    cloud.faults.fail("image", "get", with_=lambda: error)
    assert read().keys() == {"properties"}


def test_an_instance_that_remembers_nothing_has_no_metadata_of_an_image_that_is_gone(cloud, src, as_sent):
    server = cloud.boot("src")
    server.system_metadata = {}
    assert src._get_image_metadata(cloud.context, "gone", as_sent(server)) == {}
