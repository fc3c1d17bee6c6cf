"""Flavors, and the requests that give a server another one."""

from __future__ import annotations

from typing import Any

from fakevirt import services
from fakevirt.cloud.world import World
from fakevirt.db import api as db
from fakevirt.db import builders
from fakevirt.manager.resize_api import ResizeAPI
from fakevirt.objects.flavor import Flavor
from fakevirt.objects.instance import Instance
from fakevirt.objects.instance_action import InstanceAction


class ResizeRequests(World):
    """Asks for resizes and for their confirmation."""

    def add_flavor(self, name: str, **properties: Any) -> str:
        """Set up a flavor; every server has ``m1.small`` from the beginning.

        Args:
            name: Its name, which is also its id in requests.
            **properties: What differs from ``m1.small``: ``memory_mb`` (MiB), ``vcpus``, ``root_gb`` and
                ``ephemeral_gb`` (GiB).

        Returns:
            Its id in requests.
        """
        with self.trace.muted(), services.running_as(self._api):
            db.flavor_create(self.context, builders.flavor_row(id=None, name=name, flavorid=name, **properties))
        return name

    def resize(self, server: Instance, flavor: str | None = None) -> None:
        """Ask the API to give a server another flavor, on another host.

        Args:
            server: The server.
            flavor: The flavor's id in requests; without one the server is only moved.

        Raises:
            NovaException: The API refused it, or no host takes it. What fails later, fails unseen: the rest is a cast.
        """
        with services.running_as(self._api):
            self._resize_api.resize(self.context, self.refresh(server), flavor)

    def confirm_resize(self, server: Instance) -> None:
        """Ask the API to let a resize be for good.

        Raises:
            NovaException: There is none to confirm. What fails later, fails unseen: the rest is a cast.
        """
        with services.running_as(self._api):
            self._resize_api.confirm_resize(self.context, self.refresh(server))

    def prepare_resize(self, server: Instance, flavor: str, *, to: str) -> None:
        """Tell a host to prepare for a server, as the conductor does, but without another host to try.

        Args:
            server: The server.
            flavor: The flavor's id in requests.
            to: The host.

        Raises:
            UsageError: There is no such host.
        """
        self.host(to)
        with services.running_as(self._conductor):
            instance = self.refresh(server)
            InstanceAction.action_start(self.context, instance.uuid, "resize", want_result=False)
            wanted = Flavor.get_by_flavor_id(self.context, flavor)
            self._compute_api.prep_resize(self.context, {}, instance, wanted, to)

    @property
    def _resize_api(self) -> ResizeAPI:
        return ResizeAPI(self._compute_api, self._compute_task_api, self.settings)
