"""What the API does with an instance before a host hears of it, for services that ask for it themselves."""

from __future__ import annotations

from collections.abc import Collection

from fakevirt import exceptions, states
from fakevirt.context import RequestContext
from fakevirt.objects.block_device import BlockDeviceMappingList
from fakevirt.objects.instance import Instance
from fakevirt.objects.instance_action import InstanceAction
from fakevirt.objects.quotas import Quotas
from fakevirt.rpc.compute import ComputeAPI


class InstanceAPI:
    """The part of Nova's compute API that managers and the conductor call: checks, new task state, action, message.

    Args:
        rpcapi: The compute managers of all hosts.
    """

    def __init__(self, rpcapi: ComputeAPI) -> None:
        self._rpcapi = rpcapi

    def stop(self, context: RequestContext, instance: Instance) -> None:
        """Stop an instance that is active or in error; InstanceInvalidState if it is not, or busy."""
        check_state(instance, "stop", (states.ACTIVE, states.ERROR))
        self.force_stop(context, instance)

    def force_stop(self, context: RequestContext, instance: Instance) -> None:
        """Stop an instance whatever its state is; UnexpectedTaskStateError if it is busy."""
        instance.task_state = states.POWERING_OFF
        instance.progress = 0
        instance.save(expected_task_state=[None])
        InstanceAction.action_start(context, instance.uuid, "stop", want_result=False)
        self._rpcapi.stop_instance(context, instance)

    def start(self, context: RequestContext, instance: Instance) -> None:
        """Start an instance that is stopped; InstanceInvalidState if it is not, or busy."""
        check_state(instance, "start", (states.STOPPED,))
        instance.task_state = states.POWERING_ON
        instance.save(expected_task_state=[None])
        InstanceAction.action_start(context, instance.uuid, "start", want_result=False)
        self._rpcapi.start_instance(context, instance)

    def delete(self, context: RequestContext, instance: Instance) -> None:
        """Delete an instance whatever its state is, unless that is switched off for it."""
        if instance.disable_terminate:
            return
        bdms = BlockDeviceMappingList.get_by_instance_uuid(context, instance.uuid)
        instance.task_state = states.DELETING
        instance.progress = 0
        instance.save()
        quotas = Quotas.reserve_deletion(context, instance)
        InstanceAction.action_start(context, instance.uuid, "delete", want_result=False)
        self._rpcapi.terminate_instance(context, instance, bdms, reservations=quotas.reservations)

    def reboot(self, context: RequestContext, instance: Instance, reboot_type: str) -> None:
        """Restart an instance.

        Args:
            context: The request.
            instance: The instance: active, or for a hard reboot stopped, paused, suspended or in error as well.
            reboot_type: ``SOFT`` or ``HARD``; a hard one may take the place of a soft one.

        Raises:
            InstanceInvalidState: It is in another state, or busy.
        """
        if reboot_type == "SOFT":
            check_state(instance, "reboot", states.ALLOW_SOFT_REBOOT)
            instance.task_state = states.REBOOTING
        else:
            check_state(instance, "reboot", states.ALLOW_HARD_REBOOT, (None, *states.SOFT_REBOOT))
            instance.task_state = states.REBOOTING_HARD
        instance.save(expected_task_state=[None, *states.SOFT_REBOOT])
        InstanceAction.action_start(context, instance.uuid, "reboot", want_result=False)
        self._rpcapi.reboot_instance(context, instance, block_device_info=None, reboot_type=reboot_type)

    def suspend(self, context: RequestContext, instance: Instance) -> None:
        """Save the memory of an instance and stop it; InstanceInvalidState if it is not active, or busy."""
        check_state(instance, "suspend", (states.ACTIVE,))
        instance.task_state = states.SUSPENDING
        instance.save(expected_task_state=[None])
        InstanceAction.action_start(context, instance.uuid, "suspend", want_result=False)
        self._rpcapi.suspend_instance(context, instance)

    def rescue(
        self,
        context: RequestContext,
        instance: Instance,
        rescue_password: str | None = None,
        rescue_image_ref: str | None = None,
    ) -> None:
        """Run an instance from a rescue image.

        Args:
            context: The request.
            instance: The instance: active, stopped or in error.
            rescue_password: Its administrator's password there; a generated one unless given.
            rescue_image_ref: The image; the one that the instance was made of unless given.

        Raises:
            InstanceInvalidState: It is in another state, or busy.
            InstanceNotRescuable: It boots from a volume.
        """
        check_state(instance, "rescue", (states.ACTIVE, states.STOPPED, states.ERROR))
        root = BlockDeviceMappingList.get_by_instance_uuid(context, instance.uuid).root_bdm()
        if not instance.image_ref or (root is not None and root.is_volume):
            raise exceptions.InstanceNotRescuable(
                instance_id=instance.uuid, reason="Cannot rescue a volume-backed instance"
            )
        instance.task_state = states.RESCUING
        instance.save(expected_task_state=[None])
        InstanceAction.action_start(context, instance.uuid, "rescue", want_result=False)
        self._rpcapi.rescue_instance(context, instance, rescue_password, rescue_image_ref)

    def unrescue(self, context: RequestContext, instance: Instance) -> None:
        """Run a rescued instance from its own disk again; InstanceInvalidState if it is not rescued, or busy."""
        check_state(instance, "unrescue", (states.RESCUED,))
        instance.task_state = states.UNRESCUING
        instance.save(expected_task_state=[None])
        InstanceAction.action_start(context, instance.uuid, "unrescue", want_result=False)
        self._rpcapi.unrescue_instance(context, instance)


def check_state(
    instance: Instance, method: str, vm_states: Collection[str], task_states: Collection[str | None] | None = (None,)
) -> None:
    """Refuse a request that an instance is in no state for.

    Args:
        instance: The instance.
        method: What is asked for.
        vm_states: The states in which it may be asked for.
        task_states: What may be under way meanwhile: nothing unless given, anything if None.

    Raises:
        InstanceInvalidState: It is in another state, or busy.
    """
    for attr, state, allowed in (
        ("vm_state", instance.vm_state, vm_states),
        ("task_state", instance.task_state, task_states),
    ):
        if allowed is not None and state not in allowed:
            raise exceptions.InstanceInvalidState(instance_uuid=instance.uuid, attr=attr, state=state, method=method)
