"""live_migration, on both call paths: the destination prepares, the driver moves the guest, or all is rolled back."""

import json

import pytest

from fakevirt import exceptions
from fakevirt.manager.plan import ConversionPlan
from fakevirt.objects.primitive import legacy_dict


@pytest.fixture
def migrating(entering):
    """Return the start of a migration on the source, held back."""

    def migrating(cloud, server=None, **how):
        server = server or cloud.boot("src")
        return entering(cloud, "src", "live_migration", lambda: cloud.live_migrate(server, to="dst", **how))

    return migrating


@pytest.fixture
def callbacks(mocker):
    """Replace what the driver and the manager call back; return their calls by name."""

    def callbacks(cloud):
        manager, calls = cloud.host("src").manager, []
        for name in ("_post_live_migration", "_rollback_live_migration"):
            mocker.patch.object(manager, name, new=lambda *args, name=name: calls.append((name, args)))
        return calls

    return callbacks


def fail_to_prepare(cloud):
    cloud.faults.fail("driver", "pre_live_migration", with_=lambda: exceptions.MigrationError(reason="no room"))


def test_the_destination_prepares_and_then_the_driver_moves_the_guest(cloud, migrating, callbacks, steps):
    calls = callbacks(cloud)
    migrating(cloud)()
    done = [step for step in steps(cloud) if " src:" in step or "conductor" in step]
    assert done == [
        "db conductor: insert instance_actions_events",
        "rpc src: pre_live_migration",
        "driver src: live_migration",
        "db conductor: update instance_actions_events",
    ]
    assert [name for name, _ in calls] == ["_post_live_migration"]
    assert list(cloud.host("dst").hypervisor.domains) == ["instance-00000001"]
    assert cloud.host("src").hypervisor.domains == {}


def test_the_message_and_the_driver_have_the_instance_in_the_form_of_the_path(
    cloud, migrating, arguments, form_of, form
):
    migrating(cloud)()
    assert form_of(arguments(cloud, "rpc", "pre_live_migration")["instance"]) == form
    assert form_of(arguments(cloud, "driver", "live_migration")["instance"]) == form


def test_the_callbacks_get_the_very_instance_that_came_in(cloud, src, as_sent, callbacks, start_action):
    calls = callbacks(cloud)
    instance = as_sent(start_action(cloud, cloud.boot("src")))
    src.live_migration(cloud.context, "dst", instance, False, None)
    ((_, (_, received, dest, block_migration, _)),) = calls
    assert received is instance
    assert (dest, block_migration) == ("dst", False)


def test_what_the_destination_prepared_goes_into_a_copy_of_migrate_data(cloud, src, as_sent, callbacks, start_action):
    calls = callbacks(cloud)
    migrate_data = {"is_shared_instance_path": True}
    src.live_migration(cloud.context, "dst", as_sent(start_action(cloud, cloud.boot("src"))), False, migrate_data)
    ((_, arguments),) = calls
    prepared = {"graphics_listen_addrs": cloud.host("dst").hypervisor.graphics_listen_addrs}
    assert arguments[-1] == {"is_shared_instance_path": True, "pre_live_migration_result": prepared}
    assert migrate_data == {"is_shared_instance_path": True}


def test_a_block_migration_sends_the_disks(build, migrating, arguments):
    cloud = build(shared_storage=False)
    migrating(cloud, block_migration=True)()
    asked = arguments(cloud, "driver", "get_instance_disk_info")
    assert asked["instance_name"] == "instance-00000001"
    assert asked["block_device_info"]["root_device_name"] == "/dev/vda"
    (disk,) = json.loads(arguments(cloud, "rpc", "pre_live_migration")["disk"])
    assert disk["path"].endswith("/disk")


def test_another_migration_asks_for_no_disks(cloud, migrating, arguments, steps):
    migrating(cloud)()
    assert arguments(cloud, "rpc", "pre_live_migration")["disk"] is None
    assert "driver src: get_instance_disk_info" not in steps(cloud)


def test_a_destination_that_cannot_prepare_is_rolled_back(cloud, migrating, callbacks):
    calls = callbacks(cloud)
    migrate = migrating(cloud)
    fail_to_prepare(cloud)
    with pytest.raises(exceptions.MigrationError, match="no room"):
        migrate()
    ((name, (_, _, dest, block_migration, migrate_data)),) = calls
    assert (name, dest, block_migration) == ("_rollback_live_migration", "dst", False)
    assert "pre_live_migration_result" not in migrate_data


def test_after_a_rollback_come_the_fault_the_event_and_the_error(cloud, migrating, steps):
    migrate = migrating(cloud)
    fail_to_prepare(cloud)
    with pytest.raises(exceptions.MigrationError):
        migrate()
    assert steps(cloud)[-5:] == [
        "notifier src: compute.instance.live_migration._rollback.end",
        "db conductor: insert instance_faults",
        "db conductor: update instance_actions_events",
        "db conductor: update instance_actions",
        "notifier src: live_migration",
    ]


def test_disks_that_cannot_be_looked_at_are_rolled_back_too(build, migrating, callbacks):
    cloud = build(shared_storage=False)
    calls = callbacks(cloud)
    migrate = migrating(cloud, block_migration=True)
    cloud.faults.fail("driver", "get_instance_disk_info", with_=lambda: exceptions.InstanceNotFound(instance_id="x"))
    with pytest.raises(exceptions.InstanceNotFound):
        migrate()
    assert [name for name, _ in calls] == ["_rollback_live_migration"]


def test_a_driver_that_fails_calls_the_rollback_once(cloud, migrating, callbacks):
    calls = callbacks(cloud)
    cloud.cut_off("dst")
    migrate = migrating(cloud)
    with pytest.raises(exceptions.MigrationError, match="unable to connect"):
        migrate()
    ((name, (_, _, dest, block_migration, migrate_data)),) = calls
    assert (name, dest, block_migration) == ("_rollback_live_migration", "dst", False)
    assert "pre_live_migration_result" in migrate_data


def test_what_fails_after_the_move_is_not_rolled_back(cloud, migrating, steps):
    cloud.faults.fail("driver", "post_live_migration", with_=lambda: RuntimeError("stuck"))
    migrate = migrating(cloud)
    with pytest.raises(RuntimeError, match="stuck"):
        migrate()
    assert not any("_rollback" in step for step in steps(cloud))
    assert list(cloud.host("dst").hypervisor.domains) == ["instance-00000001"]


def test_an_error_of_the_rollback_takes_the_place_of_the_first(cloud, migrating):
    server = cloud.boot("src")
    migrate = migrating(cloud, server)
    fail_to_prepare(cloud)
    cloud.update_server(server, task_state="powering-off")
    with pytest.raises(exceptions.UnexpectedTaskStateError):
        migrate()


def test_the_fault_row_tells_what_befell_the_instance(cloud, migrating, table):
    server = cloud.boot("src")
    cloud.cut_off("dst")
    migrate = migrating(cloud, server)
    with pytest.raises(exceptions.MigrationError):
        migrate()
    (fault,) = table(cloud, "instance_faults")
    assert (fault["instance_uuid"], fault["code"], fault["host"]) == (server.uuid, 500, "src")
    assert fault["message"] == "Migration error: unable to connect to server at dst"
    assert "in live_migration" in fault["details"]


def test_the_error_notification_has_the_arguments_and_the_exception(cloud, migrating):
    cloud.cut_off("dst")
    migrate = migrating(cloud)
    with pytest.raises(exceptions.MigrationError):
        migrate()
    message = cloud.notifier.messages[-1]
    assert (message.event_type, message.priority, message.publisher_id) == ("live_migration", "ERROR", "compute.src")
    assert message.payload["exception"].kind == "MigrationError"
    assert message.payload["args"]["dest"] == "dst"
    assert message.payload["args"].keys() == {"dest", "instance", "block_migration", "migrate_data"}


def test_the_event_of_the_action_ends_with_success(cloud, migrating, table):
    migrating(cloud)()
    (event,) = table(cloud, "instance_actions_events")
    assert (event["event"], event["result"]) == ("compute_live_migration", "Success")
    assert event["finish_time"].startswith(str(cloud.epoch))


def test_the_event_of_the_action_ends_with_the_error(cloud, migrating, table):
    cloud.cut_off("dst")
    migrate = migrating(cloud)
    with pytest.raises(exceptions.MigrationError):
        migrate()
    (event,) = table(cloud, "instance_actions_events")
    (action,) = table(cloud, "instance_actions")
    assert (event["result"], action["message"]) == ("Error", "Error")
    assert "in live_migration" in event["traceback"]


def test_a_dict_from_an_old_node_becomes_an_object_with_all_that_is_joined(
    build_with, start_action, arguments, form_of
):
    cloud = build_with(ConversionPlan.objects())
    server = start_action(cloud, cloud.boot("src"))
    cloud.host("src").manager.live_migration(cloud.context, "dst", legacy_dict(server), False, None)
    instance = arguments(cloud, "driver", "live_migration")["instance"]
    assert form_of(instance) == "object"
    assert instance.fields["metadata"] == {"role": "guest"}
    assert instance.fields.keys() >= {"system_metadata", "security_groups", "info_cache"}


@pytest.mark.parametrize("joined", ["metadata", "system_metadata", "security_groups", "info_cache"])
def test_a_dict_without_a_joined_field_is_refused(build_with, start_action, joined):
    cloud = build_with(ConversionPlan.objects())
    instance = legacy_dict(start_action(cloud, cloud.boot("src")))
    del instance[joined]
    with pytest.raises(KeyError, match=joined):
        cloud.host("src").manager.live_migration(cloud.context, "dst", instance, False, None)
    assert cloud.trace.on("driver") == []


@pytest.mark.parametrize(("plan", "form"), [(ConversionPlan.legacy(), "dict"), (ConversionPlan.objects(), "object")])
def test_the_clients_half_follows_the_plan(build_with, arguments, form_of, plan, form):
    cloud = build_with(plan)
    cloud.live_migrate(cloud.boot("src"), to="dst")
    (message,) = [e for e in cloud.trace.on("rpc") if e.operation == "live_migration"]
    assert form_of(message.arguments["instance"]) == form
    assert message.details["version"] == {"dict": "3.0", "object": "3.26"}[form]
