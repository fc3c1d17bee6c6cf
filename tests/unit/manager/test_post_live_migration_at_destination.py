"""post_live_migration_at_destination, on both call paths: the guest has arrived, and its row says so."""

import pytest

from fakevirt import exceptions
from fakevirt.db import api as db
from fakevirt.manager.plan import ConversionPlan
from fakevirt.settings import Settings


@pytest.fixture
def arriving(entering):
    """Return the arrival of a migrated guest, held back."""

    def arriving(cloud, server=None, **how):
        server = server or cloud.boot("src")
        return entering(
            cloud, "dst", "post_live_migration_at_destination", lambda: cloud.live_migrate(server, to="dst", **how)
        )

    return arriving


def test_the_steps_in_their_order(cloud, arriving, steps):
    arriving(cloud, cloud.boot("src", volumes=1))()
    assert steps(cloud) == [
        "network: setup_networks_on_host",
        "network: migrate_instance_finish",
        "network: get_instance_nw_info",
        "notifier dst: compute.instance.live_migration.post.dest.start",
        "driver dst: post_live_migration_at_destination",
        "driver dst: get_info",
        "db conductor: update instances",
        "notifier conductor: compute.instance.update",
        "network: setup_networks_on_host",
        "notifier dst: compute.instance.live_migration.post.dest.end",
    ]


def test_the_row_tells_where_the_guest_is_now(cloud, arriving):
    server = cloud.boot("src")
    arriving(cloud, server)()
    after = cloud.refresh(server)
    assert (after.host, after.node, after.power_state) == ("dst", "dst", 1)
    assert (after.vm_state, after.task_state) == ("active", None)
    assert after.launched_on == "src"


def test_it_writes_no_other_column(cloud, arriving, arguments):
    arriving(cloud)()
    written = arguments(cloud, "db", "update instances")["values"]
    assert written.keys() == {"host", "node", "power_state", "vm_state", "task_state", "updated_at"}


def test_the_change_is_told_without_a_service_name(cloud, arriving):
    arriving(cloud)()
    (update,) = [m for m in cloud.notifier.messages if m.payload.get("host") == "dst" and "old_state" in m.payload]
    assert update.event_type == "compute.instance.update"
    assert update.publisher_id == "None.conductor"


def test_networks_are_set_up_here_before_and_after_the_host_is_written(cloud, arriving):
    arriving(cloud)()
    calls = [e.arguments for e in cloud.trace.on("network") if e.operation == "setup_networks_on_host"]
    assert [(call["host"], call["teardown"]) for call in calls] == [("dst", False)] * 2
    assert [call["instance"].fields["host"] for call in calls] == ["src", "dst"]


def test_the_network_service_is_told_from_where_and_whereto(cloud, arriving, arguments, form_of, form):
    arriving(cloud)()
    migration = arguments(cloud, "network", "migrate_instance_finish")["migration"]
    assert form_of(migration) == form
    fields = migration if form == "dict" else migration.fields
    assert (fields["source_compute"], fields["dest_compute"]) == ("src", "dst")


@pytest.mark.parametrize("block_migration", [True, False])
def test_the_driver_is_told_how_it_was_moved(build, arriving, arguments, block_migration):
    cloud = build(shared_storage=not block_migration)
    arriving(cloud, cloud.boot("src", volumes=1), block_migration=block_migration)()
    told = arguments(cloud, "driver", "post_live_migration_at_destination")
    assert told["block_migration"] is block_migration
    assert [d["mount_device"] for d in told["block_device_info"]["block_device_mapping"]] == ["/dev/vdb"]


def test_a_host_without_a_compute_node_leaves_the_instance_without_a_node(cloud, arriving, steps, caplog):
    server = cloud.boot("src")
    arrive = arriving(cloud, server)
    cloud.remove_compute_nodes("dst")
    arrive()
    after = cloud.refresh(server)
    assert (after.host, after.node, after.task_state) == ("dst", None, None)
    assert "Failed to get compute_info for dst" in caplog.text
    assert steps(cloud)[-1] == "notifier dst: compute.instance.live_migration.post.dest.end"


def test_the_row_is_written_even_if_the_compute_node_cannot_be_asked_for(cloud, arriving, on_legacy):
    server = cloud.boot("src")
    arrive = arriving(cloud, server)
    asked = "service_get_all_by" if on_legacy else "object_class_action_versions Service.get_by_compute_host"
    cloud.faults.fail("conductor", asked, with_=lambda: RuntimeError("no answer"))
    with pytest.raises(Exception, match="no answer"):
        arrive()
    after = cloud.refresh(server)
    assert (after.host, after.node, after.task_state) == ("dst", None, None)


def test_another_task_state_keeps_the_row_as_it_is(cloud, arriving, steps):
    server = cloud.boot("src")
    arrive = arriving(cloud, server)
    cloud.update_server(server, task_state="powering-off")
    with pytest.raises(exceptions.UnexpectedTaskStateError):
        arrive()
    after = cloud.refresh(server)
    assert (after.host, after.task_state) == ("src", "powering-off")
    assert steps(cloud)[-3:] == [
        "driver dst: get_info",
        "db conductor: insert instance_faults",
        "notifier dst: post_live_migration_at_destination",
    ]


def test_an_instance_that_is_being_deleted_is_told_apart(cloud, arriving):
    server = cloud.boot("src")
    arrive = arriving(cloud, server)
    cloud.update_server(server, task_state="deleting")
    with pytest.raises(exceptions.UnexpectedDeletingTaskStateError):
        arrive()


def test_an_instance_that_is_gone_gets_no_fault(cloud, arriving, rows, steps):
    server = cloud.boot("src")
    arrive = arriving(cloud, server)
    rows(cloud, db.instance_destroy, server.uuid)
    with pytest.raises(exceptions.InstanceNotFound):
        arrive()
    assert steps(cloud)[-2:] == ["driver dst: get_info", "notifier dst: post_live_migration_at_destination"]


def test_without_the_option_no_change_is_told(build, arriving, steps):
    cloud = build(settings=Settings(notify_on_state_change=None))
    arriving(cloud)()
    assert "db conductor: update instances" in steps(cloud)
    assert "notifier conductor: compute.instance.update" not in steps(cloud)


@pytest.mark.parametrize("converted", [True, False])
def test_a_dict_from_the_source_becomes_an_object_on_either_path(build_with, arriving, arguments, form_of, converted):
    items = {"_post_live_migration"} if converted else set()
    cloud = build_with(ConversionPlan.only(*items))
    arriving(cloud)()
    expected = "object" if converted else "dict"
    assert form_of(arguments(cloud, "manager", "post_live_migration_at_destination")["instance"]) == expected
    assert form_of(arguments(cloud, "driver", "post_live_migration_at_destination")["instance"]) == "object"
