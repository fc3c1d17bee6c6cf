import pytest

from fakevirt import exceptions
from fakevirt.db import api as db
from fakevirt.db import builders
from fakevirt.objects import Flavor, Instance


@pytest.fixture
def flavor(context, database):
    db.flavor_create(context, builders.flavor_row(id=None))
    return Flavor.get_by_id(context, 1)


def test_a_flavor_is_found_by_either_id(context, flavor):
    same = Flavor.get_by_flavor_id(context, "2")
    assert (same.id, same.name, same.memory_mb, same.extra_specs) == (1, "m1.small", 512, {})


def test_a_flavor_that_is_not_there_is_not_found(context, flavor):
    with pytest.raises(exceptions.FlavorNotFound):
        Flavor.get_by_id(context, 7)


def test_a_host_reads_it_through_the_conductor(context, flavor, conductor, compute_host):
    assert Flavor.get_by_id(context, 1).vcpus == 1
    assert [call for call, *_ in conductor.calls] == ["Flavor.get_by_id"]


def test_an_instance_keeps_flavors_by_namespace_until_it_forgets_them(context, flavor, uuid):
    instance = Instance.get_by_uuid(context, uuid, expected_attrs=["system_metadata"])
    instance.set_flavor(flavor)
    instance.set_flavor(flavor, "old")
    assert "system_metadata" in instance.obj_what_changed()
    instance.save()
    kept = Instance.get_by_uuid(context, uuid, expected_attrs=["system_metadata"])
    assert (kept.get_flavor().name, kept.get_flavor("old").rxtx_factor) == ("m1.small", 1.0)
    kept.delete_flavor("old")
    with pytest.raises(KeyError):
        kept.get_flavor("old")
    assert kept.get_flavor().flavorid == "2"
