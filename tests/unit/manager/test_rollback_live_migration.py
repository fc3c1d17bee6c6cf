"""_rollback_live_migration, on both call paths: a migration has failed, and the instance is set free."""

import pytest

from fakevirt import exceptions
from fakevirt.manager.plan import ConversionPlan


@pytest.fixture
def rolling_back(entering):
    """Return the rollback of a migration that the driver could not make, held back."""

    def rolling_back(cloud, server=None, **how):
        server = server or cloud.boot("src")
        cloud.cut_off("dst")
        return entering(cloud, "src", "_rollback_live_migration", lambda: cloud.live_migrate(server, to="dst", **how))

    return rolling_back


def test_the_steps_in_their_order(cloud, rolling_back, steps, on_legacy):
    rolling_back(cloud, cloud.boot("src", volumes=1))()
    # Only _instance_update has the resource tracker count the instance anew.
    tracked = ["driver src: node_is_available", "db conductor: update compute_nodes"]
    assert steps(cloud) == [
        "db conductor: update instances",
        "notifier conductor: compute.instance.update",
        *(tracked if on_legacy else []),
        "network: setup_networks_on_host",
        "rpc src: remove_volume_connection",
        "driver dst: instance_exists",
        "driver dst: detach_volume",
        "driver dst: get_volume_connector",
        "volume: terminate_connection",
        "notifier src: compute.instance.live_migration._rollback.start",
        "notifier src: compute.instance.live_migration._rollback.end",
    ]


def test_the_destination_is_told_between_the_two_notifications(build, rolling_back, steps):
    cloud = build(shared_storage=False)
    rolling_back(cloud, block_migration=True)()
    sent = [step for step in steps(cloud) if step.startswith(("rpc", "notifier src"))]
    assert sent == [
        "notifier src: compute.instance.live_migration._rollback.start",
        "rpc src: rollback_live_migration_at_destination",
        "notifier src: compute.instance.live_migration._rollback.end",
    ]


def test_the_instance_is_active_and_free_where_it_was(cloud, rolling_back):
    server = cloud.boot("src")
    rolling_back(cloud, server)()
    after = cloud.refresh(server)
    assert (after.host, after.vm_state, after.task_state) == ("src", "active", None)


def test_the_columns_that_are_written(cloud, rolling_back, arguments, on_legacy):
    rolling_back(cloud)()
    written = arguments(cloud, "db", "update instances")["values"]
    assert written.keys() == {"vm_state", "task_state", "updated_at"} | ({"host"} if on_legacy else set())


def test_who_tells_of_the_change(cloud, rolling_back, on_legacy):
    rolling_back(cloud)()
    update = [m for m in cloud.notifier.messages if m.event_type == "compute.instance.update"][-1]
    assert update.publisher_id == ("conductor.conductor" if on_legacy else "None.conductor")
    assert (update.payload["old_task_state"], update.payload["new_task_state"]) == ("migrating", None)


def test_later_steps_get_the_instance_as_it_is_now(cloud, rolling_back, arguments, form_of, form):
    rolling_back(cloud)()
    instance = arguments(cloud, "network", "setup_networks_on_host")["instance"]
    assert form_of(instance) == form
    fields = instance if form == "dict" else instance.fields
    assert fields["task_state"] is None


def test_networks_are_set_up_again_on_the_source(cloud, rolling_back, arguments):
    rolling_back(cloud)()
    setup = arguments(cloud, "network", "setup_networks_on_host")
    assert (setup["host"], setup["teardown"]) == ("src", False)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_each_volume_is_disconnected_from_the_destination(cloud, rolling_back, count):
    rolling_back(cloud, cloud.boot("src", volumes=count))()
    asked = [e.arguments for e in cloud.trace.on("rpc") if e.operation == "remove_volume_connection"]
    assert [cloud.names[call["volume_id"]] for call in asked] == [f"volume-{n + 1}" for n in range(count)]
    assert [list(volume.connections) for volume in cloud.volumes.volumes.values()] == [["src"]] * count


def test_a_block_device_that_is_no_volume_is_left_alone(cloud, rolling_back, add_local_disk, steps):
    server = cloud.boot("src")
    add_local_disk(cloud, server)
    rolling_back(cloud, server)()
    assert "rpc src: remove_volume_connection" not in steps(cloud)
    assert steps(cloud)[-1] == "notifier src: compute.instance.live_migration._rollback.end"


def test_the_destination_is_told_which_disks_to_remove(build, rolling_back, arguments):
    cloud = build(shared_storage=False)
    rolling_back(cloud, block_migration=True)()
    told = arguments(cloud, "rpc", "rollback_live_migration_at_destination")
    assert (told["server"], told["destroy_disks"]) == ("dst", True)
    assert told["migrate_data"]["is_shared_block_storage"] is False


def test_a_volume_backed_guest_has_no_disks_to_remove(build, rolling_back, arguments):
    cloud = build(shared_storage=False)
    rolling_back(cloud, cloud.boot("src", volumes=1, boot_from_volume=True))()
    assert arguments(cloud, "rpc", "rollback_live_migration_at_destination")["destroy_disks"] is False


def test_migrate_data_need_not_be_given(cloud, src, as_sent, steps):
    server = cloud.boot("src")
    cloud.update_server(server, task_state="migrating")
    src._rollback_live_migration(cloud.context, as_sent(cloud.refresh(server)), "dst", True)
    assert "rpc src: rollback_live_migration_at_destination" in steps(cloud)


@pytest.mark.parametrize(
    ("actual", "error"),
    [
        ("powering-off", exceptions.UnexpectedTaskStateError),
        ("deleting", exceptions.UnexpectedDeletingTaskStateError),
        (None, exceptions.UnexpectedTaskStateError),
    ],
)
def test_another_task_state_ends_the_rollback(cloud, rolling_back, steps, actual, error):
    server = cloud.boot("src", volumes=1)
    roll_back = rolling_back(cloud, server)
    cloud.update_server(server, task_state=actual)
    with pytest.raises(error):
        roll_back()
    assert steps(cloud) == ["db conductor: insert instance_faults", "notifier src: _rollback_live_migration"]
    assert cloud.refresh(server).task_state == actual


def test_no_addresses_are_told_and_no_info_cache_is_needed(cloud, rolling_back):
    rolling_back(cloud, cloud.boot("src", info_cache=False))()
    (told,) = [m.payload for m in cloud.notifier.messages if m.event_type.endswith("_rollback.start")]
    assert "fixed_ips" not in told


def test_a_dict_from_a_caller_that_is_not_converted_becomes_an_object(build_with, rolling_back, arguments, form_of):
    cloud = build_with(ConversionPlan.only("_rollback_live_migration"))
    rolling_back(cloud)()
    assert form_of(arguments(cloud, "manager", "_rollback_live_migration")["instance"]) == "dict"
    assert form_of(arguments(cloud, "network", "setup_networks_on_host")["instance"]) == "object"


def test_an_object_from_a_converted_caller_gives_way_to_the_dict_that_was_written(
    build_with, rolling_back, arguments, form_of
):
    cloud = build_with(ConversionPlan.all_but("_rollback_live_migration"))
    rolling_back(cloud)()
    assert form_of(arguments(cloud, "manager", "_rollback_live_migration")["instance"]) == "object"
    assert form_of(arguments(cloud, "network", "setup_networks_on_host")["instance"]) == "dict"
