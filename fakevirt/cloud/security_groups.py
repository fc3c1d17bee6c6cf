"""Security groups, and the requests that change them."""

from __future__ import annotations

from fakevirt import services
from fakevirt.cloud.world import World
from fakevirt.db import api as db
from fakevirt.db import builders
from fakevirt.objects.instance import Instance


class SecurityGroupRequests(World):
    """Sets security groups up and changes them."""

    def add_security_group(self, name: str, *members: Instance, lets_in: int | None = None) -> int:
        """Set up a security group; every server is in the group ``default`` from the beginning.

        Args:
            name: Its name.
            *members: The servers that are in it.
            lets_in: The id of a group whose members it lets in.

        Returns:
            Its id.
        """
        with self.trace.muted(), services.running_as(self._api):
            group = db.security_group_create(
                self.context,
                builders.security_group_row(
                    id=None, name=name, user_id=self.context.user_id, project_id=self.context.project_id
                ),
            )
            for server in members:
                db.instance_add_security_group(self.context, server.uuid, group.id)
            if lets_in is not None:
                rule = {"parent_group_id": group.id, "group_id": lets_in, "protocol": "tcp"}
                db.security_group_rule_create(self.context, rule)
            return group.id

    def change_rules(self, security_group_id: int) -> None:
        """Let the API tell hosts that the rules of a group have changed."""
        with services.running_as(self._api):
            self._security_group_api.trigger_rules_refresh(self.context, security_group_id)

    def change_members(self, *security_group_ids: int) -> None:
        """Let the API tell hosts that groups have gained or lost members."""
        with services.running_as(self._api):
            self._security_group_api.trigger_members_refresh(self.context, security_group_ids)
