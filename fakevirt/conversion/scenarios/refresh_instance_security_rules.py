"""Security groups whose rules or members have changed."""

from __future__ import annotations

from fakevirt.cloud import Cloud
from fakevirt.conversion.scenarios.registry import scenario

_REFRESH = frozenset({"refresh_instance_security_rules"})


@scenario(enters=_REFRESH, in_upgrades=True)
def rules_changed(cloud: Cloud) -> None:
    """The instances of a group run on two hosts: each host refreshes the rules of its own."""
    cloud.change_rules(cloud.add_security_group("web", cloud.boot("src"), cloud.boot("dst"), cloud.boot("dst")))


@scenario(enters=_REFRESH)
def rules_changed_of_an_instance_without_host(cloud: Cloud) -> None:
    """One instance of the group is on no host: nobody is told of it."""
    here, nowhere = cloud.boot("src"), cloud.boot("dst")
    cloud.update_server(nowhere, host=None)
    cloud.change_rules(cloud.add_security_group("web", nowhere, here))


@scenario(enters=_REFRESH)
def members_changed(cloud: Cloud) -> None:
    """Two groups let the members of a third in: an instance that is in both of them is told of once."""
    one, both = cloud.boot("src"), cloud.boot("dst")
    clients = cloud.add_security_group("clients")
    cloud.add_security_group("web", one, both, lets_in=clients)
    cloud.add_security_group("db", both, lets_in=clients)
    cloud.change_members(clients)


@scenario(enters=_REFRESH)
def rules_changed_with_a_driver_without_security_groups(cloud: Cloud) -> None:
    """The driver knows no security groups: that is a warning and no error."""
    group = cloud.add_security_group("web", cloud.boot("src"))
    cloud.faults.fail("driver", "refresh_instance_security_rules", with_=NotImplementedError)
    cloud.change_rules(group)


@scenario(enters=_REFRESH)
def refreshing_rules_fails(cloud: Cloud) -> None:
    """The driver fails: an error notification is all that tells of it."""
    group = cloud.add_security_group("web", cloud.boot("src"))
    cloud.faults.fail("driver", "refresh_instance_security_rules", with_=lambda: RuntimeError("iptables failed"))
    cloud.change_rules(group)
