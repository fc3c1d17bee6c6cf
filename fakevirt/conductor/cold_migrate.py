"""A resize, or a move of a server that is off, as the conductor sees it: choose a host and let it prepare."""

from __future__ import annotations

from typing import Any

from fakevirt.conductor.scheduler_utils import populate_filter_properties, populate_retry
from fakevirt.context import RequestContext
from fakevirt.notifications import remembered_image
from fakevirt.objects.primitive import legacy_dict
from fakevirt.rpc.compute import ComputeAPI


class ColdMigrationTask:
    """One resize as the conductor sees it.

    Args:
        context: The request.
        instance: The instance, an object.
        flavor: What it is to have, a dict.
        filter_properties: What the scheduler is to heed; it remembers the hosts that were tried.
        reservations: What was reserved for it.
        compute_api: The compute managers of all hosts.
        scheduler: What chooses a host.
        max_attempts: How many hosts are tried.
    """

    def __init__(
        self,
        context: RequestContext,
        instance: Any,
        flavor: dict[str, Any],
        filter_properties: dict[str, Any],
        reservations: list[str] | None,
        *,
        compute_api: ComputeAPI,
        scheduler: Any,
        max_attempts: int,
    ) -> None:
        self.context = context
        self.instance = instance
        self.flavor = flavor
        self.filter_properties = filter_properties
        self.reservations = reservations
        self.compute_api = compute_api
        self.scheduler = scheduler
        self.max_attempts = max_attempts
        self.image: dict[str, dict[str, Any]] = {"properties": remembered_image(instance.system_metadata)}
        self.request_spec: dict[str, Any] = {
            "image": self.image,
            "instance_properties": legacy_dict(instance),
            "instance_type": {name: value for name, value in flavor.items() if name != "extra_specs"},
            "num_instances": 1,
            "instance_uuids": [instance.uuid],
        }

    def choose_destination(self) -> dict[str, Any]:
        """Return the host that takes the instance.

        Raises:
            NoValidHost: There is none, or too many were tried.
        """
        populate_retry(self.filter_properties, self.instance.uuid, self.max_attempts)
        destination: dict[str, Any] = self.scheduler.select_destinations(
            self.context, self.request_spec, self.filter_properties
        )[0]
        return destination

    def prepare(self, destination: dict[str, Any]) -> None:
        """Tell the host that was chosen to prepare."""
        populate_filter_properties(self.filter_properties, destination)
        self.compute_api.prep_resize(
            self.context,
            self.image,
            self.instance,
            self.flavor,
            destination["host"],
            self.reservations,
            request_spec=self.request_spec,
            filter_properties=self.filter_properties,
            node=destination["nodename"],
        )
