import oslo_messaging as messaging
import pytest
from oslo_versionedobjects.exception import IncompatibleObjectVersion

from fakevirt import exceptions, services
from fakevirt.conductor.objects import ObjectActions
from fakevirt.objects import Instance, InstanceInfoCache, InstanceList, Service
from fakevirt.objects.base import tree_versions

DEFAULTS = ["metadata", "system_metadata", "info_cache", "security_groups"]


@pytest.fixture
def instance(on_host, context, row):
    return Instance.get_by_uuid(context, row.uuid, expected_attrs=DEFAULTS)


def conductor_operations(conductor):
    return [effect.operation for effect in conductor.rpc.trace.on("conductor")]


def test_a_class_method_runs_on_the_conductor(conductor, instance, row, context):
    assert conductor_operations(conductor) == ["object_class_action_versions Instance.get_by_uuid"]
    assert (instance.id, instance.system_metadata) == (row.id, {"key": "value"})
    assert instance._context is not None
    assert instance.obj_what_changed() == set()


def test_a_host_cannot_reach_the_database_itself(on_host, context, row):
    from fakevirt.db import api as db

    with pytest.raises(exceptions.DBNotAllowed):
        db.instance_get_by_uuid(context, row.uuid)


def test_a_method_runs_on_the_conductor_and_what_it_changed_comes_back(conductor, instance):
    instance.power_state = 4
    instance.save(expected_task_state="migrating")

    assert conductor_operations(conductor)[1:] == ["object_action Instance.save"]
    assert [effect.service for effect in conductor.rpc.trace.on("db")] == ["conductor"]
    assert instance.obj_what_changed() == set()
    assert instance.updated_at is not None


def test_only_what_changed_comes_back(conductor, instance):
    instance.power_state = 4

    updates, result = conductor.indirection_api.object_action(instance._context, instance, "save", (), {})
    assert set(updates) == {"updated_at", "obj_what_changed"}
    assert result is None


def test_a_change_of_an_object_in_the_object_comes_back(conductor, instance):
    instance.info_cache.network_info = [{"id": "vif"}]
    instance.save()

    assert Instance.get_by_uuid(instance._context, instance.uuid).info_cache.network_info == [{"id": "vif"}]
    assert instance.info_cache.obj_what_changed() == set()


def test_what_the_method_did_not_write_stays_marked_as_changed():
    class Kept(InstanceInfoCache):
        def save(self):
            self.network_info = []

    updates, _ = ObjectActions().object_action(None, Kept(), "save", [], {})

    assert updates == {"network_info": "[]", "obj_what_changed": ["network_info"]}


def test_what_a_method_raises_reaches_the_host_and_is_not_logged_as_an_error(instance, caplog):
    instance.power_state = 4

    with pytest.raises(exceptions.UnexpectedTaskStateError):
        instance.save(expected_task_state="spawning")
    with pytest.raises(exceptions.InstanceNotFound):
        Instance.get_by_uuid(instance._context, "0e9a3d4b-6a0e-4a06-8a4e-6a6e0c1a2b3c")

    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_a_method_that_is_not_there_reaches_the_host(conductor, instance):
    with pytest.raises(AttributeError, match="no_such_method"):
        conductor.indirection_api.object_action(instance._context, instance, "no_such_method", (), {})


def test_a_notification_of_a_save_is_sent_by_the_conductor(conductor, instance):
    instance.vm_state = "error"
    instance.save()

    [message] = conductor.notifier.messages
    assert (message.event_type, message.publisher_id) == ("compute.instance.update", "None.conductor")


def test_a_result_comes_in_the_version_that_was_asked_for(conductor, context, row, on_host):
    old = conductor.indirection_api.object_class_action(
        context, "Instance", "get_by_uuid", "1.13", (row.uuid,), {"expected_attrs": ["numa_topology", "info_cache"]}
    )

    assert old.VERSION == "1.13"
    assert not old.obj_attr_is_set("numa_topology")
    assert old.info_cache.VERSION == "1.5"


def test_a_result_comes_in_the_versions_of_the_manifest(conductor, context, row, on_host):
    versions = {**tree_versions("Instance"), "Instance": "1.9", "InstanceInfoCache": "1.4"}

    old = conductor.indirection_api.object_class_action_versions(
        context, "Instance", "get_by_uuid", versions, (row.uuid,), {"expected_attrs": ["info_cache"]}
    )

    assert old.VERSION == "1.9"
    assert not old.obj_attr_is_set("ephemeral_key_uuid")
    assert old.info_cache.VERSION == "1.4"


def test_a_result_that_is_no_object_comes_as_it_is(conductor, context, on_host, mocker):
    mocker.patch.object(Service, "get_by_id", return_value=7)
    api = conductor.indirection_api

    assert api.object_class_action(context, "Service", "get_by_id", "1.4", (1,), {}) == 7
    assert api.object_class_action_versions(context, "Service", "get_by_id", {"Service": "1.4"}, (1,), {}) == 7


def test_a_list_of_objects_comes_as_one(conductor, context, row, on_host):
    instances = InstanceList.get_by_host(context, "src")

    assert [instance.uuid for instance in instances] == [row.uuid]
    assert all(instance._context is not None for instance in instances)


def test_an_object_is_backported(conductor, instance):
    api = conductor.indirection_api
    instance.ephemeral_key_uuid = "0e9a3d4b-6a0e-4a06-8a4e-6a6e0c1a2b3c"

    by_version = api.object_backport(instance._context, instance, "1.11")
    by_manifest = api.object_backport_versions(
        instance._context, instance, {**tree_versions("Instance"), "Instance": "1.11"}
    )

    for old in (by_version, by_manifest):
        assert old.VERSION == "1.11"
        assert not old.obj_attr_is_set("ephemeral_key_uuid")


def test_an_object_that_is_too_new_for_a_host_is_backported_on_arrival(conductor, context, on_host, monkeypatch):
    from fakevirt.rpc.serializer import RequestContextSerializer

    sent = InstanceInfoCache(instance_uuid="0e9a3d4b-6a0e-4a06-8a4e-6a6e0c1a2b3c").obj_to_primitive()
    too_new = {**sent, "nova_object.version": "1.99"}
    known = InstanceInfoCache()
    asked = []

    def backport(context, objinst, object_versions):
        asked.append((objinst["nova_object.version"], object_versions["InstanceInfoCache"]))
        return known

    monkeypatch.setattr(conductor.indirection_api, "object_backport_versions", backport)

    assert RequestContextSerializer().deserialize_entity(context, too_new) is known
    assert asked == [("1.99", "1.5")]


def test_an_object_that_is_too_new_for_the_conductor_is_refused(conductor, context, row):
    too_new = {
        "nova_object.name": "InstanceInfoCache",
        "nova_object.namespace": "nova",
        "nova_object.version": "1.99",
        "nova_object.data": {},
    }
    api = conductor.indirection_api

    with pytest.raises(IncompatibleObjectVersion):
        api.object_backport_versions(context, too_new, tree_versions("InstanceInfoCache"))


def test_an_unknown_object_is_refused(conductor, context):
    with pytest.raises(Exception, match="Unheard"):
        conductor.indirection_api.object_class_action(context, "Unheard", "get", "1.0", (), {})


def test_without_a_conductor_a_host_waits_in_vain(conductor, instance):
    conductor.rpc.transport.cleanup()

    instance.power_state = 4
    with pytest.raises(messaging.MessagingTimeout):
        instance.save()


def test_in_the_conductor_itself_methods_run_in_place(conductor, context, row):
    with services.running_as(conductor.service):
        Instance.get_by_uuid(context, row.uuid)

    assert conductor_operations(conductor) == []
