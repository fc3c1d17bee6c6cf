import json

import pytest
from oslo_versionedobjects.exception import (
    IncompatibleObjectVersion,
    OrphanedObjectError,
    ReadOnlyFieldError,
    UnsupportedObjectError,
)

from fakevirt import services
from fakevirt.instrument.trace import Trace
from fakevirt.objects import BlockDeviceMappingList, Instance, InstanceList, Migration, Service
from fakevirt.objects.base import NovaObject, NovaObjectSerializer, obj_to_primitive, tree_versions
from fakevirt.objects.builders import block_device_mapping_forms, instance_forms, service_forms


@pytest.fixture
def trace():
    """The trace of a service that the test runs as."""
    service = services.Service("nova-compute", "src", Trace())
    with services.running_as(service):
        yield service.trace


@pytest.fixture
def migration():
    return Migration(id=1, status="running", source_compute="src")


@pytest.mark.parametrize(
    ("operation", "access"),
    [
        ("getitem Migration.status", lambda obj: obj["status"]),
        ("setitem Migration.status", lambda obj: obj.__setitem__("status", "done")),
        ("contains Migration.status", lambda obj: "status" in obj),
        ("get Migration.status", lambda obj: obj.get("status")),
        ("update Migration", lambda obj: obj.update({"status": "done"})),
        ("iter Migration", list),
        ("keys Migration", lambda obj: list(obj.keys())),
        ("values Migration", lambda obj: list(obj.values())),
        ("items Migration", lambda obj: dict(obj.items())),
    ],
)
def test_each_dict_style_access_is_recorded_once(trace, migration, operation, access):
    access(migration)
    (effect,) = trace
    assert (effect.channel, effect.operation, effect.service) == ("dict_access", operation, "src")


def test_a_dict_style_access_tells_its_place_in_the_code(trace, migration):
    def read_status():
        return migration["status"]

    read_status()
    (effect,) = trace
    line = read_status.__code__.co_firstlineno + 1
    assert effect.details["place"] == f"test_base.py:{line} in read_status"


def test_outside_any_service_dict_style_access_works_unrecorded(migration):
    migration["status"] = "done"
    assert migration["status"] == "done"


def test_attributes_serialisation_copying_and_flattening_are_no_dict_style_access(trace, context):
    instance = instance_forms(context, metadata={"a": "b"}, security_groups=["default"]).object
    instance.task_state = "migrating"
    instance.obj_clone()
    instance.obj_to_primitive("1.9")
    Instance.obj_from_primitive(instance.obj_to_primitive())
    obj_to_primitive(instance)
    assert len(trace) == 0


def test_a_list_object_is_a_list_and_not_counted(trace, context):
    bdm = block_device_mapping_forms(context).object
    bdms = BlockDeviceMappingList(objects=[bdm])
    assert list(bdms) == [bdm]
    assert bdms[0] is bdm
    assert bdm in bdms
    assert len(bdms) == 1
    assert len(trace) == 0


def test_get_of_an_unknown_key_raises_where_a_dict_gives_none(migration):
    with pytest.raises(AttributeError, match="nonsense"):
        migration.get("nonsense")


def test_get_returns_its_default_only_for_a_field_that_is_not_set(migration):
    assert migration.get("dest_compute", "nowhere") == "nowhere"
    assert migration.get("source_compute", "nowhere") == "src"


def test_get_without_a_default_loads_what_is_not_set(context):
    with pytest.raises(NotImplementedError):
        Migration(context).get("dest_compute")


def test_in_means_is_set(migration):
    assert "status" in migration
    assert "dest_compute" not in migration
    assert "nonsense" not in migration


def test_iteration_shows_what_is_set_and_extra_fields():
    instance = Instance(id=1, host="src")
    assert set(instance) == {"id", "host", "name"}
    assert dict(instance.items()) == {"id": 1, "host": "src", "name": "instance-00000001"}


def test_setting_in_dict_style_marks_the_field_as_changed(migration):
    migration.obj_reset_changes()
    migration["status"] = "running"
    assert migration.obj_what_changed() == {"status"}


def test_setting_an_equal_value_counts_as_a_change(migration):
    migration.obj_reset_changes()
    migration.status = migration.status
    assert migration.obj_what_changed() == {"status"}


def test_a_read_only_field_takes_no_other_value(context):
    service = service_forms(context, id=3).object
    service.id = 3
    with pytest.raises(ReadOnlyFieldError):
        service.id = 4


def test_an_unknown_field_cannot_be_asked_for(migration):
    with pytest.raises(AttributeError, match="Migration object has no attribute 'nonsense'"):
        migration.obj_attr_is_set("nonsense")


def test_what_goes_over_the_wire_is_novas(migration):
    migration.obj_reset_changes()
    migration.status = "done"
    assert migration.obj_to_primitive() == {
        "nova_object.name": "Migration",
        "nova_object.namespace": "nova",
        "nova_object.version": "1.1",
        "nova_object.data": {"id": 1, "status": "done", "source_compute": "src"},
        "nova_object.changes": ["status"],
    }


def test_an_object_comes_back_from_the_wire_as_it_was(context):
    instance = instance_forms(
        context,
        access_ip_v4="192.0.2.7",
        metadata={"owner": "ops"},
        info_cache={"network_info": '[{"id": "vif-1"}]'},
        security_groups=["default"],
    ).object
    instance.task_state = "migrating"
    instance.metadata["owner"] = "dev"
    serializer = NovaObjectSerializer()
    wire = json.dumps(serializer.serialize_entity(context, {"instance": instance, "dest": "dst"}))
    back = serializer.deserialize_entity(context, json.loads(wire))
    assert back["dest"] == "dst"
    copy = back["instance"]
    assert copy._context is context
    assert copy.info_cache._context is context
    assert copy.obj_to_primitive() == instance.obj_to_primitive()
    assert copy.obj_what_changed() == {"task_state", "metadata"}
    assert copy.info_cache.network_info == [{"id": "vif-1"}]
    assert copy.access_ip_v4 == instance.access_ip_v4


def test_a_value_of_the_wrong_type_is_refused_from_the_wire(context):
    primitive = Migration(id=1).obj_to_primitive()
    primitive["nova_object.data"]["id"] = "no number"
    with pytest.raises(ValueError, match="no number"):
        NovaObject.obj_from_primitive(primitive)


def test_none_is_refused_from_the_wire_where_the_field_cannot_be_none():
    primitive = Migration(id=1).obj_to_primitive()
    primitive["nova_object.data"]["id"] = None
    with pytest.raises(ValueError, match="cannot be None"):
        NovaObject.obj_from_primitive(primitive)


def test_an_older_object_keeps_its_version():
    primitive = Instance(host="src").obj_to_primitive("1.9")
    instance = NovaObject.obj_from_primitive(primitive)
    assert isinstance(instance, Instance)
    assert instance.obj_to_primitive()["nova_object.version"] == "1.9"


def test_an_unknown_class_is_refused():
    with pytest.raises(UnsupportedObjectError):
        NovaObject.obj_class_from_name("Nonsense", "1.0")


def test_a_newer_object_is_refused_where_nobody_can_backport_it(context):
    primitive = {**Migration().obj_to_primitive(), "nova_object.version": "1.9"}
    with pytest.raises(IncompatibleObjectVersion):
        NovaObjectSerializer().deserialize_entity(context, primitive)


def test_a_host_asks_the_conductor_to_backport_a_newer_object(context, compute_host, conductor):
    primitive = {**Instance(host="src").obj_to_primitive(), "nova_object.version": "1.99"}
    instance = NovaObjectSerializer().deserialize_entity(context, primitive)
    assert instance.host == "src"
    assert conductor.calls == [("backport", "Instance", tree_versions("Instance"))]


def test_a_copy_shares_nothing_that_can_change(context):
    instance = instance_forms(context, metadata={"a": "b"}, security_groups=["default"]).object
    instance.task_state = "migrating"
    copy = instance.obj_clone()
    assert copy.obj_to_primitive() == instance.obj_to_primitive()
    copy.metadata["a"] = 1
    copy.info_cache.network_info.append({"id": "vif-1"})
    copy.security_groups[0].name = "other"
    copy.host = "dst"
    assert instance.metadata == {"a": "b"}
    assert copy.metadata == {"a": "1"}
    assert instance.info_cache.network_info == []
    assert instance.security_groups[0].name == "default"
    assert instance.obj_what_changed() == {"task_state"}


def test_a_remotable_method_runs_in_place_where_there_is_a_database(context, database):
    migration = Migration(context, status="running")
    migration.create()
    assert Migration.get_by_id(context, migration.id).status == "running"


def test_a_remotable_method_of_a_host_runs_on_the_conductor(context, compute_host, conductor):
    migration = Migration(context, status="running")
    migration.create()
    migration.status = "done"
    migration.save()
    read = Migration.get_by_id(context, migration_id=migration.id)
    assert read.status == "done"
    assert read._context is context
    assert [call[0] for call in conductor.calls] == ["Migration.create", "Migration.save", "Migration.get_by_id"]


def test_a_remote_class_method_tells_the_versions_that_the_caller_knows(context, compute_host, conductor):
    InstanceList.get_by_host(context, "src")
    _, versions, args, kwargs = conductor.calls[0]
    assert versions == tree_versions("InstanceList")
    assert (args, kwargs) == (("src",), {})


def test_the_context_of_a_remote_class_method_may_be_a_keyword(context, compute_host, conductor):
    assert list(InstanceList.get_by_host(context=context, host="src")) == []


def test_what_a_remote_method_did_arrives_in_the_callers_object(context, compute_host):
    migration = Migration(context, status="running")
    migration.create()
    assert migration.id == 1
    assert migration.obj_what_changed() == set()


def test_an_object_without_context_is_an_orphan():
    with pytest.raises(OrphanedObjectError):
        Migration(status="running").create()


def test_a_flat_dict_has_lists_of_dicts_and_addresses_as_text(context):
    flat = obj_to_primitive(instance_forms(context, access_ip_v4="192.0.2.7", security_groups=["default"]).object)
    assert flat["access_ip_v4"] == "192.0.2.7"
    assert flat["security_groups"][0]["name"] == "default"
    assert flat["info_cache"]["network_info"] == []
    assert flat["name"] == "instance-00000001"
    assert "fault" not in flat


def test_representing_an_object_loads_nothing(context):
    assert "compute_node=<?>" in repr(Service(context, id=1))
