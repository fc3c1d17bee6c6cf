"""check_can_live_migrate_destination, on both call paths: may this host receive the instance?"""

import pytest

from fakevirt import exceptions
from fakevirt.driver.hypervisor import CPU


@pytest.fixture
def ask(cloud):
    return lambda server=None, **how: cloud.check_can_live_migrate(server or cloud.boot("src"), to="dst", **how)


def test_the_steps_in_their_order(cloud, ask, steps):
    ask()
    assert steps(cloud) == [
        "rpc conductor: check_can_live_migrate_destination",
        "driver dst: check_can_live_migrate_destination",
        "rpc dst: check_can_live_migrate_source",
        "driver src: check_can_live_migrate_source",
        "driver dst: check_can_live_migrate_destination_cleanup",
    ]


def test_it_returns_what_the_source_found_out(ask):
    found = ask()
    assert (found["is_shared_instance_path"], found["is_shared_block_storage"]) == (True, True)
    assert found["is_volume_backed"] is False


def test_the_driver_gets_both_compute_nodes_in_the_form_of_the_path(cloud, ask, arguments, form_of, form):
    ask()
    told = arguments(cloud, "driver", "check_can_live_migrate_destination")
    nodes = [told["src_compute_info"], told["dst_compute_info"]]
    assert [form_of(node) for node in nodes] == [form, form]
    names = [(node if form == "dict" else node.fields)["hypervisor_hostname"] for node in nodes]
    assert names == ["src", "dst"]


@pytest.mark.parametrize("disk_over_commit", [True, False])
def test_the_driver_is_told_how_it_is_to_move(build, arguments, disk_over_commit):
    cloud = build(shared_storage=False)
    server = cloud.boot("src")
    cloud.check_can_live_migrate(server, to="dst", block_migration=True, disk_over_commit=disk_over_commit)
    told = arguments(cloud, "driver", "check_can_live_migrate_destination")
    assert (told["block_migration"], told["disk_over_commit"]) == (True, disk_over_commit)


def test_what_the_destination_adds_wins_over_what_the_source_found(cloud, mocker):
    driver = cloud.host("dst").driver
    checked = driver.check_can_live_migrate_destination

    def with_migrate_data(*args):
        return {**checked(*args), "migrate_data": {"is_volume_backed": "told by the destination", "more": 1}}

    mocker.patch.object(driver, "check_can_live_migrate_destination", new=with_migrate_data)
    found = cloud.check_can_live_migrate(cloud.boot("src"), to="dst")
    assert (found["is_volume_backed"], found["more"]) == ("told by the destination", 1)
    assert found["is_shared_instance_path"] is True


def test_a_refusal_of_the_source_still_cleans_up(build, steps):
    cloud = build(shared_storage=False)
    server = cloud.boot("src")
    with pytest.raises(exceptions.InvalidSharedStorage):
        cloud.check_can_live_migrate(server, to="dst")
    assert steps(cloud)[-3:] == [
        "driver dst: check_can_live_migrate_destination_cleanup",
        "db conductor: insert instance_faults",
        "notifier dst: check_can_live_migrate_destination",
    ]
    assert cloud.host("dst").hypervisor.instances_path.test_files == set()


def test_a_refusal_of_the_destination_asks_nobody_and_has_nothing_to_clean_up(cloud, ask, steps):
    cloud.host("dst").hypervisor.cpu = CPU(features=frozenset({"sse4.2"}))
    with pytest.raises(exceptions.InvalidCPUInfo):
        ask()
    assert steps(cloud)[1:] == [
        "driver dst: check_can_live_migrate_destination",
        "db conductor: insert instance_faults",
        "notifier dst: check_can_live_migrate_destination",
    ]


@pytest.mark.parametrize("host", ["src", "dst"])
def test_a_host_without_a_compute_node_is_not_found(cloud, ask, steps, table, host):
    server = cloud.boot("src")
    cloud.remove_compute_nodes(host)
    with pytest.raises(exceptions.NotFound, match=f"Host {host} not found"):
        ask(server)
    assert cloud.trace.on("driver") == []
    (fault,) = table(cloud, "instance_faults")
    assert (fault["host"], fault["code"]) == ("dst", 404)


def test_the_nodes_come_through_raw_conductor_methods_on_the_legacy_path_only(cloud, ask, on_legacy):
    ask()
    raw = [
        e.operation
        for e in cloud.trace.on("conductor")
        if e.scope == "check_can_live_migrate_destination" and not e.operation.startswith("object_")
    ]
    assert raw == ["service_get_all_by"] * 2 * on_legacy
