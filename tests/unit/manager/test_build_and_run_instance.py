"""What scenarios of builds through the conductor do not show."""

from fakevirt import exceptions, states


def test_a_build_needs_no_node_no_limits_and_no_block_devices(cloud, mocker):
    manager = cloud.host("src").manager
    build = manager.build_and_run_instance
    left_out = {"node": None, "limits": None, "block_device_mapping": None}
    mocker.patch.object(
        manager, "build_and_run_instance", new=lambda context, **arguments: build(context, **arguments | left_out)
    )
    server = cloud.refresh(cloud.create_server(host="src", through_conductor=True))
    assert (server.vm_state, server.node, server.root_device_name) == (states.ACTIVE, "src", None)


def test_networks_of_an_older_conductor_are_tuples(build, form_of):
    cloud = build(version_cap="icehouse")
    (network,) = cloud.network.networks
    cloud.create_server(through_conductor=True, requested_networks=[(network, None, None, None)])
    (sent,) = [e for e in cloud.trace.on("rpc") if e.operation == "build_and_run_instance"]
    (asked,) = [e for e in cloud.trace.on("network") if e.operation == "allocate_for_instance"]
    assert sent.arguments["requested_networks"] == [[network, None, None]]
    assert form_of(asked.arguments["requested_networks"]) == "object"


def test_a_task_state_that_is_not_expected_while_disks_are_named_ends_the_build(cloud, mocker):
    manager = cloud.host("src").manager
    unexpected = exceptions.UnexpectedTaskStateError(expected="networking", actual="rebuilding")
    mocker.patch.object(manager, "_default_block_device_names", side_effect=unexpected)
    server = cloud.refresh(cloud.create_server(host="src", through_conductor=True))
    assert server.vm_state == states.ERROR
    assert "expecting networking" in cloud.state()["table instance_faults"][0]["message"]


def test_ports_that_another_host_got_are_used(cloud):
    cloud.faults.fail("driver", "spawn", with_=lambda: RuntimeError("qemu does not start"))
    server = cloud.create_server(through_conductor=True)
    allocated = [e for e in cloud.trace.on("network") if e.operation == "allocate_for_instance"]
    assert len(allocated) == 1
    assert list(cloud.host("src").hypervisor.lookup(server.name).vifs) == list(cloud.network.ports)
