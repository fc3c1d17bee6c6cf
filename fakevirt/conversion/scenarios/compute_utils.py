"""What nova.compute.utils does for methods of the manager."""

from __future__ import annotations

from fakevirt import exceptions
from fakevirt.cloud import Cloud
from fakevirt.cloud.world import IMAGE
from fakevirt.conversion.scenarios.registry import scenario

_RESCUE = frozenset({"remaining_instance_attr", "compute_utils"})


@scenario(enters=_RESCUE)
def rescued_with_an_image_that_says_much(cloud: Cloud) -> None:
    """The rescue image has properties, of which one is not passed on, and a disk of a size of its own."""
    image = cloud.images.images[IMAGE]
    image.properties = {"os_distro": "debian", "cache_in_nova": "True"}
    image.min_disk = 5
    cloud.rescue(cloud.boot("src"))


@scenario(enters=_RESCUE)
def rescued_with_a_vhd_image(cloud: Cloud) -> None:
    """The rescue image is a VHD: its disk is as large as the flavor's."""
    cloud.images.images[IMAGE].disk_format = "vhd"
    cloud.rescue(cloud.boot("src"))


@scenario(enters=_RESCUE)
def rescued_with_an_image_that_is_gone(cloud: Cloud) -> None:
    """The rescue image cannot be read: what the instance remembers of its own has to do."""
    server = cloud.boot("src")
    cloud.faults.fail("image", "get", with_=lambda: exceptions.ImageNotAuthorized(image_id=IMAGE))
    cloud.rescue(server)


@scenario(enters=_RESCUE)
def rescued_and_unrescued(cloud: Cloud) -> None:
    """An instance is rescued with an image that was asked for, and runs from its own disk again."""
    server = cloud.boot("src", volumes=1)
    cloud.rescue(server, rescue_image_ref=IMAGE)
    cloud.unrescue(server)
