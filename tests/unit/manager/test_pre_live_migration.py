"""pre_live_migration: the destination prepares, which is one function since Icehouse."""

import pytest

from fakevirt.manager import pre_live_migration
from fakevirt.manager.plan import ConversionPlan


@pytest.fixture
def preparing(entering):
    """Return the preparation of the destination, held back; without it, the source rolls back."""

    def preparing(cloud, server=None, **how):
        server = server or cloud.boot("src")
        return entering(cloud, "dst", "pre_live_migration", lambda: cloud.live_migrate(server, to="dst", **how))

    return preparing


def test_it_is_one_function():
    assert pre_live_migration.legacy is pre_live_migration.objects


def test_the_steps_in_their_order(cloud, preparing, steps):
    preparing(cloud, cloud.boot("src", volumes=1))()
    assert steps(cloud) == [
        "driver dst: get_volume_connector",
        "volume: initialize_connection",
        "db conductor: update block_device_mapping",
        "network: get_instance_nw_info",
        "notifier dst: compute.instance.live_migration.pre.start",
        "driver dst: pre_live_migration",
        "network: setup_networks_on_host",
        "driver dst: ensure_filtering_rules_for_instance",
        "notifier dst: compute.instance.live_migration.pre.end",
    ]


def test_it_returns_what_the_driver_prepared(cloud, preparing):
    assert preparing(cloud)() == {"graphics_listen_addrs": cloud.host("dst").hypervisor.graphics_listen_addrs}


def test_the_volume_is_connected_to_the_destination_besides_the_source(cloud, preparing, arguments):
    preparing(cloud, cloud.boot("src", volumes=1))()
    (volume,) = cloud.volumes.volumes.values()
    assert list(volume.connections) == ["src", "dst"]
    (device,) = arguments(cloud, "driver", "pre_live_migration")["block_device_info"]["block_device_mapping"]
    assert device["connection_info"]["serial"] == volume.id


def test_the_driver_gets_the_disks_and_what_the_checks_found(build, preparing, arguments):
    cloud = build(shared_storage=False)
    preparing(cloud, block_migration=True)()
    told = arguments(cloud, "driver", "pre_live_migration")
    assert "virt_disk_size" in told["disk_info"]
    assert told["migrate_data"]["is_shared_instance_path"] is False


def test_networks_are_set_up_on_the_destination(cloud, preparing, arguments):
    preparing(cloud)()
    setup = arguments(cloud, "network", "setup_networks_on_host")
    assert (setup["host"], setup["teardown"]) == ("dst", False)


@pytest.mark.parametrize("plan_of_test", [ConversionPlan.legacy(), ConversionPlan.objects()], ids=str)
def test_the_driver_gets_an_object_on_either_path(build_with, preparing, arguments, form_of, plan_of_test):
    cloud = build_with(plan_of_test)
    preparing(cloud)()
    assert form_of(arguments(cloud, "driver", "pre_live_migration")["instance"]) == "object"


def test_a_driver_that_cannot_prepare_leaves_a_fault_and_an_error(cloud, preparing, steps, table):
    prepare = preparing(cloud)
    cloud.faults.fail("driver", "pre_live_migration", with_=lambda: RuntimeError("full"))
    with pytest.raises(RuntimeError, match="full"):
        prepare()
    assert steps(cloud)[-3:] == [
        "driver dst: pre_live_migration",
        "db conductor: insert instance_faults",
        "notifier dst: pre_live_migration",
    ]
    fault = table(cloud, "instance_faults")[-1]
    assert (fault["host"], fault["message"]) == ("dst", "full")
