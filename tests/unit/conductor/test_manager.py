import datetime

import oslo_messaging as messaging
import pytest

from fakevirt import exceptions, services
from fakevirt.conductor.manager import ALLOWED_UPDATES
from fakevirt.db import api as db
from fakevirt.db import builders
from fakevirt.objects import Instance, Migration


@pytest.fixture
def api(conductor, on_host):
    """The conductor's raw client, on a compute host."""
    return conductor.conductor_api


def effects(conductor, channel):
    return [(effect.operation, effect.service) for effect in conductor.rpc.trace.on(channel)]


def test_instance_update_writes_and_returns_the_row_as_a_primitive(api, conductor, context, row):
    updated = api.instance_update(context, row.uuid, power_state=4, expected_task_state="migrating", task_state=None)

    assert type(updated) is dict
    assert (updated["power_state"], updated["task_state"]) == (4, None)
    assert updated["name"] == f"instance-{row.id:08x}"
    assert [item["key"] for item in updated["system_metadata"]] == ["key"]
    assert effects(conductor, "conductor") == [("instance_update", "src")]
    assert effects(conductor, "db") == [("update instances", "conductor")]


def test_times_go_over_the_wire_as_text_and_are_times_again(api, context, row, in_conductor):
    moment = datetime.datetime(2014, 4, 17, 12, 30, 15, 42)

    updated = api.instance_update(context, row.uuid, launched_at=moment)

    assert updated["launched_at"] == "2014-04-17T12:30:15.000042"
    assert in_conductor(db.instance_get_by_uuid, context, row.uuid)["launched_at"] == moment


def test_instance_update_tells_of_it_as_the_conductor(api, conductor, context, row):
    api.instance_update(context, row.uuid, vm_state="error")

    [message] = conductor.notifier.messages
    assert (message.event_type, message.publisher_id) == ("compute.instance.update", "conductor.conductor")
    assert (message.payload["old_state"], message.payload["state"]) == ("active", "error")


def test_a_column_that_hosts_may_not_write_is_refused_before_anything_is_written(api, conductor, context, row):
    with pytest.raises(KeyError, match=r"unexpected update keyword .*display_name"):
        api.instance_update(context, row.uuid, power_state=4, display_name="x")

    assert effects(conductor, "db") == []


def test_every_allowed_column_is_one_of_the_instance():
    columns = builders.instance_row().keys() | {"expected_task_state"}

    assert columns >= ALLOWED_UPDATES


def test_an_unexpected_task_state_reaches_the_host(api, conductor, context, row):
    with pytest.raises(exceptions.UnexpectedTaskStateError):
        api.instance_update(context, row.uuid, power_state=4, expected_task_state="spawning")

    assert conductor.notifier.messages == []


def test_an_unknown_instance_reaches_the_host(api, context):
    with pytest.raises(exceptions.InstanceNotFound):
        api.instance_update(context, "0e9a3d4b-6a0e-4a06-8a4e-6a6e0c1a2b3c", power_state=4)


def test_a_service_is_a_primitive_with_its_nodes(api, context, add_host):
    service_id = add_host("dst", {"hypervisor_hostname": "one"}, {"hypervisor_hostname": "two"})

    service = api.service_get_by_compute_host(context, "dst")

    assert (service["id"], service["host"]) == (service_id, "dst")
    assert [node["hypervisor_hostname"] for node in service["compute_node"]] == ["one", "two"]


def test_a_service_without_nodes_has_an_empty_list(api, context, add_host):
    add_host("dst")

    assert api.service_get_by_compute_host(context, "dst")["compute_node"] == []


def test_a_host_without_a_service_is_not_found(api, context):
    with pytest.raises(exceptions.ComputeHostNotFound):
        api.service_get_by_compute_host(context, "dst")


def test_the_services_of_a_topic(api, context, add_host):
    add_host("dst")
    add_host("off", disabled=True)

    assert [service["host"] for service in api.service_get_all_by_topic(context, "compute")] == ["dst"]


@pytest.mark.parametrize(("topic", "host"), [(None, None), ("scheduler", "dst"), (None, "dst")])
def test_services_cannot_be_asked_for_otherwise(conductor, context, topic, host):
    with services.running_as(conductor.service), pytest.raises(NotImplementedError):
        conductor.manager.service_get_all_by(context, topic, host, None)


def test_compute_nodes_are_created_updated_and_deleted(api, conductor, context, add_host):
    service_id = add_host("src")

    node = api.compute_node_create(context, builders.compute_node_row(id=None, service_id=service_id))
    updated = api.compute_node_update(context, node, {"free_ram_mb": 7})
    assert (updated["id"], updated["free_ram_mb"]) == (node["id"], 7)

    api.compute_node_delete(context, node)
    with pytest.raises(exceptions.ComputeHostNotFound):
        api.compute_node_delete(context, node)

    operations = [operation for operation, _ in effects(conductor, "db")]
    assert operations[0] == "insert compute_nodes"
    assert set(operations[1:]) == {"update compute_nodes"}


@pytest.mark.parametrize("step", ["start", "finish"])
def test_the_network_service_gets_the_migration_and_a_flat_instance(api, conductor, context, row, step, mocker):
    network_api = conductor.manager.network_api = mocker.Mock()
    migration = Migration(source_compute="src", dest_compute="dst")

    getattr(api, f"network_migrate_instance_{step}")(context, Instance(id=row.id, uuid=row.uuid), migration)

    [call] = getattr(network_api, f"migrate_instance_{step}").call_args_list
    assert call.args[0].user_id == "user"
    assert call.args[1]["uuid"] == row.uuid
    assert type(call.args[1]) is dict
    assert call.args[2] == {"source_compute": "src", "dest_compute": "dst"}


def test_the_usage_of_a_volume_is_written_and_told(api, conductor, context, row):
    api.vol_usage_update(context, "volume", 1, 2, 3, 4, Instance.get_by_uuid(context, row.uuid), update_totals=True)

    [message] = conductor.notifier.messages
    assert (message.event_type, message.publisher_id) == ("volume.usage", "conductor.conductor")
    told = {**message.payload}
    assert told.pop("last_refreshed")
    assert told == {
        "volume_id": "volume",
        "tenant_id": row.project_id,
        "user_id": row.user_id,
        "availability_zone": row.availability_zone,
        "instance_id": row.uuid,
        "reads": 1,
        "read_bytes": 2,
        "writes": 3,
        "write_bytes": 4,
    }
    assert effects(conductor, "db") == [("insert volume_usage_cache", "conductor")]


def test_a_fault_is_added(api, context, row, in_conductor):
    fault = api.instance_fault_create(
        context, {"instance_uuid": row.uuid, "code": 500, "message": "bad", "host": "src"}
    )

    assert (fault["message"], fault["host"]) == ("bad", "src")
    assert in_conductor(db.instance_fault_get_by_instance_uuids, context, [row.uuid])[row.uuid][0]["id"] == fault["id"]


@pytest.fixture
def action(in_conductor, context, row):
    values = {"instance_uuid": row.uuid, "request_id": context.request_id, "action": "live-migration"}
    return in_conductor(db.action_start, context, values)


def test_an_event_of_an_action_starts_and_finishes(api, context, row, action):
    moment = datetime.datetime(2014, 4, 17, 12)
    key = {"instance_uuid": row.uuid, "request_id": context.request_id, "event": "compute_live_migration"}

    started = api.action_event_start(context, {**key, "start_time": moment})
    finished = api.action_event_finish(context, {**key, "finish_time": moment, "result": "Success"})

    assert (started["action_id"], started["start_time"]) == (action.id, "2014-04-17T12:00:00.000000")
    assert (finished["id"], finished["result"], finished["finish_time"]) == (
        started["id"],
        "Success",
        "2014-04-17T12:00:00.000000",
    )


def test_an_event_needs_an_action(api, context, row):
    key = {"instance_uuid": row.uuid, "request_id": context.request_id, "event": "compute_live_migration"}

    with pytest.raises(exceptions.InstanceActionNotFound):
        api.action_event_start(context, key)


def test_an_event_that_was_not_started_cannot_finish(api, context, row, action):
    key = {"instance_uuid": row.uuid, "request_id": context.request_id, "event": "compute_live_migration"}

    with pytest.raises(exceptions.InstanceActionEventNotFound):
        api.action_event_finish(context, {**key, "result": "Success"})


def test_block_device_mappings_come_in_both_formats(api, context, row, in_conductor):
    values = builders.block_device_mapping_row(id=None, instance_uuid=row.uuid, volume_id="volume")
    in_conductor(db.block_device_mapping_create, context, values, legacy=False)

    [now] = api.block_device_mapping_get_all_by_instance(context, {"uuid": row.uuid}, legacy=False)
    [then] = api.block_device_mapping_get_all_by_instance(context, Instance(id=row.id, uuid=row.uuid))

    assert (now["source_type"], now["volume_id"]) == ("volume", "volume")
    assert then["volume_id"] == "volume"
    assert then["virtual_name"] is None
    assert "source_type" not in then


def test_a_method_of_the_database_cannot_be_called(api, conductor, context, on_host):
    client = messaging.get_rpc_client(conductor.rpc.transport, messaging.Target(topic="conductor", version="2.0"))

    with pytest.raises(messaging.RemoteError, match="NoSuchMethod"):
        client.call(context.to_dict(), "instance_get_all_by_host")


def test_the_conductor_needs_to_be_running(api, context, row):
    services.current().indirection_api._client.transport.cleanup()

    with pytest.raises(messaging.MessagingTimeout):
        api.instance_update(context, row.uuid, power_state=4)


def test_an_instance_is_returned_with_its_metadata(api, context, row):
    instance = api.instance_get_by_uuid(context, row.uuid)
    assert (instance["uuid"], [item["key"] for item in instance["system_metadata"]]) == (row.uuid, ["key"])
    with pytest.raises(exceptions.InstanceNotFound):
        api.instance_get_by_uuid(context, "3f0b6a52-8c1e-4a0e-9a2f-6d1f3f2f0c11")


def test_instances_are_found_by_filters_with_what_is_to_be_joined(api, context, row):
    (instance,) = api.instance_get_all_by_filters(context, {"host": "src"}, columns_to_join=["system_metadata"])
    assert (instance["uuid"], "system_metadata" in instance, "metadata" in instance) == (row.uuid, True, False)
    assert api.instance_get_all_by_filters(context, {"host": "dst"}) == []


def test_an_instance_that_is_not_rescued_is_not_unrescued(api, conductor, context, row, in_conductor):
    with pytest.raises(exceptions.InstanceInvalidState):
        api.compute_unrescue(context, api.instance_get_by_uuid(context, row.uuid))
    assert in_conductor(db.instance_get_by_uuid, context, row.uuid)["task_state"] == "migrating"
