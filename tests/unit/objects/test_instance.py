import pytest
from oslo_versionedobjects.exception import OrphanedObjectError

from fakevirt import exceptions, services
from fakevirt.db import api as db
from fakevirt.instrument.trace import Trace
from fakevirt.objects import Instance, InstanceFault, InstanceInfoCache, InstanceList, SecurityGroup
from fakevirt.objects.builders import instance_forms
from fakevirt.objects.instance import INSTANCE_DEFAULT_FIELDS
from fakevirt.objects.security_group import make_secgroup_list
from fakevirt.settings import Settings

ALL = ["metadata", "system_metadata", "info_cache", "security_groups", "fault", "pci_devices", "numa_topology"]


@pytest.fixture
def instance(context, uuid) -> Instance:
    return Instance.get_by_uuid(context, uuid, expected_attrs=["metadata", "system_metadata"])


def updates_of(trace):
    return [effect.arguments["values"] for effect in trace.on("db") if effect.operation == "update instances"]


class Told:
    """A notifier that keeps what it is told."""

    def __init__(self):
        self.told = []

    def info(self, context, event_type, payload, publisher_id=None):
        self.told.append((event_type, publisher_id, payload))


@pytest.fixture
def notifier(database):
    service = services.current()
    notifier = Told()
    told = services.Service(service.binary, service.host, service.trace, service.database, notifier=notifier)
    with services.running_as(told):
        yield notifier


def test_every_column_is_a_field_or_known_not_to_be(context):
    row = instance_forms(context).row
    columns = {name for name, _ in row} - {*INSTANCE_DEFAULT_FIELDS, "name"}
    assert columns - Instance.fields.keys() == {"internal_id"}


def test_get_by_uuid_joins_info_cache_and_security_groups_unless_told_otherwise(context, uuid):
    instance = Instance.get_by_uuid(context, uuid)
    assert instance.info_cache.network_info == [{"id": "vif-1"}]
    assert [group.name for group in instance.security_groups] == ["default"]
    assert not instance.obj_attr_is_set("metadata")
    assert instance.obj_what_changed() == set()


def test_get_by_uuid_fills_what_is_expected(context, uuid):
    instance = Instance.get_by_uuid(context, uuid, expected_attrs=ALL)
    assert instance.metadata == {"owner": "ops"}
    assert instance.system_metadata == {"instance_type_name": "m1.tiny"}
    assert instance.fault is None
    assert list(instance.pci_devices) == []
    assert instance.numa_topology is None


def test_get_by_id_finds_the_same_instance(context, uuid, instance):
    assert Instance.get_by_id(context, instance.id).uuid == uuid


def test_an_instance_that_is_not_there_is_not_found(context, database):
    with pytest.raises(exceptions.InstanceNotFound):
        Instance.get_by_uuid(context, "7c4e5b4c-0000-4000-8000-000000000000")


def test_an_expected_field_that_a_dict_lacks_is_a_key_error(context):
    legacy = instance_forms(context).legacy
    del legacy["system_metadata"]
    with pytest.raises(KeyError, match="system_metadata"):
        Instance._from_db_object(context, Instance(context), legacy, expected_attrs=["system_metadata"])


def test_a_column_that_a_dict_lacks_is_a_key_error(context):
    legacy = instance_forms(context).legacy
    del legacy["task_state"]
    with pytest.raises(KeyError, match="task_state"):
        Instance._from_db_object(context, Instance(context), legacy)


@pytest.mark.parametrize(("deleted", "expected"), [(0, False), (7, True)])
def test_deleted_means_that_the_column_holds_the_id(context, deleted, expected):
    assert instance_forms(context, id=7, deleted=deleted).object.deleted is expected


@pytest.mark.parametrize(("cleaned", "expected"), [(0, False), (1, True), (None, False)])
def test_cleaned_is_true_for_one(context, cleaned, expected):
    assert instance_forms(context, cleaned=cleaned).object.cleaned is expected


def test_filling_again_keeps_the_info_cache_that_others_hold(context):
    row, instance = instance_forms(context).row, instance_forms(context).object
    cache = instance.info_cache
    Instance._from_db_object(context, instance, row, ["info_cache"])
    assert instance.info_cache is cache
    assert cache.instance_uuid == row.uuid


@pytest.mark.parametrize("name", ALL)
def test_optional_fields_are_loaded_when_they_are_read(context, uuid, name):
    instance = Instance.get_by_uuid(context, uuid, expected_attrs=[])
    expected = getattr(Instance.get_by_uuid(context, uuid, expected_attrs=[name]), name)
    loaded = getattr(instance, name)
    as_primitive = Instance.fields[name].to_primitive
    assert as_primitive(instance, name, loaded) == as_primitive(instance, name, expected)
    assert instance.obj_what_changed() == set()


def test_a_column_is_not_loaded_lazily(context):
    with pytest.raises(exceptions.ObjectActionError, match="attribute host not lazy-loadable"):
        _ = Instance(context).host


def test_an_orphan_loads_nothing():
    with pytest.raises(OrphanedObjectError):
        _ = Instance(uuid="7c4e5b4c-0000-4000-8000-000000000000").metadata


def test_the_fault_is_the_latest(context, uuid):
    for message in ("first", "second"):
        InstanceFault(context, instance_uuid=uuid, code=500, message=message, details="", host="src").create()
    assert Instance.get_by_uuid(context, uuid).fault.message == "second"


def test_the_name_follows_the_template_of_the_running_service():
    service = services.Service("nova-compute", "src", Trace(), settings=Settings(instance_name_template="vm-%d"))
    instance = Instance(id=10)
    assert instance.name == "instance-0000000a"
    with services.running_as(service):
        assert instance.name == "vm-10"


@pytest.mark.parametrize(("template", "name"), [("on-%(host)s", "on-src"), ("%(nonsense)s", "the-uuid")])
def test_the_template_may_name_fields(template, name):
    service = services.Service("nova-compute", "src", Trace(), settings=Settings(instance_name_template=template))
    with services.running_as(service), pytest.warns(FutureWarning):
        assert Instance(id=10, host="src", uuid="the-uuid").name == name


def test_save_writes_what_was_set_even_if_it_is_equal(database, instance):
    instance.host = instance.host
    instance.task_state = "migrating"
    instance.save()
    (values,) = updates_of(database.trace)
    assert values.keys() - {"updated_at"} == {"host", "task_state"}
    assert instance.obj_what_changed() == set()


def test_save_reads_the_row_back(context, uuid, instance):
    db.instance_update(context, uuid, {"node": "other-node"})
    instance.task_state = "migrating"
    instance.save()
    assert instance.node == "other-node"
    assert instance.updated_at is not None


def test_save_with_nothing_to_write_neither_checks_nor_tells(database, notifier, instance):
    instance.save(expected_task_state="no such state")
    assert updates_of(database.trace) == []
    assert notifier.told == []


def test_save_checks_the_expected_task_state(database, context, uuid, instance):
    instance.host = "dst"
    with pytest.raises(exceptions.UnexpectedTaskStateError):
        instance.save(expected_task_state="migrating")
    assert Instance.get_by_uuid(context, uuid).host == "fake-host"
    assert instance.obj_what_changed() == {"host"}


def test_save_accepts_any_of_several_expected_states(instance):
    instance.task_state = "migrating"
    instance.save(expected_task_state=[None, "spawning"], expected_vm_state=["active"])
    instance.task_state = None
    with pytest.raises(exceptions.UnexpectedVMStateError):
        instance.save(expected_vm_state=["building"])


def test_save_of_a_deleted_instance_is_not_found(context, uuid, instance):
    db.instance_destroy(context, uuid)
    instance.host = "dst"
    with pytest.raises(exceptions.InstanceNotFound):
        instance.save()


def test_save_tells_the_change_without_a_service_name(notifier, instance):
    instance.task_state = "migrating"
    instance.save()
    ((event, publisher, payload),) = notifier.told
    assert (event, publisher) == ("compute.instance.update", "None.conductor")
    assert (payload["old_task_state"], payload["new_task_state"]) == (None, "migrating")
    assert payload["instance_type"] == "m1.tiny"
    assert payload["metadata"] == {"owner": "ops"}


def test_save_loads_system_metadata_for_the_notification_and_no_more(context, uuid, notifier):
    instance = Instance.get_by_uuid(context, uuid, expected_attrs=[])
    instance.task_state = "migrating"
    instance.save()
    assert instance.obj_attr_is_set("system_metadata")
    assert not instance.obj_attr_is_set("metadata")
    assert not instance.obj_attr_is_set("info_cache")


def test_save_sees_metadata_that_was_changed_in_place(context, uuid, instance):
    instance.metadata["owner"] = "dev"
    del instance.system_metadata["instance_type_name"]
    assert instance.obj_what_changed() == {"metadata", "system_metadata"}
    instance.save()
    read = Instance.get_by_uuid(context, uuid, expected_attrs=["metadata", "system_metadata"])
    assert (read.metadata, read.system_metadata) == ({"owner": "dev"}, {})
    assert instance.obj_what_changed() == set()


def test_save_saves_the_info_cache_by_itself(database, context, uuid):
    instance = Instance.get_by_uuid(context, uuid)
    instance.info_cache.network_info = [{"id": "vif-2"}]
    instance.save()
    assert InstanceInfoCache.get_by_instance_uuid(context, uuid).network_info == [{"id": "vif-2"}]
    assert updates_of(database.trace) == []


def test_save_saves_an_info_cache_that_has_no_context_of_its_own(context, uuid, instance):
    instance.info_cache = InstanceInfoCache(instance_uuid=uuid, network_info=[])
    instance.save()
    assert InstanceInfoCache.get_by_instance_uuid(context, uuid).network_info == []


def test_save_writes_addresses_times_and_cleaned_as_the_database_has_them(context, uuid, instance):
    instance.access_ip_v4 = "192.0.2.7"
    instance.launched_at = "2014-10-16T12:00:00Z"
    instance.cleaned = True
    instance.save()
    read = Instance.get_by_uuid(context, uuid)
    assert str(read.access_ip_v4) == "192.0.2.7"
    assert read.launched_at.isoformat() == "2014-10-16T12:00:00+00:00"
    assert read.cleaned is True


def test_save_on_a_host_writes_once_and_updates_the_callers_object(context, uuid, database, compute_host, conductor):
    instance = Instance.get_by_uuid(context, uuid, expected_attrs=["metadata", "system_metadata"])
    instance.task_state = "migrating"
    instance.metadata["owner"] = "dev"
    instance.save(expected_task_state=[None])
    assert instance.updated_at is not None
    assert instance.obj_what_changed() == set()
    assert len(updates_of(database.trace)) == 1
    assert [call[0] for call in conductor.calls] == ["Instance.get_by_uuid", "Instance.save"]


def test_lazy_loading_on_a_host_goes_through_the_conductor(context, uuid, compute_host, conductor):
    instance = Instance.get_by_uuid(context, uuid, expected_attrs=[])
    assert instance.metadata == {"owner": "ops"}
    assert [call[0] for call in conductor.calls] == ["Instance.get_by_uuid", "Instance.get_by_uuid"]


def test_refresh_takes_over_what_others_wrote(context, uuid):
    instance = Instance.get_by_uuid(context, uuid)
    db.instance_update(context, uuid, {"host": "dst", "task_state": "migrating"})
    db.instance_info_cache_update(context, uuid, {"network_info": "[]"})
    cache = instance.info_cache
    instance.refresh()
    assert (instance.host, instance.task_state) == ("dst", "migrating")
    assert instance.info_cache is cache
    assert cache.network_info == []
    assert instance.obj_what_changed() == set()
    assert not instance.obj_attr_is_set("metadata")


def test_create_inserts_the_instance_and_what_belongs_to_it(context, database):
    cache = InstanceInfoCache(network_info=[{"id": "vif-1"}])
    groups = make_secgroup_list(["default"])
    instance = Instance(context, host="src", metadata={"a": "b"}, info_cache=cache, security_groups=groups)
    instance.create()
    read = Instance.get_by_uuid(context, instance.uuid, expected_attrs=ALL)
    assert (read.host, read.metadata) == ("src", {"a": "b"})
    assert read.info_cache.network_info == [{"id": "vif-1"}]
    assert [group.name for group in instance.security_groups] == ["default"]
    with pytest.raises(exceptions.ObjectActionError, match="already created"):
        instance.create()


def test_destroy_deletes_the_row_and_takes_the_id(context, uuid, instance):
    instance.destroy()
    with pytest.raises(exceptions.InstanceNotFound):
        Instance.get_by_uuid(context, uuid)
    with pytest.raises(exceptions.ObjectActionError, match="already destroyed"):
        instance.destroy()


def test_destroy_needs_a_uuid(context, database):
    with pytest.raises(exceptions.ObjectActionError, match="no uuid"):
        Instance(context, id=1).destroy()


def test_delete_metadata_key_deletes_one_key(context, uuid, instance, notifier):
    instance.delete_metadata_key("owner")
    assert instance.metadata == {}
    assert instance.obj_what_changed() == set()
    assert Instance.get_by_uuid(context, uuid, expected_attrs=["metadata"]).metadata == {}
    assert [event for event, _, _ in notifier.told] == ["compute.instance.update"]


def test_delete_metadata_key_keeps_other_changes_to_be_saved(context, uuid, instance):
    instance.metadata["new"] = "value"
    instance.delete_metadata_key("owner")
    assert instance.obj_what_changed() == {"metadata"}
    assert Instance.get_by_uuid(context, uuid, expected_attrs=["metadata"]).metadata == {}


def test_lists_find_instances_by_host_node_and_security_group(context, uuid):
    group = SecurityGroup.get_by_name(context, "fake_project", "default")
    by_host = InstanceList.get_by_host(context, "fake-host", expected_attrs=["metadata"])
    by_node = InstanceList.get_by_host_and_node(context, "fake-host", "fake-node")
    by_group = InstanceList.get_by_security_group_id(context, group.id)
    assert [instance.uuid for found in (by_host, by_node, by_group) for instance in found] == [uuid] * 3
    assert by_host[0].metadata == {"owner": "ops"}
    assert by_group[0].system_metadata == {"instance_type_name": "m1.tiny"}
    assert len(InstanceList.get_by_host(context, "elsewhere")) == 0


def test_filters_find_instances_with_what_is_expected_of_them(context, uuid):
    (instance,) = InstanceList.get_by_filters(context, {"host": "fake-host"}, expected_attrs=["metadata"])
    assert instance.uuid == uuid
    assert [instance.obj_attr_is_set(name) for name in ("metadata", "system_metadata")] == [True, False]
    assert len(InstanceList.get_by_filters(context, {"host": "elsewhere"}, use_slave=True)) == 0


def test_a_list_has_the_latest_fault_of_each_instance(context, uuid):
    for message in ("first", "second"):
        InstanceFault(context, instance_uuid=uuid, code=500, message=message, details="", host="src").create()
    (instance,) = InstanceList.get_by_host(context, "fake-host", expected_attrs=["fault"])
    assert vars(instance)["_obj_fault"].message == "second"
    assert instance.obj_what_changed() == set()


def test_refresh_takes_over_an_info_cache_where_there_was_none(context, uuid):
    instance = Instance.get_by_uuid(context, uuid)
    instance.info_cache = None
    instance.refresh()
    assert instance.info_cache.network_info == [{"id": "vif-1"}]
    assert instance.info_cache.obj_what_changed() == set()
