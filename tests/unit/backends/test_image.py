"""The image service keeps images and forgets those that are deleted."""

import pytest

from fakevirt import exceptions
from fakevirt.backends.image import ImageAPI


def test_an_image_is_found_by_its_id():
    images = ImageAPI()
    created = images.create(None, {"name": "cirros", "min_ram": 64})
    assert images.get(None, created["id"]) == created
    assert (created["name"], created["min_ram"], created["status"]) == ("cirros", 64, "active")
    assert images.get_all(None) == [created]


def test_an_image_may_be_given_its_id():
    images = ImageAPI()
    assert images.create(None, {"id": "one", "name": "cirros"})["id"] == "one"


def test_columns_of_an_image_are_written():
    images = ImageAPI({})
    created = images.create(None, {"name": "cirros"})
    assert images.update(None, created["id"], {"status": "saving"})["status"] == "saving"
    assert images.get(None, created["id"])["status"] == "saving"


def test_a_deleted_image_is_gone():
    images = ImageAPI()
    created = images.create(None, {"name": "cirros"})
    images.delete(None, created["id"])
    assert images.to_primitive() == []
    for call in (images.get, images.delete):
        with pytest.raises(exceptions.ImageNotFound, match=created["id"]):
            call(None, created["id"])
