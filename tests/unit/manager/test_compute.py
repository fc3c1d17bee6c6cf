"""The compute manager is reached through its attributes, which a test may watch or replace."""

import pytest

from fakevirt.manager.compute import ComputeManager
from fakevirt.manager.paths import WorkItemMethod

METHODS = [name for name, method in vars(ComputeManager).items() if isinstance(method, WorkItemMethod)]


def test_the_step_that_the_driver_calls_back_can_be_spied_on(cloud, mocker):
    spy = mocker.spy(cloud.host("src").manager, "_post_live_migration")
    server = cloud.boot("src")
    cloud.live_migrate(server, to="dst")
    spy.assert_called_once()
    assert spy.call_args.args[2] == "dst"
    assert cloud.refresh(server).host == "dst"


@pytest.mark.parametrize(
    ("host", "method"),
    [
        ("dst", "check_can_live_migrate_destination"),
        ("src", "check_can_live_migrate_source"),
        ("src", "live_migration"),
        ("dst", "pre_live_migration"),
        ("dst", "post_live_migration_at_destination"),
        ("src", "update_available_resource"),
        ("src", "_event_start"),
        ("src", "_event_finish"),
        ("src", "_notify_about_instance_usage"),
        ("src", "_get_instance_nw_info"),
        ("src", "_get_instance_block_device_info"),
        ("src", "_clear_events_for_instance"),
        ("src", "_live_migration_cleanup_flags"),
        ("dst", "_get_power_state"),
        ("dst", "_get_compute_info"),
    ],
)
def test_every_step_of_a_migration_can_be_spied_on(cloud, mocker, host, method):
    server = cloud.boot("src")
    spy = mocker.spy(cloud.host(host).manager, method)
    cloud.live_migrate(server, to="dst")
    assert spy.call_count
    assert cloud.refresh(server).host == "dst"


def test_a_spy_on_the_rollback_sees_why(cloud, mocker):
    spy = mocker.spy(cloud.host("src").manager, "_rollback_live_migration")
    cloud.cut_off("dst")
    cloud.live_migrate(cloud.boot("src"), to="dst")
    spy.assert_called_once()


def test_a_step_that_is_replaced_is_replaced(cloud, mocker, steps):
    mocker.patch.object(cloud.host("src").manager, "_live_migration_cleanup_flags", return_value=(True, True))
    cloud.live_migrate(cloud.boot("src"), to="dst")
    assert "driver src: cleanup" in steps(cloud)


def test_a_spy_does_not_change_what_is_seen(build, mocker, steps):
    watched, other = build(), build()
    mocker.spy(watched.host("src").manager, "_post_live_migration")
    for cloud in (watched, other):
        cloud.live_migrate(cloud.boot("src", volumes=1), to="dst")
    assert steps(watched) == steps(other)


@pytest.mark.parametrize("name", METHODS)
def test_every_method_bears_its_own_name(cloud, name):
    method = getattr(cloud.host("src").manager, name)
    assert method.__name__ == name
    assert method.__self__ is cloud.host("src").manager


def test_a_node_has_one_resource_tracker(src):
    assert src._get_resource_tracker("src") is src._get_resource_tracker("src")
    assert src._get_resource_tracker("src") is not src._get_resource_tracker("other")


def test_the_power_state_is_the_hypervisors(cloud, src, as_sent):
    server = cloud.boot("src")
    (domain,) = cloud.host("src").hypervisor.domains.values()
    assert src._get_power_state(cloud.context, as_sent(server)) == 1
    domain.power_state = 3
    assert src._get_power_state(cloud.context, as_sent(server)) == 3
