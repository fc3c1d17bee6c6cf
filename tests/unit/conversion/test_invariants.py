import pytest

from fakevirt import states
from fakevirt.cloud import Cloud
from fakevirt.conversion.invariants import INVARIANTS, Breach, breaches


@pytest.fixture
def cloud():
    with Cloud(shared_storage=False) as cloud:
        yield cloud


def broken(cloud):
    return {str(breach) for breach in breaches(cloud.state(), cloud.trace, cloud.names)}


@pytest.fixture
def server(cloud):
    return cloud.boot("src", volumes=1)


def hypervisor(cloud, host="src"):
    return cloud.host(host).hypervisor


@pytest.mark.usefixtures("server")
def test_nothing_is_broken_when_a_server_runs(cloud):
    assert broken(cloud) == set()


def test_a_guest_on_two_hosts_is_told(cloud, server):
    (domain,) = hypervisor(cloud).domains.values()
    hypervisor(cloud, "dst").domains[domain.name] = domain
    assert "one_hypervisor: server-1 is on dst and src" in broken(cloud)


def test_an_active_server_without_a_guest_is_told(cloud, server):
    hypervisor(cloud).domains.clear()
    assert "one_hypervisor: server-1 is active and on none" in broken(cloud)


def test_a_row_that_names_another_host_is_told(cloud, server):
    cloud.update_server(server, host="dst")
    assert "row_names_host: server-1 is on src, and its row says dst" in broken(cloud)


def test_what_is_left_on_a_host_without_the_guest_is_told(cloud, server):
    there, here = hypervisor(cloud, "dst"), hypervisor(cloud)
    there.connected_volumes.update(here.connected_volumes)
    there.plugged_vifs.update(here.plugged_vifs)
    there.filters.update(here.filters)
    there.instances_path.directories.update(here.instances_path.directories)
    cloud.network.setup_networks_on_host(cloud.context, server, "dst")
    (volume,) = cloud.volumes.volumes.values()
    volume.connections["dst"] = 1
    things = ("disks", "a VIF", "filter rules", "volume-1", "an export of volume-1", "networks")
    assert broken(cloud) == {f"nothing_left: {thing} of server-1 on dst" for thing in things}


def test_a_connection_that_is_gone_is_told(cloud, server):
    hypervisor(cloud).connected_volumes.clear()
    hypervisor(cloud).plugged_vifs.clear()
    assert broken(cloud) == {
        "nothing_missing: connection of volume-1 to src",
        "nothing_missing: port-1 of server-1 on src",
    }


def test_a_task_state_that_is_stuck_is_told(cloud, server):
    cloud.update_server(server, task_state=states.MIGRATING)
    assert broken(cloud) == {"no_task_state: server-1 is migrating"}


def test_an_error_that_nobody_was_told_of_is_told(cloud, server):
    cloud.faults.fail("driver", "suspend", with_=RuntimeError)
    cloud.faults.fail("db", "insert instance_faults", with_=RuntimeError)
    cloud.suspend(server)
    assert broken(cloud) == {"errors_are_told: no fault row of suspend_instance"}


def test_an_invariant_is_told_in_a_sentence():
    assert all(holds.__doc__.endswith(".") for holds in INVARIANTS)
    assert str(Breach("one_hypervisor", "server-1 is on none")) == "one_hypervisor: server-1 is on none"
