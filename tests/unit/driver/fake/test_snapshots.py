"""How a guest's root disk becomes an image."""

from __future__ import annotations

from typing import Any

import pytest

from fakevirt import exceptions, states
from fakevirt.backends.image import ImageAPI
from fakevirt.driver.fake import FakeVirtDriver
from fakevirt.driver.hypervisor import Hypervisor
from fakevirt.driver.storage import Storage

NAME = "instance-00000001"


@pytest.fixture
def images(context: Any) -> ImageAPI:
    images = ImageAPI()
    images.create(context, {"id": "backup", "name": "monday", "status": "queued", "size": 0})
    return images


@pytest.fixture
def driver(host: Hypervisor, images: ImageAPI) -> FakeVirtDriver:
    return FakeVirtDriver(host, peers={"src": host}.__getitem__, image_api=images)


class TaskStates(list[dict[str, Any]]):
    """What a driver tells of its progress."""

    def __call__(self, **values: Any) -> None:
        self.append(values)


def test_the_root_disk_is_uploaded_and_the_guest_goes_on(
    driver: FakeVirtDriver, host: Hypervisor, images: ImageAPI, spawned: None, context: Any, instance: Any
) -> None:
    before, progress = host.to_primitive(), TaskStates()
    driver.snapshot(context, instance, "backup", progress)
    assert host.to_primitive() == before
    image = images.get(context, "backup")
    assert (image["name"], image["status"], image["disk_format"]) == ("monday", "active", "qcow2")
    assert image["size"] == host.disks(NAME)["disk"].disk_size
    assert image["properties"]["owner_id"] == "a-project"
    assert "os_type" not in image["properties"]
    assert progress == [
        {"task_state": states.IMAGE_PENDING_UPLOAD},
        {"task_state": states.IMAGE_UPLOADING, "expected_state": states.IMAGE_PENDING_UPLOAD},
    ]


def test_the_operating_system_is_noted_if_it_is_known(
    driver: FakeVirtDriver, images: ImageAPI, spawned: None, context: Any, fields: Any
) -> None:
    driver.snapshot(context, {**fields, "os_type": "linux"}, "backup", TaskStates())
    assert images.get(context, "backup")["properties"]["os_type"] == "linux"


def test_a_disk_in_a_pool_is_uploaded_raw(images: ImageAPI, context: Any, fields: Any) -> None:
    host = Hypervisor("src", image_pool=Storage("ceph"))
    driver = FakeVirtDriver(host, peers={"src": host}.__getitem__, image_api=images)
    driver.spawn(context, fields, {}, [], None)
    driver.snapshot(context, fields, "backup", TaskStates())
    assert images.get(context, "backup")["disk_format"] == "raw"


def test_a_guest_that_is_not_there_is_not_running(driver: FakeVirtDriver, context: Any, instance: Any) -> None:
    progress = TaskStates()
    with pytest.raises(exceptions.InstanceNotRunning):
        driver.snapshot(context, instance, "backup", progress)
    assert progress == []


def test_a_guest_on_volumes_has_no_disk_to_upload(
    driver: FakeVirtDriver, images: ImageAPI, context: Any, fields: Any, bdi: Any
) -> None:
    fields["image_ref"] = ""
    driver.spawn(context, fields, {}, [], None, [], bdi("root", first="a"))
    with pytest.raises(exceptions.DiskNotFound, match=f"{fields['uuid']}/disk"):
        driver.snapshot(context, fields, "backup", TaskStates())
    assert images.get(context, "backup")["status"] == "queued"


def test_an_image_that_is_not_there_is_not_found(
    driver: FakeVirtDriver, spawned: None, context: Any, instance: Any
) -> None:
    with pytest.raises(exceptions.ImageNotFound):
        driver.snapshot(context, instance, "gone", TaskStates())


def test_an_interrupted_snapshot_leaves_nothing(
    driver: FakeVirtDriver, host: Hypervisor, spawned: None, context: Any, instance: Any
) -> None:
    before = host.to_primitive()
    driver.post_interrupted_snapshot_cleanup(context, instance)
    assert host.to_primitive() == before
