"""What is asked of leases."""

from fakevirt.conversion.scenarios import scenario


@scenario(enters=frozenset({"leases"}), in_upgrades=True)
def lease_renewed(cloud):
    """A lease is renewed, and renewed again."""
    server = cloud.boot("src")
    for days in (7, 30):
        cloud.call("src", "renew_lease", instance=cloud.refresh(server), days=days)
