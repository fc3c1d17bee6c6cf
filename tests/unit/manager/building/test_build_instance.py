"""What scenarios of builds do not show: arguments that no caller of today leaves out."""

import pytest

from fakevirt import states


@pytest.mark.parametrize("left_out", ["request_spec", "filter_properties", "node"])
def test_a_build_needs_no_request_spec_no_filter_properties_and_no_node(cloud, mocker, left_out):
    manager = cloud.host("src").manager
    run = manager.run_instance
    mocker.patch.object(
        manager, "run_instance", new=lambda context, **arguments: run(context, **arguments | {left_out: None})
    )
    server = cloud.create_server(host="src")
    built = cloud.refresh(server)
    assert (built.vm_state, built.host, built.node) == (states.ACTIVE, "src", "src")


def test_the_sequence_of_states_is_nova_s(cloud):
    cloud.create_server()
    updates = [e.arguments["values"] for e in cloud.trace.on("db") if e.operation == "update instances"]
    states_written = [(u["vm_state"], u["task_state"]) for u in updates if "task_state" in u]
    assert states_written == [
        ("building", None),
        ("building", "networking"),
        ("building", "block_device_mapping"),
        ("building", "spawning"),
        ("active", None),
    ]


def test_two_hosts_tell_of_a_build_that_went_on_elsewhere(cloud):
    cloud.faults.fail("driver", "spawn", with_=lambda: RuntimeError("qemu does not start"))
    server = cloud.create_server()
    events = [m.event_type for m in cloud.notifier.messages if m.event_type.startswith("compute.instance.create")]
    assert events == [f"compute.instance.create.{e}" for e in ("start", "start", "end", "error")]
    built = cloud.refresh(server)
    assert (built.vm_state, built.task_state, built.host) == (states.ACTIVE, None, "src")
    assert [name for name in ("src", "dst") if cloud.host(name).hypervisor.domains] == ["src"]


def test_a_server_of_another_task_keeps_it_when_its_build_fails(cloud):
    def another_task():
        cloud.update_server(cloud.server("server-1"), task_state=states.REBUILDING)

    cloud.faults.interfere("driver", "spawn", another_task)
    server = cloud.refresh(cloud.create_server())
    assert (server.vm_state, server.task_state, server.launched_at) == (states.ERROR, states.REBUILDING, None)


@pytest.mark.parametrize("through_conductor", [False, True])
def test_a_server_that_is_being_deleted_stays_so(cloud, through_conductor):
    def delete():
        cloud.update_server(cloud.server("server-1"), task_state=states.DELETING)

    cloud.faults.interfere("driver", "spawn", delete)
    server = cloud.refresh(cloud.create_server(through_conductor=through_conductor))
    assert (server.vm_state, server.task_state) == (states.BUILDING, states.DELETING)


def test_a_dict_of_an_older_scheduler_is_built_by_a_converted_host(build):
    cloud = build(version_cap="icehouse")
    server = cloud.refresh(cloud.create_server())
    assert server.vm_state == states.ACTIVE


def test_a_claim_that_is_given_up_is_counted_no_more(cloud):
    cloud.faults.fail("driver", "spawn", with_=lambda: RuntimeError("qemu does not start"))
    cloud.create_server(host="src")
    node = next(n for n in cloud.state()["table compute_nodes"] if n["hypervisor_hostname"] == "src")
    assert (node["memory_mb_used"], node["running_vms"]) == (0, 0)
