import pytest
from stratus.releases import FIRST, SECOND

from fakevirt import both_call_paths
from fakevirt.exceptions import HypervisorUnavailable


def test_leases_are_converted(conversion):
    assert conversion.check("leases", "lease_renewed").verdict.value == "ALLOWED"


def test_leases_can_be_converted_first_or_last(conversion):
    assert conversion.check_plans("leases", "lease_renewed").findings


def test_a_fault_has_the_same_consequences(conversion):
    assert conversion.sweep("leases", "lease_renewed").rows[0].runs > 10


def test_leases_survive_the_upgrade_to_the_second_release(conversion):
    upgrades = conversion.check_upgrades("leases", "lease_renewed", releases=[FIRST, SECOND])
    assert upgrades.matrix.of("leases", "objects")


@pytest.mark.release(src="first", dst="second")
def test_a_lease_is_kept_over_a_migration_to_the_next_release(fake_cloud):
    server = fake_cloud.boot("src")
    fake_cloud.call("src", "renew_lease", instance=fake_cloud.refresh(server), days=7)
    fake_cloud.live_migrate(fake_cloud.refresh(server), to="dst")
    moved = fake_cloud.refresh(server)
    assert (moved.host, moved.system_metadata["lease_days"]) == ("dst", "7")


@pytest.mark.work_item("leases")
@both_call_paths
def test_a_lease_that_the_driver_refuses_is_kept_in_the_database(cloud):
    server = cloud.boot("src")
    cloud.faults.fail("driver", "renew_lease", with_=HypervisorUnavailable)
    with pytest.raises(HypervisorUnavailable):
        cloud.call("src", "renew_lease", instance=cloud.refresh(server), days=7)
    assert cloud.refresh(server).system_metadata["lease_days"] == "7"


def test_live_migration_works_with_the_driver(conversion):
    assert conversion.check("live_migration", "shared_storage").verdict.passes


@both_call_paths
def test_rules_are_refreshed(cloud):
    cloud.change_rules(cloud.add_security_group("web", cloud.boot("src")))
    assert [call.service for call in cloud.trace.driver.calls("refresh_instance_security_rules")] == ["src"]
