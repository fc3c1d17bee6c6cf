"""A build as the conductor sees it (Juno): choose a host for each instance and tell it to begin."""

from __future__ import annotations

import copy
import logging
from typing import Any

from fakevirt import exceptions
from fakevirt.conductor.schedule_error import handle_schedule_error
from fakevirt.conductor.scheduler_utils import populate_filter_properties, populate_retry
from fakevirt.context import RequestContext
from fakevirt.objects.block_device import BlockDeviceMappingList
from fakevirt.objects.instance import Instance
from fakevirt.rpc.compute import ComputeAPI

LOG = logging.getLogger(__name__)

#: What the scheduler is told of an instance. Nova tells it every field; its states are none of its properties.
_PROPERTIES = (
    "uuid",
    "user_id",
    "project_id",
    "os_type",
    "availability_zone",
    "display_name",
    "memory_mb",
    "vcpus",
    "root_gb",
    "ephemeral_gb",
)
_FLAVOR = ("memory_mb", "vcpus", "root_gb", "ephemeral_gb")


def build_request_spec(image: dict[str, Any], instances: list[Instance]) -> dict[str, Any]:
    """Return what is asked of the scheduler for instances of the same kind.

    Args:
        image: What they are made of.
        instances: The instances.
    """
    first = instances[0]
    return {
        "image": image,
        "instance_properties": {name: getattr(first, name) for name in _PROPERTIES},
        "instance_type": {name: getattr(first, name) for name in _FLAVOR},
        "num_instances": len(instances),
        "instance_uuids": [instance.uuid for instance in instances],
    }


class BuildInstancesTask:
    """One build as the conductor sees it.

    Args:
        compute_api: The compute managers of all hosts.
        scheduler: What chooses the hosts.
        notifier: Where failures are told.
        max_attempts: How many hosts are tried for an instance.
    """

    def __init__(self, *, compute_api: ComputeAPI, scheduler: Any, notifier: Any, max_attempts: int) -> None:
        self.compute_api = compute_api
        self.scheduler = scheduler
        self.notifier = notifier
        self.max_attempts = max_attempts

    def execute(
        self,
        context: RequestContext,
        instances: list[Instance],
        image: dict[str, Any],
        filter_properties: dict[str, Any],
        **arguments: Any,
    ) -> None:
        """Choose hosts and tell them; an instance that no host takes goes to error.

        Args:
            context: The request.
            instances: What is to be built.
            image: What they are made of.
            filter_properties: What the scheduler is to heed; it remembers the hosts that were tried.
            **arguments: What the hosts are told besides.
        """
        request_spec = build_request_spec(image, instances)
        try:
            populate_retry(filter_properties, instances[0].uuid, self.max_attempts)
            destinations = self.scheduler.select_destinations(context, request_spec, filter_properties)
        except Exception as error:
            for instance in instances:
                handle_schedule_error(context, error, instance.uuid, request_spec, self.notifier)
            return
        for instance, destination in zip(instances, destinations, strict=True):
            try:
                instance.refresh()
            except (exceptions.InstanceNotFound, exceptions.InstanceInfoCacheNotFound):
                LOG.debug("Instance %s was deleted during its build", instance.uuid)
                continue
            properties = copy.deepcopy(filter_properties)
            populate_filter_properties(properties, destination)
            self.compute_api.build_and_run_instance(
                context,
                instance,
                destination["host"],
                image,
                request_spec,
                properties,
                block_device_mapping=BlockDeviceMappingList.get_by_instance_uuid(context, instance.uuid),
                node=destination["nodename"],
                limits=destination["limits"],
                **arguments,
            )
