import json

import pytest

from fakevirt import services
from fakevirt.instrument.trace import Trace
from fakevirt.objects import Instance
from fakevirt.objects.builders import instance_forms, service_forms
from fakevirt.objects.primitive import legacy_dict


@pytest.fixture
def instance(context) -> Instance:
    return instance_forms(
        context,
        metadata={"owner": "ops"},
        access_ip_v4="192.0.2.7",
        info_cache={"network_info": '[{"id": "vif-1"}]'},
        security_groups=["default"],
    ).object


def test_an_instance_becomes_what_json_can_carry_with_its_name(instance):
    legacy = legacy_dict(instance)
    assert json.loads(json.dumps(legacy)) == legacy
    assert legacy["name"] == "instance-00000001"
    assert legacy["metadata"] == {"owner": "ops"}
    assert legacy["access_ip_v4"] == "192.0.2.7"
    assert legacy["info_cache"]["network_info"] == [{"id": "vif-1"}]
    assert [group["name"] for group in legacy["security_groups"]] == ["default"]


def test_times_have_the_format_of_strtime(context, instance):
    instance.launched_at = "2014-10-16T12:00:00Z"
    assert legacy_dict(instance)["launched_at"] == "2014-10-16T12:00:00.000000"


def test_what_is_not_set_is_left_out(context):
    assert legacy_dict(Instance(context, id=1, host="src")) == {"id": 1, "host": "src", "name": "instance-00000001"}


def test_an_older_host_can_make_an_object_of_it(context, instance):
    attrs = ["metadata", "system_metadata", "info_cache", "security_groups"]
    again = Instance._from_db_object(context, Instance(context), legacy_dict(instance), attrs)
    assert again.obj_to_primitive() == instance.obj_to_primitive()


def test_objects_inside_are_dicts(context):
    assert legacy_dict(service_forms(context).object)["compute_node"]["hypervisor_hostname"] == "fake-node"


def test_it_shares_nothing_with_the_object(instance):
    legacy_dict(instance)["metadata"]["owner"] = "dev"
    assert instance.metadata == {"owner": "ops"}


def test_it_is_no_dict_style_access_and_loads_nothing(context):
    service = services.Service("nova-compute", "src", Trace())
    with services.running_as(service):
        legacy_dict(Instance(context, id=1))
    assert len(service.trace) == 0
