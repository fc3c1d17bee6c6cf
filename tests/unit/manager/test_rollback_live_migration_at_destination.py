"""rollback_live_migration_at_destination, on both call paths: what had been prepared is removed."""

import pytest

from fakevirt.manager.plan import ConversionPlan
from fakevirt.objects.primitive import legacy_dict


@pytest.fixture
def removing(entering):
    """Return the destination's half of a rollback, held back."""

    def removing(cloud, server=None, **how):
        server = server or cloud.boot("src")
        cloud.cut_off("dst")
        how = how or {"block_migration": True}
        return entering(
            cloud, "dst", "rollback_live_migration_at_destination", lambda: cloud.live_migrate(server, to="dst", **how)
        )

    return removing


@pytest.fixture
def cloud(build):
    return build(shared_storage=False)


def test_the_steps_in_their_order(cloud, removing, steps):
    removing(cloud)()
    assert steps(cloud) == [
        "network: get_instance_nw_info",
        "notifier dst: compute.instance.live_migration.rollback.dest.start",
        "network: setup_networks_on_host",
        "driver dst: rollback_live_migration_at_destination",
        "notifier dst: compute.instance.live_migration.rollback.dest.end",
    ]


def test_nothing_that_was_prepared_is_left(cloud, removing):
    before = cloud.host("dst").hypervisor.to_primitive()
    remove = removing(cloud)
    prepared = cloud.host("dst").hypervisor.to_primitive()
    remove()
    after = cloud.host("dst").hypervisor.to_primitive()
    assert prepared["plugged_vifs"]
    assert prepared["instances_path"] != before["instances_path"]
    assert {**after, "numbers": None} == {**before, "numbers": None}


def test_it_writes_no_row(cloud, removing):
    removing(cloud)()
    assert cloud.trace.on("db") == []


def test_networks_are_torn_down_on_the_destination(cloud, removing, arguments):
    removing(cloud)()
    setup = arguments(cloud, "network", "setup_networks_on_host")
    assert (setup["host"], setup["teardown"]) == ("dst", True)


def test_the_driver_is_told_what_to_remove(cloud, removing, arguments):
    removing(cloud)()
    told = arguments(cloud, "driver", "rollback_live_migration_at_destination")
    assert told["destroy_disks"] is True
    assert told["migrate_data"]["is_shared_instance_path"] is False
    assert told["block_device_info"]["block_device_mapping"] == []
    assert [vif["id"] for vif in told["network_info"]] == list(cloud.network.ports)


def test_disks_of_a_volume_backed_guest_are_not_to_be_removed(cloud, removing, arguments):
    server = cloud.boot("src", volumes=1, boot_from_volume=True)
    removing(cloud, server, block_migration=False)()
    assert arguments(cloud, "driver", "rollback_live_migration_at_destination")["destroy_disks"] is False


def test_without_a_word_of_disks_they_are_removed(cloud, as_sent, arguments):
    server = cloud.boot("src")
    cloud.host("dst").manager.rollback_live_migration_at_destination(cloud.context, as_sent(server))
    told = arguments(cloud, "driver", "rollback_live_migration_at_destination")
    assert (told["destroy_disks"], told["migrate_data"]) == (True, None)


def test_the_message_and_the_driver_have_the_instance_in_the_form_of_the_path(
    cloud, removing, arguments, form_of, form
):
    removing(cloud)()
    assert form_of(arguments(cloud, "manager", "rollback_live_migration_at_destination")["instance"]) == form
    assert form_of(arguments(cloud, "driver", "rollback_live_migration_at_destination")["instance"]) == form


def test_a_network_that_cannot_be_torn_down_keeps_the_driver_from_removing(cloud, removing, steps):
    remove = removing(cloud)
    cloud.faults.fail("network", "setup_networks_on_host", with_=lambda: RuntimeError("no network"))
    with pytest.raises(RuntimeError, match="no network"):
        remove()
    assert steps(cloud)[-3:] == [
        "network: setup_networks_on_host",
        "db conductor: insert instance_faults",
        "notifier dst: rollback_live_migration_at_destination",
    ]


@pytest.mark.parametrize(("plan", "form"), [(ConversionPlan.legacy(), "dict"), (ConversionPlan.objects(), "object")])
def test_the_clients_half_follows_the_plan_and_sends_a_version_that_knows_all_arguments(
    build_with, arguments, form_of, plan, form
):
    cloud = build_with(plan, shared_storage=False)
    server = cloud.boot("src")
    cloud.cut_off("dst")
    cloud.live_migrate(server, to="dst", block_migration=True)
    (message,) = [e for e in cloud.trace.on("rpc") if e.operation == "rollback_live_migration_at_destination"]
    assert (form_of(message.arguments["instance"]), message.details["version"]) == (form, "3.32")


def test_a_dict_from_an_old_node_becomes_an_object(build_with, arguments, form_of):
    cloud = build_with(ConversionPlan.objects())
    server = cloud.boot("src")
    cloud.host("dst").manager.rollback_live_migration_at_destination(cloud.context, instance=legacy_dict(server))
    assert form_of(arguments(cloud, "driver", "rollback_live_migration_at_destination")["instance"]) == "object"
