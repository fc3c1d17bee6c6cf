"""Server groups."""

import pytest
from oslo_utils import uuidutils

from fakevirt import exceptions
from fakevirt.db import api as db
from fakevirt.db import builders
from fakevirt.objects.instance_group import InstanceGroup

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def group(context, database):
    group = InstanceGroup(context, name="apart", project_id=context.project_id, policies=["anti-affinity"])
    group.create()
    return group


def add_instance(context, group, **values):
    uuid = uuidutils.generate_uuid()
    db.instance_create(context, builders.instance_row(id=None, uuid=uuid, **values))
    InstanceGroup.add_members(context, group.uuid, [uuid])
    return uuid


@pytest.mark.parametrize("hint", ["uuid", "name"])
def test_a_group_is_found_by_the_hint_that_names_it(context, group, hint):
    found = InstanceGroup.get_by_hint(context, getattr(group, hint))
    assert (found.uuid, found.policies, found.members) == (group.uuid, ["anti-affinity"], [])
    assert found.obj_what_changed() == set()


@pytest.mark.parametrize("hint", ["nonsense", "0e9a3d4b-6a0e-4a06-8a4e-6a6e0c1a2b3c"])
def test_a_group_that_is_not_there_is_not_found(context, group, hint):
    with pytest.raises(exceptions.InstanceGroupNotFound, match=hint):
        InstanceGroup.get_by_hint(context, hint)


def test_the_hosts_of_a_group_are_those_of_its_instances_that_are_there(context, group):
    one = add_instance(context, group, host="a")
    add_instance(context, group, host="b")
    add_instance(context, group, host=None)
    gone = add_instance(context, group, host="c")
    db.instance_destroy(context, gone)
    group = InstanceGroup.get_by_uuid(context, group.uuid)
    assert group.get_hosts() == ["a", "b"]
    assert group.get_hosts(exclude=[one]) == ["b"]


def test_a_member_is_added_once(context, group):
    one, two = uuidutils.generate_uuid(), uuidutils.generate_uuid()
    assert InstanceGroup.add_members(context, group.uuid, [one]) == [one]
    InstanceGroup.add_members(context, group.uuid, [one, two])
    assert InstanceGroup.get_by_uuid(context, group.uuid).members == [one, two]


def test_a_group_is_created_once(context, group):
    with pytest.raises(exceptions.ObjectActionError, match="already created"):
        group.create()


def test_an_older_version_has_metadetails_and_no_other_texts_than_ascii(context):
    group = InstanceGroup(name="ä")
    assert group.obj_to_primitive("1.7")["nova_object.data"] == {"name": "ä"}
    assert group.obj_to_primitive("1.6")["nova_object.data"] == {"name": "ä", "metadetails": {}}
    assert group.obj_to_primitive("1.0")["nova_object.data"] == {"name": "?", "metadetails": {}}
