"""Requests to rescue a server."""

from __future__ import annotations

from fakevirt import services
from fakevirt.cloud.world import World
from fakevirt.objects.instance import Instance


class RescueRequests(World):
    """Asks for servers to be rescued."""

    def rescue(
        self, server: Instance, *, rescue_password: str | None = None, rescue_image_ref: str | None = None
    ) -> None:
        """Ask the API to run a server from a rescue image.

        Args:
            server: The server.
            rescue_password: Its administrator's password there; a generated one unless given.
            rescue_image_ref: The id of the image; the one that the server was made of unless given.

        Raises:
            NovaException: A check refused it. What fails later, fails unseen: the rest is a cast.
        """
        with services.running_as(self._api):
            self._instance_api.rescue(self.context, self.refresh(server), rescue_password, rescue_image_ref)

    def unrescue(self, server: Instance) -> None:
        """Ask the API to run a rescued server from its own disk again; raises as :meth:`rescue`."""
        with services.running_as(self._api):
            self._instance_api.unrescue(self.context, self.refresh(server))
