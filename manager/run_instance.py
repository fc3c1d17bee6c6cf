"""run_instance: build an instance on the host that the scheduler has chosen. Cast by the scheduler.

What changed: the instance was a dict and is an object (compute RPC 3.27). The scheduler has a row and sent its
primitive; the object path's sends an object. The path was left to :mod:`fakevirt.manager.build_and_run_instance` in
Juno and removed in Liberty.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from oslo_utils import excutils

from fakevirt import exceptions
from fakevirt.context import RequestContext
from fakevirt.manager.building.request import BuildRequest
from fakevirt.manager.compat import object_compat
from fakevirt.manager.decorators import reverts_task_state, wrap_exception, wrap_instance_event, wrap_instance_fault
from fakevirt.manager.locks import instance_lock
from fakevirt.rpc.server import expected_exceptions

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.instance import Instance

LOG = logging.getLogger(__name__)

#: What ends a build in the normal course of things.
_EXPECTED = (
    exceptions.BuildAbortException,
    exceptions.UnexpectedTaskStateError,
    exceptions.VirtualInterfaceCreateException,
    exceptions.RescheduledException,
)


@expected_exceptions(*_EXPECTED)
@wrap_exception("run_instance")
@reverts_task_state
@wrap_instance_event("run_instance")
@wrap_instance_fault
def legacy(
    manager: ComputeManager,
    context: RequestContext,
    instance: Any,
    request_spec: dict[str, Any] | None,
    filter_properties: dict[str, Any] | None,
    requested_networks: Any,
    injected_files: Any,
    admin_password: str | None,
    is_first_time: bool,
    node: str | None,
    legacy_bdm_in_spec: bool,
) -> None:
    request = BuildRequest(
        request_spec,
        filter_properties or {},
        requested_networks,
        injected_files,
        admin_password,
        is_first_time,
        node,
        legacy_bdm_in_spec,
    )
    with instance_lock(instance["uuid"]):
        _run_instance(manager, context, instance, request)


@object_compat
@expected_exceptions(*_EXPECTED)
@wrap_exception("run_instance")
@reverts_task_state
@wrap_instance_event("run_instance")
@wrap_instance_fault
def objects(
    manager: ComputeManager,
    context: RequestContext,
    instance: Instance,
    request_spec: dict[str, Any] | None,
    filter_properties: dict[str, Any] | None,
    requested_networks: Any,
    injected_files: Any,
    admin_password: str | None,
    is_first_time: bool,
    node: str | None,
    legacy_bdm_in_spec: bool,
) -> None:
    request = BuildRequest(
        request_spec,
        filter_properties or {},
        requested_networks,
        injected_files,
        admin_password,
        is_first_time,
        node,
        legacy_bdm_in_spec,
    )
    with instance_lock(instance.uuid):
        _run_instance(manager, context, instance, request)


def _run_instance(manager: ComputeManager, context: RequestContext, instance: Any, request: BuildRequest) -> None:
    """Build, and tell how that went: a build that was aborted or goes on elsewhere is no failure."""
    usage: dict[str, Any] = {}

    def notify(status: str, message: str = "", **kwargs: Any) -> None:
        manager._notify_about_instance_usage(
            context, instance, f"create.{status}", extra_usage_info={**usage, "message": message}, **kwargs
        )

    try:
        manager._prebuild_instance(context, instance)
        image_meta = (request.request_spec or {}).get("image") or {}
        usage["image_name"] = image_meta.get("name", "")
        notify("start")
        instance, network_info = manager._build_instance(context, instance, image_meta, request)
        notify("end", "Success", network_info=network_info)
    except exceptions.RescheduledException as error:
        notify("error", fault=error)
    except exceptions.BuildAbortException as error:
        LOG.info(error.format_message())
        notify("end", error.format_message())
    except Exception as error:
        with excutils.save_and_reraise_exception():
            manager._set_instance_error_state(context, instance)
            notify("error", fault=error)
