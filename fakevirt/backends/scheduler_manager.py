"""The scheduler's own service: it chooses a host for a build and tells it to begin, until Juno left that to the
conductor.
"""

from __future__ import annotations

import logging
from typing import Any

import oslo_messaging as messaging
from oslo_utils import timeutils

from fakevirt import exceptions
from fakevirt.backends.scheduler import Scheduler
from fakevirt.conductor.action_event import action_event
from fakevirt.conductor.schedule_error import handle_schedule_error
from fakevirt.conductor.scheduler_utils import populate_filter_properties, populate_retry
from fakevirt.context import RequestContext
from fakevirt.db import api as db
from fakevirt.rpc.compute import ComputeAPI

LOG = logging.getLogger(__name__)


class SchedulerManager:
    """The RPC methods of the scheduler.

    Args:
        scheduler: What chooses.
        compute_api: The compute managers of all hosts.
        notifier: Where its decisions are told.
        max_attempts: How many hosts are tried for an instance.
    """

    target: Any = messaging.Target(version="3.0")

    def __init__(self, *, scheduler: Scheduler, compute_api: ComputeAPI, notifier: Any, max_attempts: int) -> None:
        self.scheduler = scheduler
        self.compute_api = compute_api
        self.notifier = notifier
        self.max_attempts = max_attempts

    def run_instance(
        self,
        context: RequestContext,
        request_spec: dict[str, Any],
        admin_password: str | None,
        injected_files: Any,
        requested_networks: Any,
        is_first_time: bool,
        filter_properties: dict[str, Any],
        legacy_bdm_in_spec: bool,
    ) -> None:
        """Choose a host for an instance and tell it to build.

        An instance that no host takes goes to error.

        Args:
            context: The request.
            request_spec: What is asked for; ``instance_uuids`` has the uuid of the instance.
            admin_password: The password of the guest's administrator.
            injected_files: Paths and base64 contents of files to be put into the guest.
            requested_networks: The networks that it is to have, as tuples.
            is_first_time: Whether it was never built before.
            filter_properties: What the scheduler is to heed; it remembers the hosts that were tried.
            legacy_bdm_in_spec: Whether ``request_spec`` has block devices in the format before Havana.
        """
        (uuid,) = request_spec["instance_uuids"]
        with action_event(context, uuid, "schedule"):
            self.notifier.info(context, "scheduler.run_instance.start", {"request_spec": request_spec})
            try:
                populate_retry(filter_properties, uuid, self.max_attempts)
                (destination,) = self.scheduler.select_destinations(context, request_spec, filter_properties)
            except exceptions.NoValidHost as error:
                handle_schedule_error(context, error, uuid, request_spec, self.notifier)
            else:
                arguments = {
                    "requested_networks": requested_networks,
                    "injected_files": injected_files,
                    "admin_password": admin_password,
                    "is_first_time": is_first_time,
                    "legacy_bdm_in_spec": legacy_bdm_in_spec,
                }
                self._provision(context, uuid, destination, request_spec, filter_properties, arguments)
                self.notifier.info(context, "scheduler.run_instance.end", {"request_spec": request_spec})

    def _provision(
        self,
        context: RequestContext,
        uuid: str,
        destination: dict[str, Any],
        request_spec: dict[str, Any],
        filter_properties: dict[str, Any],
        arguments: dict[str, Any],
    ) -> None:
        """Tell the host, which gets the instance as the row is then: on no host, and scheduled."""
        payload = {"request_spec": request_spec, "weighted_host": {"host": destination["host"]}, "instance_id": uuid}
        self.notifier.info(context, "scheduler.run_instance.scheduled", payload)
        try:
            row = db.instance_update(context, uuid, {"host": None, "node": None, "scheduled_at": timeutils.utcnow()})
        except exceptions.InstanceNotFound:
            LOG.warning("Instance %s disappeared during scheduling", uuid)
            return
        populate_filter_properties(filter_properties, destination)
        self.compute_api.run_instance(
            context,
            row,
            destination["host"],
            request_spec,
            filter_properties,
            node=destination["nodename"],
            **arguments,
        )
