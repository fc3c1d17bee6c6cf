"""Fails: on the object path the destination asks its driver for its nodes in the middle of a migration."""

from fakevirt import both_call_paths


@both_call_paths
def test_planted_bug(cloud):
    server = cloud.boot("src")
    if cloud.plan.converted:
        driver = cloud.host("dst").driver
        cloud.faults.interfere("driver", "pre_live_migration", driver.get_available_nodes)
    cloud.live_migrate(server, to="dst")
