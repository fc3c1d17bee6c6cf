import pytest

from fakevirt.objects import builders
from fakevirt.objects.instance import Instance
from fakevirt.usage_error import UsageError

ALL = [
    builders.instance_forms,
    builders.info_cache_forms,
    builders.fault_forms,
    builders.block_device_mapping_forms,
    builders.service_forms,
    builders.compute_node_forms,
    builders.migration_forms,
    builders.security_group_forms,
]


@pytest.mark.parametrize("forms", ALL)
def test_the_three_forms_have_the_same_content(context, forms):
    made = forms(context, id=7)
    assert made.row["id"] == made.legacy["id"] == 7
    assert made.object._context is context
    assert made.object.obj_what_changed() == set()
    again = type(made.object)._from_db_object(context, type(made.object)(context), made.legacy)
    plain = {
        name for name, value in made.legacy.items() if not isinstance(value, list | dict)
    } & made.object.fields.keys()
    assert plain
    assert {name: getattr(again, name) for name in plain} == {name: getattr(made.object, name) for name in plain}


@pytest.mark.parametrize("forms", ALL)
def test_an_unknown_column_is_refused(context, forms):
    with pytest.raises(UsageError, match="nonsense"):
        forms(context, nonsense=1)


def test_an_instance_has_everything_joined_in_each_form(context):
    made = builders.instance_forms(
        context,
        metadata={"owner": "ops"},
        system_metadata={"instance_type_name": "m1.tiny"},
        info_cache={"network_info": '[{"id": "vif-1"}]'},
        security_groups=["default", "web"],
    )
    assert [(row["key"], row["value"]) for row in made.row["metadata"]] == [("owner", "ops")]
    assert made.legacy["metadata"][0]["value"] == "ops"
    assert made.object.metadata == {"owner": "ops"}
    assert made.object.system_metadata == {"instance_type_name": "m1.tiny"}
    assert made.legacy["info_cache"]["network_info"] == '[{"id": "vif-1"}]'
    assert made.object.info_cache.network_info == [{"id": "vif-1"}]
    assert made.row["info_cache"].instance_uuid == made.object.uuid
    assert [group.name for group in made.object.security_groups] == ["default", "web"]


def test_an_instance_may_have_no_info_cache(context):
    made = builders.instance_forms(context, info_cache=None)
    assert made.row["info_cache"] is made.legacy["info_cache"] is made.object.info_cache is None


def test_a_service_may_have_any_number_of_nodes(context):
    made = builders.service_forms(context, id=3, compute_nodes=({"hypervisor_hostname": "a"}, {}))
    assert [node["hypervisor_hostname"] for node in made.legacy["compute_node"]] == ["a", "fake-node"]
    assert {node["service_id"] for node in made.legacy["compute_node"]} == {3}
    assert made.object.compute_node.hypervisor_hostname == "a"
    assert not builders.service_forms(context, compute_nodes=()).object.obj_attr_is_set("compute_node")


def test_the_legacy_dict_becomes_the_same_object(context):
    made = builders.instance_forms(context, metadata={"a": "b"}, security_groups=["default"])
    attrs = ["metadata", "system_metadata", "info_cache", "security_groups"]
    again = Instance._from_db_object(context, Instance(context), made.legacy, attrs)
    assert again.obj_to_primitive() == made.object.obj_to_primitive()
