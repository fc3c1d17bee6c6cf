"""_build_instance: claim resources, get ports and disks, run the guest. What fails is cleaned up and tried elsewhere.

What changed: where the instance's fields are read; the state is written through ``_instance_update`` on the legacy
path, which goes on with the dict that it was given, and assigned and saved on the object path, which must forget what
could not be saved; the requested networks came as tuples and are made objects (Juno).
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from oslo_utils import excutils

from fakevirt import exceptions, states
from fakevirt.context import RequestContext
from fakevirt.manager.building.async_network_info import NetworkInfoAsyncWrapper
from fakevirt.manager.building.decode_files import decode_files
from fakevirt.manager.building.request import BuildRequest
from fakevirt.objects.block_device import BlockDeviceMappingList
from fakevirt.objects.network_request import NetworkRequestList

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.instance import Instance

LOG = logging.getLogger(__name__)

#: That the instance was deleted, or is being deleted. Its network information is the first that is missed when an
#: object is saved that has it.
_GONE = (
    exceptions.InstanceNotFound,
    exceptions.InstanceInfoCacheNotFound,
    exceptions.UnexpectedDeletingTaskStateError,
)


@dataclass(slots=True)
class _Build:
    """A build under way: what it was given, and the ports once they are asked for."""

    context: RequestContext
    request: BuildRequest
    instance_uuid: str
    node: str
    bdms: BlockDeviceMappingList
    network_info: NetworkInfoAsyncWrapper | None = None

    @property
    def limits(self) -> dict[str, Any]:
        limits: dict[str, Any] = self.request.filter_properties.get("limits", {})
        return limits

    @property
    def security_groups(self) -> Any:
        return (self.request.request_spec or {}).get("security_group")

    def await_network(self) -> None:
        if self.network_info is not None:
            self.network_info.wait(do_raise=False)


def legacy(
    manager: ComputeManager,
    context: RequestContext,
    instance: Any,
    image_meta: dict[str, Any],
    request: BuildRequest,
) -> tuple[Any, NetworkInfoAsyncWrapper]:
    elevated = context.elevated()
    build = _begin(manager, context, instance["uuid"], request)
    injected_files = decode_files(request.injected_files)
    tracker = manager._get_resource_tracker(build.node)
    with _cleaned_up_after(manager, build, instance), tracker.instance_claim(elevated, instance, build.limits):
        manager._validate_instance_group_policy(elevated, instance, request.filter_properties)
        macs = manager.driver.macs_for_instance(instance)
        dhcp_options = manager.driver.dhcp_options_for_instance(instance)
        build.network_info = network_info = manager._allocate_network(
            context, instance, request.requested_networks, macs, build.security_groups, dhcp_options
        )
        manager._instance_update(
            elevated, instance["uuid"], vm_state=states.BUILDING, task_state=states.BLOCK_DEVICE_MAPPING
        )
        manager._default_block_device_names(elevated, instance, image_meta, build.bdms)
        block_device_info = manager._prep_block_device(elevated, instance, build.bdms)
        set_access_ip = request.is_first_time and not instance["access_ip_v4"] and not instance["access_ip_v6"]
        instance = manager._spawn(
            elevated,
            instance,
            image_meta,
            network_info,
            block_device_info,
            injected_files,
            request.admin_password,
            set_access_ip=set_access_ip,
        )
    return instance, network_info


def objects(
    manager: ComputeManager,
    context: RequestContext,
    instance: Instance,
    image_meta: dict[str, Any],
    request: BuildRequest,
) -> tuple[Instance, NetworkInfoAsyncWrapper]:
    elevated = context.elevated()
    requested_networks = None
    if request.requested_networks is not None:
        requested_networks = NetworkRequestList.from_tuples(request.requested_networks)
    build = _begin(manager, context, instance.uuid, request)
    injected_files = decode_files(request.injected_files)
    tracker = manager._get_resource_tracker(build.node)
    with (
        _cleaned_up_after(manager, build, instance),
        tracker.instance_claim(elevated, instance, build.limits),
    ):
        manager._validate_instance_group_policy(elevated, instance, request.filter_properties)
        macs = manager.driver.macs_for_instance(instance)
        dhcp_options = manager.driver.dhcp_options_for_instance(instance)
        build.network_info = network_info = manager._allocate_network(
            context, instance, requested_networks, macs, build.security_groups, dhcp_options
        )
        instance.vm_state = states.BUILDING
        instance.task_state = states.BLOCK_DEVICE_MAPPING
        instance.save()
        manager._default_block_device_names(elevated, instance, image_meta, build.bdms)
        block_device_info = manager._prep_block_device(elevated, instance, build.bdms)
        set_access_ip = request.is_first_time and not instance.access_ip_v4 and not instance.access_ip_v6
        instance = manager._spawn(
            elevated,
            instance,
            image_meta,
            network_info,
            block_device_info,
            injected_files,
            request.admin_password,
            set_access_ip=set_access_ip,
        )
    return instance, network_info


def _begin(manager: ComputeManager, context: RequestContext, instance_uuid: str, request: BuildRequest) -> _Build:
    node = request.node
    if node is None:
        node = manager.driver.get_available_nodes(refresh=True)[0]
    bdms = BlockDeviceMappingList.get_by_instance_uuid(context.elevated(), instance_uuid)
    return _Build(context, request, instance_uuid, node, bdms)


@contextlib.contextmanager
def _cleaned_up_after(manager: ComputeManager, build: _Build, instance: Any) -> Iterator[None]:
    """Do what a failure of the block asks for, before it is raised or another in its place.

    Raises:
        BuildAbortException: The instance was deleted.
        RescheduledException: Another host is being tried.
    """
    try:
        yield
    except _GONE:
        build.await_network()
        _give_ports_back(manager, build, instance)
        reason = "Instance disappeared during build"
        raise exceptions.BuildAbortException(instance_uuid=build.instance_uuid, reason=reason) from None
    except (exceptions.UnexpectedTaskStateError, exceptions.VirtualInterfaceCreateException) as error:
        LOG.debug("The build ends: %s", error.format_message())
        build.await_network()
        raise
    except exceptions.InvalidBDM:
        with excutils.save_and_reraise_exception():
            build.await_network()
            _give_ports_back(manager, build, instance)
    except Exception as error:
        build.await_network()
        if not manager._reschedule_or_error(build.context, instance, error, build.request, build.bdms):
            raise
        LOG.error("The build failed and is tried on another host", exc_info=error)
        raise exceptions.RescheduledException(instance_uuid=build.instance_uuid, reason=str(error)) from error


def _give_ports_back(manager: ComputeManager, build: _Build, instance: Any) -> None:
    try:
        manager._deallocate_network(build.context.elevated(), instance)
    except Exception:
        LOG.exception("Failed to deallocate the network of a failed build")
