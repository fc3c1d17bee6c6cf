"""An unshelving as the conductor sees it (Juno): start the guest, or choose a host that builds it anew."""

from __future__ import annotations

import logging
from typing import Any

from fakevirt import exceptions, states
from fakevirt.conductor.action_event import action_event
from fakevirt.conductor.build_instances import build_request_spec
from fakevirt.conductor.scheduler_utils import populate_filter_properties
from fakevirt.context import RequestContext
from fakevirt.objects.instance import Instance
from fakevirt.rpc.compute import ComputeAPI

LOG = logging.getLogger(__name__)

#: What an instance notes of its shelving.
_SHELVED = ("shelved_at", "shelved_image_id", "shelved_host")


class UnshelveTask:
    """One unshelving as the conductor sees it.

    Args:
        compute_api: The compute managers of all hosts.
        scheduler: What chooses a host.
        image_api: The image service.
    """

    def __init__(self, *, compute_api: ComputeAPI, scheduler: Any, image_api: Any) -> None:
        self.compute_api = compute_api
        self.scheduler = scheduler
        self.image_api = image_api

    def execute(self, context: RequestContext, instance: Instance) -> None:
        """Unshelve; an instance that no host takes stays shelved, one that is not shelved is in error.

        Args:
            context: The request.
            instance: The instance.

        Raises:
            UnshelveException: Its image is gone, and it is in error.
        """
        image_id = instance.system_metadata.get("shelved_image_id")
        if instance.vm_state == states.SHELVED:
            self._start(context, instance, image_id)
        elif instance.vm_state == states.SHELVED_OFFLOADED:
            image = self._get_image(context, instance, image_id)
            try:
                self._build(context, instance, image)
            except exceptions.NoValidHost:
                LOG.warning("No valid host found for unshelve instance")
                instance.task_state = None
                instance.save()
                return
        else:
            LOG.error("Unshelve attempted but vm_state not SHELVED or SHELVED_OFFLOADED")
            instance.vm_state = states.ERROR
            instance.save()
            return
        for key in _SHELVED:
            instance.system_metadata.pop(key, None)
        instance.save()

    def _start(self, context: RequestContext, instance: Instance, image_id: str | None) -> None:
        instance.task_state = states.POWERING_ON
        instance.save(expected_task_state=states.UNSHELVING)
        self.compute_api.start_instance(context, instance)
        if image_id:
            self.image_api.delete(context, image_id)

    def _get_image(self, context: RequestContext, instance: Instance, image_id: str | None) -> dict[str, Any] | None:
        with action_event(context, instance.uuid, "get_image_info"):
            try:
                return self.image_api.get(context, image_id) if image_id else None
            except exceptions.ImageNotFound:
                instance.vm_state = states.ERROR
                instance.save()
                reason = f"Unshelve attempted but the image {image_id} cannot be found."
                raise exceptions.UnshelveException(instance_id=instance.uuid, reason=reason) from None

    def _build(self, context: RequestContext, instance: Instance, image: dict[str, Any] | None) -> None:
        with action_event(context, instance.uuid, "schedule_instances"):
            filter_properties: dict[str, Any] = {}
            request_spec = build_request_spec(image or {}, [instance])
            (destination,) = self.scheduler.select_destinations(context, request_spec, filter_properties)
            populate_filter_properties(filter_properties, destination)
            self.compute_api.unshelve_instance(
                context,
                instance,
                destination["host"],
                image=image,
                filter_properties=filter_properties,
                node=destination["nodename"],
            )
