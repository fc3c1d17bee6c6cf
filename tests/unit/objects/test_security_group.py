import pytest

from fakevirt import exceptions
from fakevirt.objects import Instance, SecurityGroup, SecurityGroupList
from fakevirt.objects.security_group import make_secgroup_list


def test_a_group_is_found_by_id_name_and_instance(context, uuid):
    by_name = SecurityGroup.get_by_name(context, "fake_project", "default")
    by_id = SecurityGroup.get(context, by_name.id)
    (by_instance,) = SecurityGroupList.get_by_instance(context, Instance.get_by_uuid(context, uuid))
    assert {group.obj_to_primitive()["nova_object.data"]["name"] for group in (by_name, by_id, by_instance)} == {
        "default"
    }
    assert by_id.id == by_instance.id


def test_a_group_that_is_not_there_is_not_found(context, database):
    with pytest.raises(exceptions.SecurityGroupNotFound):
        SecurityGroup.get(context, 1)


def test_refresh_takes_over_what_the_row_says(context, uuid):
    group = SecurityGroup.get_by_name(context, "fake_project", "default")
    group.name = "mine"
    group.refresh()
    assert group.name == "default"


def test_groups_can_be_made_of_names():
    assert [group.name for group in make_secgroup_list(["default", "web"])] == ["default", "web"]
