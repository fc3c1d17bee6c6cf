"""Which dicts stand for which object, and what the two have in common."""

import pytest

from fakevirt.context import RequestContext
from fakevirt.conversion.entities import normalise, recognise
from fakevirt.db.primitives import legacy_dict as row_dict
from fakevirt.instrument.canonical import LAZY, Canonicalizer
from fakevirt.instrument.determinism import EPOCH
from fakevirt.instrument.snapshot import Entity, snapshot
from fakevirt.objects.builders import (
    block_device_mapping_forms,
    compute_node_forms,
    instance_forms,
    migration_forms,
    service_forms,
)

JOINED = {
    "metadata": {"role": "guest"},
    "system_metadata": {"image_os": "linux"},
    "security_groups": [],
    "info_cache": {"network_info": '[{"id": "vif"}]'},
}


@pytest.fixture
def context():
    return RequestContext(user_id="user", project_id="project")


@pytest.mark.parametrize(
    ("forms", "schema"),
    [
        (instance_forms, "Instance"),
        (block_device_mapping_forms, "BlockDeviceMapping"),
        (compute_node_forms, "ComputeNode"),
        (migration_forms, "Migration"),
        (service_forms, "Service"),
    ],
)
def test_the_dict_of_an_object_is_recognised(context, forms, schema):
    entity = recognise(forms(context).legacy)
    assert (entity.schema, entity.form) == (schema, "dict")


def test_a_dict_of_a_migration_needs_no_more_than_its_two_ends():
    assert recognise({"source_compute": "src", "dest_compute": "dst"}).schema == "Migration"


@pytest.mark.parametrize("value", [{}, {"uuid": "a"}, {"host": "src", "ip": "192.0.2.1"}])
def test_any_other_dict_is_just_one(value):
    assert recognise(value) is None


def test_a_joined_field_that_a_dict_lacks_counts_as_not_loaded(context):
    legacy = instance_forms(context).legacy
    del legacy["metadata"]
    entity = recognise(legacy)
    assert "metadata" in entity.lazy
    assert "system_metadata" not in entity.lazy
    assert "uuid" not in entity.lazy


@pytest.mark.parametrize("form", ["legacy", "row"])
def test_the_forms_of_an_instance_are_one_in_canonical_form(context, form):
    forms = instance_forms(context, **JOINED)

    def canonical(value):
        (fields,) = Canonicalizer(EPOCH, recognise, normalise).value(value).values()
        return {name: value for name, value in fields.items() if value != LAZY}

    a_dict = forms.legacy if form == "legacy" else row_dict(forms.row)
    ours, its = canonical(a_dict), canonical(snapshot(forms.object))
    assert {name: ours[name] for name in its if name in ours} == {name: its[name] for name in its if name in ours}
    assert ours.keys() - its.keys() <= {"numa_topology"}
    assert ours["metadata"] == {"role": "guest"}


def test_what_an_object_has_no_field_for_is_left_out(context):
    legacy = {**instance_forms(context).legacy, "name": "instance-00000001", "odd": 1}
    assert not {"name", "odd"} & normalise(recognise(legacy)).keys()


def test_a_flag_is_true_or_false():
    entity = Entity("BlockDeviceMapping", "dict", {"delete_on_termination": 1, "no_device": 0, "device_name": "vdb"})
    assert normalise(entity) == {"delete_on_termination": True, "no_device": False, "device_name": "vdb"}


@pytest.mark.parametrize(
    ("info_cache", "reduced"),
    [
        (None, None),
        ({}, None),
        ({"network_info": "[]"}, "[]"),
        (Entity("InstanceInfoCache", "object", {"network_info": []}), []),
    ],
)
def test_an_info_cache_is_reduced_to_its_network_information(info_cache, reduced):
    assert normalise(Entity("Instance", "dict", {"info_cache": info_cache})) == {"info_cache": reduced}


@pytest.mark.parametrize(
    "groups",
    [
        [{"name": "b"}, {"name": "a"}],
        Entity(
            "SecurityGroupList",
            "object",
            {"objects": [{"name": "b"}, Entity("SecurityGroup", "object", {"name": "a"})]},
        ),
    ],
    ids=["rows", "objects"],
)
def test_security_groups_are_reduced_to_their_names_in_order(groups):
    assert normalise(Entity("Instance", "dict", {"security_groups": groups})) == {"security_groups": ["a", "b"]}


def test_an_entity_of_no_object_stays_as_it_is():
    fields = {"user_id": "user"}
    assert normalise(Entity("RequestContext", "object", fields)) is fields
