"""The callers of refresh_instance_security_rules, which run in the API service: which instances a change concerns.

What changed: the instances were rows, found by way of their groups, and are objects (Liberty).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fakevirt.context import RequestContext
from fakevirt.db import api as db
from fakevirt.db.primitives import legacy_dict
from fakevirt.manager.plan import CallPath, ConversionPlan
from fakevirt.objects.instance import Instance, InstanceList
from fakevirt.rpc.security_group import SecurityGroupRPCAPI


class SecurityGroupAPI:
    """Nova's API of security groups, as far as hosts are told of changes.

    Args:
        rpcapi: The compute managers of all hosts.
        plan: Which call path ``refresh_instance_security_rules`` takes.
    """

    def __init__(self, rpcapi: SecurityGroupRPCAPI, plan: ConversionPlan) -> None:
        self._rpcapi = rpcapi
        self._plan = plan

    def trigger_rules_refresh(self, context: RequestContext, group_id: int) -> None:
        """Tell the hosts of a group's instances that a rule was added to the group or removed.

        Raises:
            SecurityGroupNotFound: There is no such group.
        """
        self._refresh(context, [group_id])

    def trigger_members_refresh(self, context: RequestContext, group_ids: Iterable[int]) -> None:
        """Tell the hosts of all instances that let the members of these groups in: there is one more member, or one
        less.

        Each instance is told of once, whichever of its groups it is in.
        """
        rules = (
            rule
            for group_id in group_ids
            for rule in db.security_group_rule_get_by_security_group_grantee(context, group_id)
        )
        self._refresh(context, dict.fromkeys(rule["parent_group_id"] for rule in rules))

    def _refresh(self, context: RequestContext, group_ids: Iterable[int]) -> None:
        legacy = self._plan.path_of("refresh_instance_security_rules") is CallPath.LEGACY
        refresh = self._refresh_legacy if legacy else self._refresh_objects
        refresh(context, group_ids)

    def _refresh_legacy(self, context: RequestContext, group_ids: Iterable[int]) -> None:
        instances: dict[str, Any] = {}
        for group_id in group_ids:
            for instance in db.security_group_get(context, group_id, columns_to_join=["instances"])["instances"]:
                instances.setdefault(instance["uuid"], instance)
        for instance in instances.values():
            if instance["host"] is not None:
                self._rpcapi.refresh_instance_security_rules(context, instance["host"], legacy_dict(instance))

    def _refresh_objects(self, context: RequestContext, group_ids: Iterable[int]) -> None:
        instances: dict[str, Instance] = {}
        for group_id in group_ids:
            for instance in InstanceList.get_by_security_group_id(context, group_id):
                instances.setdefault(instance.uuid, instance)
        for instance in instances.values():
            if instance.host is not None:
                self._rpcapi.refresh_instance_security_rules(context, instance.host, instance)
