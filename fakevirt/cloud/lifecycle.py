"""Requests that concern the life of a server: stop, start, reboot and so on; and the start of a host."""

from __future__ import annotations

from typing import Any

from fakevirt import services, states
from fakevirt.cloud.world import World
from fakevirt.db import api as db
from fakevirt.objects.instance import Instance
from fakevirt.objects.instance_action import InstanceAction


class LifecycleRequests(World):
    """Asks for reboots and the like. What fails on a host fails unseen: the API casts to it."""

    def reboot(self, server: Instance, *, hard: bool = False) -> None:
        """Ask the API to restart a server.

        Args:
            server: The server.
            hard: Pull its plug, and do not ask the guest; that may be asked for while a soft reboot is under way.

        Raises:
            InstanceInvalidState: It is in no state to be rebooted, or busy.
        """
        with services.running_as(self._api):
            self._instance_api.reboot(self.context, self.refresh(server), "HARD" if hard else "SOFT")

    def stop(self, server: Instance) -> None:
        """Ask the API to stop a server; InstanceInvalidState if it is neither active nor in error, or busy."""
        with services.running_as(self._api):
            self._instance_api.stop(self.context, self.refresh(server))

    def start(self, server: Instance) -> None:
        """Ask the API to start a server; InstanceInvalidState if it is not stopped, or busy."""
        with services.running_as(self._api):
            self._instance_api.start(self.context, self.refresh(server))

    def suspend(self, server: Instance) -> None:
        """Ask the API to suspend a server; InstanceInvalidState if it is not active, or busy."""
        with services.running_as(self._api):
            self._instance_api.suspend(self.context, self.refresh(server))

    def delete(self, server: Instance) -> None:
        """Ask the API to delete a server, whatever its state is."""
        with services.running_as(self._api):
            self._instance_api.delete(self.context, self.refresh(server))

    def shelve(self, server: Instance, *, offloaded: bool = False) -> None:
        """Set a server up as shelved behind everyone's back: it is off, and there is an image of it.

        Args:
            server: The server; one that boots from a volume needs no image.
            offloaded: Whether its guest is gone from its host.
        """
        assert server.host is not None, "a server that was shelved before is on no host"
        host = self.host(server.host)
        with self.trace.muted(), services.running_as(self._api):
            shelved = {"shelved_at": str(self.clock.now), "shelved_host": host.name}
            if server.image_ref:
                image = self.images.create(self.context, {"name": f"{server.display_name}-shelved"})
                self.names[image["id"]] = image["name"]
                shelved["shelved_image_id"] = image["id"]
            values: dict[str, Any] = {
                "vm_state": states.SHELVED,
                "power_state": states.SHUTDOWN,
                "system_metadata": {**server.system_metadata, **shelved},
            }
            driver = self._lenient_driver(host)
            driver.power_off(server)
            if offloaded:
                network_info = self.network.get_instance_nw_info(self.context, server)
                with services.running_as(host.service):
                    block_device_info = host.manager._get_instance_block_device_info(self.context, server)
                driver.destroy(self.context, server, network_info, block_device_info)
                values |= {"vm_state": states.SHELVED_OFFLOADED, "host": None, "node": None}
            db.instance_update(self.context, server.uuid, values)
            host.manager.forget()
        self._report_resources()

    def unshelve(self, server: Instance) -> None:
        """Ask the API to bring a shelved server back; UnexpectedTaskStateError if it is busy."""
        with services.running_as(self._api):
            instance = self.refresh(server)
            instance.task_state = states.UNSHELVING
            instance.save(expected_task_state=[None])
            InstanceAction.action_start(self.context, instance.uuid, "unshelve", want_result=False)
            self._compute_task_api.unshelve_instance(self.context, instance)

    def interrupt(self, server: Instance, action: str, **values: Any) -> None:
        """Set a server up as its host left it when it stopped in the middle of a request.

        Args:
            server: The server.
            action: What was asked for, such as ``reboot``.
            **values: How far it had come: columns of its row, such as ``task_state``.
        """
        with self.trace.muted(), services.running_as(self._api):
            db.instance_update(self.context, server.uuid, values)
            InstanceAction.action_start(self.context, server.uuid, action, want_result=False)

    def restart(self, host: str) -> None:
        """Stop the compute service of a host and start it again: its guests go on, and what it had in memory is lost.

        Args:
            host: The host.

        Raises:
            UsageError: There is no such host.
            Exception: What keeps the service from starting.
        """
        restarted = self.host(host)
        restarted.manager.forget()
        self._start_manager(restarted)
