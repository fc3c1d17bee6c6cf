"""Requests that concern the life of a server: reboot, suspend."""

from __future__ import annotations

from collections.abc import Container

from fakevirt import exceptions, services, states
from fakevirt.cloud.world import World
from fakevirt.objects.instance import Instance

_SOFT_REBOOT_FROM = (states.ACTIVE,)
_HARD_REBOOT_FROM = (*_SOFT_REBOOT_FROM, states.STOPPED, states.PAUSED, states.SUSPENDED, states.ERROR)
#: Task states in which a reboot may begin: of those, the API takes the ones of a soft reboot over.
_SOFT_REBOOTING = (states.REBOOTING, states.REBOOT_PENDING, states.REBOOT_STARTED)


class LifecycleRequests(World):
    """Asks for reboots and the like."""

    def reboot(self, server: Instance, *, hard: bool = False) -> None:
        """Ask the API to restart a server.

        Args:
            server: The server.
            hard: Pull its plug, and do not ask the guest; that may be asked for while a soft reboot is under way.

        Raises:
            InstanceInvalidState: It is in no state to be rebooted. What fails later, fails unseen: the rest is a cast.
        """
        with services.running_as(self._api):
            instance = self.refresh(server)
            _require(instance, "vm_state", _HARD_REBOOT_FROM if hard else _SOFT_REBOOT_FROM, "reboot")
            _require(instance, "task_state", (None, *_SOFT_REBOOTING) if hard else (None,), "reboot")
            instance.task_state = states.REBOOTING_HARD if hard else states.REBOOTING
            instance.save(expected_task_state=[None, *_SOFT_REBOOTING])
            self._start_action(instance, "reboot")
            self._compute_api.reboot_instance(
                self.context, instance, block_device_info=None, reboot_type="HARD" if hard else "SOFT"
            )

    def suspend(self, server: Instance) -> None:
        """Ask the API to suspend a server.

        Raises:
            InstanceInvalidState: It is not active, or busy. What fails later, fails unseen: the rest is a cast.
        """
        with services.running_as(self._api):
            instance = self.refresh(server)
            _require(instance, "vm_state", (states.ACTIVE,), "suspend")
            _require(instance, "task_state", (None,), "suspend")
            instance.task_state = states.SUSPENDING
            instance.save(expected_task_state=[None])
            self._start_action(instance, "suspend")
            self._compute_api.suspend_instance(self.context, instance)


def _require(instance: Instance, attr: str, allowed: Container[str | None], method: str) -> None:
    state = getattr(instance, attr)
    if state not in allowed:
        raise exceptions.InstanceInvalidState(instance_uuid=instance.uuid, attr=attr, state=state, method=method)
