"""The compute manager of Stratus: leases are converted, the rules of security groups are not yet."""

from fakevirt.manager.compute import ComputeManager
from fakevirt.manager.paths import BothPaths, WorkItemMethod
from stratus.leases import LEASES, RENEW_LEASE


def refresh_rules(manager, context, instance):
    """Still written for dicts, whatever the plan says."""
    manager.driver.refresh_instance_security_rules(instance)


class Manager(ComputeManager):
    renew_lease = WorkItemMethod(RENEW_LEASE, LEASES.name)
    refresh_instance_security_rules = WorkItemMethod(
        BothPaths(legacy=refresh_rules, objects=refresh_rules), "refresh_instance_security_rules"
    )
