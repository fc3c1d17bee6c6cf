"""_post_live_migration, on both call paths: the source's half of Juno's clean-up after a guest has moved."""

import pytest

from fakevirt.manager.plan import ConversionPlan
from fakevirt.settings import Settings

TARGET = "post_live_migration_at_destination"


@pytest.fixture
def near_half(entering):
    """Return the source's half of what follows a migration; running it returns the destination's half."""

    def near_half(cloud, server=None, **how):
        server = server or cloud.boot("src")
        enter = entering(cloud, "src", "_post_live_migration", lambda: cloud.live_migrate(server, to="dst", **how))
        return lambda: entering(cloud, "dst", TARGET, enter)

    return near_half


def test_the_steps_in_their_order(cloud, near_half, steps):
    near_half(cloud, cloud.boot("src", volumes=1))()
    assert steps(cloud) == [
        "driver src: post_live_migration",
        "driver src: get_volume_connector",
        "volume: terminate_connection",
        "network: get_instance_nw_info",
        "notifier src: compute.instance.live_migration._post.start",
        "driver src: unfilter_instance",
        "network: migrate_instance_start",
        "driver src: post_live_migration_at_source",
        "rpc src: post_live_migration_at_destination",
        "network: setup_networks_on_host",
        "driver src: get_available_nodes",
        "driver src: get_available_resource",
        "db conductor: update compute_nodes",
        "notifier src: compute.instance.live_migration._post.end",
    ]


def test_copied_disks_are_removed_after_the_destination_was_told(build, near_half, steps):
    cloud = build(shared_storage=False)
    near_half(cloud, block_migration=True)()
    done = steps(cloud)
    at = done.index("driver src: cleanup")
    assert done[at - 1 : at + 2] == [
        "rpc src: post_live_migration_at_destination",
        "driver src: cleanup",
        "network: setup_networks_on_host",
    ]


def test_the_driver_is_told_which_storage_was_shared(build, near_half, arguments):
    cloud = build(shared_storage=False)
    near_half(cloud, block_migration=True)()
    cleanup = arguments(cloud, "driver", "cleanup")
    assert (cleanup["destroy_disks"], cleanup["destroy_vifs"]) == (True, False)
    assert cleanup["migrate_data"]["is_shared_instance_path"] is False
    assert cleanup["migrate_data"] == arguments(cloud, "driver", "post_live_migration")["migrate_data"]


def test_a_volume_backed_guest_leaves_a_directory_and_no_disks(build, near_half, arguments):
    cloud = build(shared_storage=False)
    near_half(cloud, cloud.boot("src", volumes=1, boot_from_volume=True))()
    assert arguments(cloud, "driver", "cleanup")["destroy_disks"] is False


def test_a_driver_that_unplugs_when_it_cleans_up_is_told_to(build, near_half, arguments):
    cloud = build(shared_storage=False)
    cloud.faults.fail("driver", "post_live_migration_at_source", with_=NotImplementedError)
    near_half(cloud, block_migration=True)()
    assert arguments(cloud, "driver", "cleanup")["destroy_vifs"] is True


def test_such_a_driver_cleans_up_nothing_where_storage_is_shared(cloud, near_half, steps):
    cloud.faults.fail("driver", "post_live_migration_at_source", with_=NotImplementedError)
    near_half(cloud)()
    assert "driver src: cleanup" not in steps(cloud)
    assert steps(cloud)[-1] == "notifier src: compute.instance.live_migration._post.end"


@pytest.mark.parametrize("count", [0, 1, 3])
def test_each_volume_is_disconnected_from_the_source_and_stays_attached(cloud, near_half, count):
    server = cloud.boot("src", volumes=count)
    near_half(cloud, server)()
    terminated = [e.arguments for e in cloud.trace.on("volume")]
    assert [cloud.names[call["volume_id"]] for call in terminated] == [f"volume-{n + 1}" for n in range(count)]
    assert all(call["connector"]["host"] == "src" for call in terminated)
    assert [list(volume.connections) for volume in cloud.volumes.volumes.values()] == [["dst"]] * count
    assert {volume.status for volume in cloud.volumes.volumes.values()} <= {"in-use"}


def test_a_block_device_that_is_no_volume_has_no_connection(cloud, near_half, add_local_disk):
    server = cloud.boot("src")
    add_local_disk(cloud, server)
    near_half(cloud, server)()
    assert cloud.trace.on("volume") == []


def test_the_network_service_is_told_from_where_and_whereto(cloud, near_half, arguments, form_of, form):
    near_half(cloud)()
    migration = arguments(cloud, "network", "migrate_instance_start")["migration"]
    assert form_of(migration) == form
    fields = migration if form == "dict" else migration.fields
    assert (fields["source_compute"], fields["dest_compute"]) == ("src", "dst")


def test_the_network_service_is_told_by_the_conductor_on_the_legacy_path_only(cloud, near_half, on_legacy):
    near_half(cloud)()
    raw = [e.operation for e in cloud.trace.on("conductor") if e.scope == "_post_live_migration"]
    assert ("network_migrate_instance_start" in raw) is on_legacy
    assert [o for o in raw if not o.startswith("object_")] == ["network_migrate_instance_start"] * on_legacy


def test_the_sources_networks_are_torn_down(cloud, near_half, arguments):
    near_half(cloud)()
    setup = arguments(cloud, "network", "setup_networks_on_host")
    assert (setup["host"], setup["teardown"]) == ("src", True)


@pytest.mark.parametrize("operation", ["post_live_migration", "unfilter_instance", "post_live_migration_at_source"])
def test_the_driver_gets_the_instance_in_the_form_of_the_path(cloud, near_half, arguments, form_of, form, operation):
    near_half(cloud)()
    assert form_of(arguments(cloud, "driver", operation)["instance"]) == form


def test_it_writes_nothing_but_the_compute_node(cloud, near_half):
    near_half(cloud, cloud.boot("src", volumes=1))()
    assert [effect.operation for effect in cloud.trace.on("db")] == ["update compute_nodes"]


def test_events_that_the_instance_waited_for_are_forgotten(cloud, near_half):
    server = cloud.boot("src")
    waiting = cloud.host("src").manager.pending_events
    waiting.update({server.uuid: "event", "other": "event"})
    near_half(cloud, server)()
    assert waiting == {"other": "event"}


@pytest.mark.parametrize("enabled", [True, False])
def test_console_tokens_are_deleted_last_if_a_console_is_on(build, near_half, steps, enabled):
    cloud = build(settings=Settings(vnc_enabled=enabled))
    server = cloud.boot("src")
    cloud.consoleauth.authorize_console(cloud.context, "token", "novnc", "src", 5900, None, server.uuid)
    near_half(cloud, server)()
    assert (steps(cloud)[-1] == "consoleauth: delete_tokens_for_instance") is enabled
    assert (cloud.consoleauth.check_token(cloud.context, "token") is None) is enabled


def test_a_failure_leaves_a_fault_then_an_error_notification_and_goes_to_the_driver(cloud, near_half, steps):
    cloud.faults.fail("driver", "unfilter_instance", with_=lambda: RuntimeError("stuck"))
    half = near_half(cloud)
    with pytest.raises(RuntimeError, match="stuck"):
        half()
    assert steps(cloud)[-3:] == [
        "driver src: unfilter_instance",
        "db conductor: insert instance_faults",
        "notifier src: _post_live_migration",
    ]


def test_block_migration_and_migrate_data_need_not_be_given(cloud, src, as_sent, steps):
    server = cloud.boot("src")
    src._post_live_migration(cloud.context, as_sent(server), "dst")
    assert "driver src: cleanup" not in steps(cloud)
    assert "notifier src: compute.instance.live_migration._post.end" in steps(cloud)


def test_a_dict_from_a_caller_that_is_not_converted_becomes_an_object(build_with, near_half, arguments, form_of):
    cloud = build_with(ConversionPlan.only("_post_live_migration"))
    near_half(cloud)()
    assert form_of(arguments(cloud, "manager", "_post_live_migration")["instance"]) == "dict"
    assert form_of(arguments(cloud, "driver", "post_live_migration")["instance"]) == "object"


def test_an_object_from_a_converted_caller_serves_as_the_dict(build_with, near_half, arguments, form_of):
    cloud = build_with(ConversionPlan.all_but("_post_live_migration"))
    near_half(cloud)()
    assert form_of(arguments(cloud, "driver", "post_live_migration")["instance"]) == "object"
    assert any(e.scope == "_post_live_migration" for e in cloud.trace.on("dict_access"))
