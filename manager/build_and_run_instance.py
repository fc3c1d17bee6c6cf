"""build_and_run_instance: build an instance on the host that the conductor has chosen. Cast by the conductor.

It has taken an object since the release that brought it (Icehouse), and therefore has one function. Juno left
``run_instance`` for it. The steps that it shares with that take the call path of ``run_instance``, which it succeeds:
in Icehouse they handled its object as the dict that they were written for.
"""

from __future__ import annotations

import contextlib
import logging
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from oslo_utils import excutils, timeutils

from fakevirt import exceptions, states
from fakevirt.context import RequestContext
from fakevirt.manager.building.async_network_info import NetworkInfoAsyncWrapper
from fakevirt.manager.building.decode_files import decode_files
from fakevirt.manager.building.unsaved import unsaved_forgotten
from fakevirt.manager.decorators import reverts_task_state, wrap_exception, wrap_instance_event, wrap_instance_fault
from fakevirt.manager.locks import instance_lock
from fakevirt.objects.block_device import BlockDeviceMappingList
from fakevirt.objects.network_request import NetworkRequestList

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.instance import Instance

LOG = logging.getLogger(__name__)

_GONE = (exceptions.InstanceNotFound, exceptions.UnexpectedDeletingTaskStateError)
_NO_ADDRESSES = (exceptions.FixedIpLimitExceeded, exceptions.NoMoreNetworks)
_NO_INTERFACE = (exceptions.VirtualInterfaceCreateException, exceptions.VirtualInterfaceMacAddressException)
_UNFIT = (
    exceptions.FlavorDiskTooSmall,
    exceptions.FlavorMemoryTooSmall,
    exceptions.ImageNotActive,
    exceptions.ImageUnacceptable,
)


@dataclass(frozen=True, slots=True)
class _Build:
    """One build: the arguments of the method, and the node."""

    context: RequestContext
    instance: Instance
    image: dict[str, Any]
    filter_properties: dict[str, Any]
    admin_password: str | None
    injected_files: Any
    requested_networks: NetworkRequestList | None
    security_groups: Any
    block_device_mapping: BlockDeviceMappingList
    node: str
    limits: dict[str, Any]

    def aborted(self, reason: str) -> exceptions.BuildAbortException:
        """Return what ends the build for good."""
        return exceptions.BuildAbortException(instance_uuid=self.instance.uuid, reason=reason)


@wrap_exception("build_and_run_instance")
@reverts_task_state
@wrap_instance_event("build_and_run_instance")
@wrap_instance_fault
def objects(
    manager: ComputeManager,
    context: RequestContext,
    instance: Instance,
    image: dict[str, Any],
    request_spec: dict[str, Any],
    filter_properties: dict[str, Any],
    admin_password: str | None = None,
    injected_files: Any = None,
    requested_networks: Any = None,
    security_groups: Any = None,
    block_device_mapping: BlockDeviceMappingList | None = None,
    node: str | None = None,
    limits: dict[str, Any] | None = None,
) -> None:
    if requested_networks and not isinstance(requested_networks, NetworkRequestList):
        requested_networks = NetworkRequestList.from_tuples(requested_networks)
    with instance_lock(instance.uuid):
        if not _start(instance):
            return
        files = decode_files(injected_files)
        build = _Build(
            context,
            instance,
            image,
            filter_properties,
            admin_password,
            injected_files,
            requested_networks,
            security_groups,
            block_device_mapping if block_device_mapping is not None else BlockDeviceMappingList(objects=[]),
            node or manager.driver.get_available_nodes(refresh=True)[0],
            limits or {},
        )
        _build_or_clean_up(manager, build, files)


legacy = objects


def _start(instance: Instance) -> bool:
    """Tell whether the build may begin: the instance is there still, and nothing else is being done with it."""
    try:
        instance.vm_state = states.BUILDING
        instance.task_state = None
        instance.save(expected_task_state=(states.SCHEDULING, None))
    except (exceptions.InstanceNotFound, exceptions.UnexpectedTaskStateError) as error:
        LOG.debug("The build does not begin: %s", error.format_message())
        return False
    return True


def _build_or_clean_up(manager: ComputeManager, build: _Build, files: list[tuple[str, bytes]]) -> None:
    """Build; what fails is cleaned up, and tried on another host where that may help."""
    try:
        _build_and_run(manager, build, files)
    except exceptions.RescheduledException as error:
        _reschedule(manager, build, error)
    except _GONE:
        LOG.debug("Instance %s disappeared during its build", build.instance.uuid)
        manager._cleanup_allocated_networks(build.context, build.instance, build.requested_networks)
    except Exception as error:
        LOG.exception("The build failed and is not tried on another host")
        manager._cleanup_allocated_networks(build.context, build.instance, build.requested_networks)
        manager._cleanup_volumes(build.context, build.block_device_mapping, raise_exc=False)
        manager._add_instance_fault_from_exc(build.context, build.instance, error)
        manager._set_instance_error_state(build.context, build.instance)


def _reschedule(manager: ComputeManager, build: _Build, error: exceptions.RescheduledException) -> None:
    """Ask the conductor for another host, if others may be tried."""
    context, instance = build.context, build.instance
    retry = build.filter_properties.get("retry")
    if not retry:
        LOG.debug("Retry info not present, will not reschedule")
        manager._cleanup_allocated_networks(context, instance, build.requested_networks)
        manager._add_instance_fault_from_exc(context, instance, error)
        manager._set_instance_error_state(context, instance)
        return
    # Without what came before: where messages are delivered on the sender's stack, that would be the sender's failure.
    retry["exc"] = traceback.format_exception(error, chain=False)
    if manager.driver.deallocate_networks_on_reschedule(instance):
        manager._cleanup_allocated_networks(context, instance, build.requested_networks)
    instance.task_state = states.SCHEDULING
    instance.save()
    manager.compute_task_api.build_instances(
        context,
        [instance],
        build.image,
        build.filter_properties,
        build.admin_password,
        build.injected_files,
        build.requested_networks,
        build.security_groups,
        build.block_device_mapping,
    )


def _build_and_run(manager: ComputeManager, build: _Build, files: list[tuple[str, bytes]]) -> None:
    """Claim resources, get ports and disks, run the guest, and tell how that went.

    Raises:
        BuildAbortException: No other host would do better.
        RescheduledException: Another host might.
        InstanceNotFound: The instance was deleted.
        UnexpectedDeletingTaskStateError: It is being deleted.
    """
    context, instance = build.context, build.instance
    manager._notify_about_instance_usage(
        context, instance, "create.start", extra_usage_info={"image_name": build.image.get("name")}
    )
    with _told(manager, build), unsaved_forgotten(instance):
        tracker = manager._get_resource_tracker(build.node)
        with tracker.instance_claim(context, instance, build.limits):
            manager._validate_instance_group_policy(context, instance, build.filter_properties)
            with _resources(manager, build) as (network_info, block_device_info):
                instance.vm_state = states.BUILDING
                instance.task_state = states.SPAWNING
                instance.save(expected_task_state=states.BLOCK_DEVICE_MAPPING)
                manager.driver.spawn(
                    context, instance, build.image, files, build.admin_password, network_info, block_device_info
                )
    try:
        with unsaved_forgotten(instance):
            # That there are ports matters to the next host only.
            instance.system_metadata.pop("network_allocated", None)
            instance.power_state = manager._get_power_state(context, instance)
            instance.vm_state = states.ACTIVE
            instance.task_state = None
            instance.launched_at = timeutils.utcnow()
            instance.save(expected_task_state=states.SPAWNING)
    except _GONE as error:
        with excutils.save_and_reraise_exception():
            manager._notify_about_instance_usage(context, instance, "create.end", fault=error)
    manager._notify_about_instance_usage(
        context, instance, "create.end", network_info=network_info, extra_usage_info={"message": "Success"}
    )


@contextlib.contextmanager
def _told(manager: ComputeManager, build: _Build) -> Iterator[None]:
    """Tell of an error in the block, and raise what is to follow from it."""

    def tell(status: str, error: Exception) -> None:
        manager._notify_about_instance_usage(build.context, build.instance, f"create.{status}", fault=error)

    try:
        yield
    except _GONE as error:
        tell("end", error)
        raise
    except exceptions.BuildAbortException as error:
        tell("error", error)
        raise
    except _NO_ADDRESSES as error:
        tell("error", error)
        raise build.aborted(
            f"Failed to allocate the network(s) with error {error.format_message()}, not rescheduling."
        ) from error
    except _NO_INTERFACE as error:
        tell("error", error)
        raise build.aborted("Failed to allocate the network(s), not rescheduling.") from error
    except _UNFIT as error:
        tell("error", error)
        raise build.aborted(error.format_message()) from error
    except Exception as error:
        tell("error", error)
        raise exceptions.RescheduledException(instance_uuid=build.instance.uuid, reason=str(error)) from error


@contextlib.contextmanager
def _resources(manager: ComputeManager, build: _Build) -> Iterator[tuple[NetworkInfoAsyncWrapper, dict[str, Any]]]:
    """Get ports and disks for the block, and take the guest off this host again if the block fails."""
    network_info = _networks(manager, build)
    block_device_info = _disks(manager, build, network_info)
    try:
        yield network_info, block_device_info
    except Exception:
        with excutils.save_and_reraise_exception() as failure:
            network_info.wait(do_raise=False)
            try:
                manager._shutdown_instance(
                    build.context,
                    build.instance,
                    build.block_device_mapping,
                    build.requested_networks,
                    try_deallocate_networks=False,
                )
            except Exception as error:
                failure.reraise = False
                raise build.aborted("Could not clean up failed build, not rescheduling") from error


def _networks(manager: ComputeManager, build: _Build) -> Any:
    try:
        return manager._build_networks_for_instance(
            build.context, build.instance, build.requested_networks, build.security_groups
        )
    except _GONE:
        raise
    except exceptions.UnexpectedTaskStateError as error:
        raise build.aborted(error.format_message()) from error
    except Exception as error:
        LOG.exception("Failed to allocate network(s)")
        raise build.aborted("Failed to allocate the network(s), not rescheduling.") from error


def _disks(manager: ComputeManager, build: _Build, network_info: NetworkInfoAsyncWrapper) -> dict[str, Any]:
    context, instance, bdms = build.context, build.instance, build.block_device_mapping
    try:
        manager._default_block_device_names(context, instance, build.image, bdms)
        instance.vm_state = states.BUILDING
        instance.task_state = states.BLOCK_DEVICE_MAPPING
        instance.save()
        block_device_info: dict[str, Any] = manager._prep_block_device(context, instance, bdms)
    except _GONE:
        network_info.wait(do_raise=False)
        raise
    except exceptions.UnexpectedTaskStateError as error:
        network_info.wait(do_raise=False)
        raise build.aborted(error.format_message()) from error
    except Exception as error:
        LOG.exception("Failure prepping block device")
        network_info.wait(do_raise=False)
        raise build.aborted("Failure prepping block device.") from error
    return block_device_info
