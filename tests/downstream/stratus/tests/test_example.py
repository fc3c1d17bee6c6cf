from fakevirt import both_call_paths


@both_call_paths
def test_live_migration_moves_the_guest(cloud):
    server = cloud.boot("src", volumes=1)
    cloud.live_migrate(server, to="dst")
    assert cloud.refresh(server).host == "dst"
