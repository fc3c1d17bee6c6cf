"""What a resize leaves behind, on each call path."""

import pytest

from fakevirt.instrument.snapshot import Entity


@pytest.fixture
def resized(build):
    def resized(**arguments):
        cloud = build(**arguments)
        server = cloud.boot("src", volumes=1)
        flavor = cloud.add_flavor("m1.large", memory_mb=1024, vcpus=2, root_gb=2)
        cloud.resize(server, flavor)
        return cloud, server

    return resized


def test_the_guest_runs_on_the_destination_and_is_kept_on_the_source_until_it_is_confirmed(resized):
    cloud, server = resized(shared_storage=False)
    row = cloud.refresh(server)
    assert (row.host, row.node, row.vm_state, row.task_state) == ("dst", "dst", "resized", None)
    assert (row.memory_mb, row.vcpus, row.root_gb) == (1024, 2, 2)
    src, dst = (cloud.host(name).hypervisor for name in ("src", "dst"))
    assert (src.lookup(server.name).active, dst.lookup(server.name).active) == (False, True)
    assert list(src.instances_path.directories) == [f"{server.uuid}_resize"]
    cloud.confirm_resize(server)
    assert (list(src.domains), list(src.instances_path.directories)) == ([], [])
    assert (list(src.filters), list(src.plugged_vifs), list(src.connected_volumes)) == ([], [], [])
    assert cloud.refresh(server).vm_state == "active"


def test_its_port_is_bound_to_the_destination(resized):
    cloud, server = resized()
    assert {port.host for port in cloud.network.ports.values()} == {"dst"}
    assert cloud.network.hosts_set_up[server.uuid] == {"src", "dst"}
    cloud.confirm_resize(server)
    assert cloud.network.hosts_set_up[server.uuid] == {"dst"}


def test_old_and_new_flavor_are_kept_until_it_is_confirmed(resized):
    cloud, server = resized()
    kept = cloud.refresh(server)
    assert [kept.get_flavor(which).name for which in (None, "old", "new")] == ["m1.large", "m1.small", "m1.large"]
    assert kept.system_metadata["old_vm_state"] == "active"
    cloud.confirm_resize(server)
    left = cloud.refresh(server).system_metadata
    assert not [name for name in left if name.startswith(("old_", "new_"))]


def test_all_three_hosts_steps_are_events_of_one_action(resized, table):
    cloud, _ = resized()
    assert [row["event"] for row in table(cloud, "instance_actions_events")] == [
        "cold_migrate",
        "compute_prep_resize",
        "compute_resize_instance",
        "compute_finish_resize",
    ]


def test_the_stages_are_told_in_order(resized):
    cloud, server = resized()
    cloud.confirm_resize(server)
    told = [
        e.operation.removeprefix("compute.instance.")
        for e in cloud.trace.on("notifier")
        if e.operation.endswith((".start", ".end"))
    ]
    assert told == [
        "resize.prep.start",
        "resize.start",
        "finish_resize.start",
        "finish_resize.end",
        "resize.end",
        "resize.prep.end",
        "resize.confirm.start",
        "resize.confirm.end",
    ]


def test_the_usage_is_told_the_same_whoever_tells_it(resized, arguments):
    payload = arguments(resized()[0], "notifier", "compute.instance.exists")["payload"]
    assert payload["audit_period_beginning"] == "2014-04-01 00:00:00"
    assert payload["audit_period_ending"] == "2014-04-17 12:00:00"
    assert (payload["instance_type"], payload["state"], payload["bandwidth"]) == ("m1.small", "active", {})


def test_the_driver_gets_the_flavor_in_the_form_of_the_path(resized, arguments, form):
    flavor = arguments(resized()[0], "driver", "migrate_disk_and_power_off")["flavor"]
    assert ("object" if isinstance(flavor, Entity) else "dict") == form


def test_raw_conductor_methods_are_called_on_the_legacy_path_only(resized, on_legacy):
    cloud, server = resized()
    cloud.confirm_resize(server)
    raw = {
        e.operation
        for e in cloud.trace.on("conductor")
        if e.scope == "remaining_instance_attr" and not e.operation.startswith("object_")
    }
    assert raw == (
        {"network_migrate_instance_start", "network_migrate_instance_finish", "quota_commit"} if on_legacy else set()
    )
