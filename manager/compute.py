"""The compute manager: the RPC endpoint of a compute host, built from a conversion plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fakevirt import _oslo  # noqa: F401

# isort: split
import oslo_messaging as messaging

from fakevirt import exceptions, states
from fakevirt.backends.consoleauth import ConsoleAuth
from fakevirt.backends.image import ImageAPI
from fakevirt.backends.network import NetworkAPI
from fakevirt.backends.notifier import Notifier
from fakevirt.backends.volume import VolumeAPI
from fakevirt.conductor.api import ComputeTaskAPI, ConductorAPI
from fakevirt.context import RequestContext
from fakevirt.driver.interface import ComputeDriver
from fakevirt.manager import (
    build_and_run_instance,
    check_can_live_migrate_destination,
    check_can_live_migrate_source,
    delete_orphan_compute_nodes,
    detach_volume,
    live_migration,
    post_live_migration,
    post_live_migration_at_destination,
    pre_live_migration,
    refresh_instance_security_rules,
    remove_volume_connection,
    rollback_live_migration,
    rollback_live_migration_at_destination,
    run_instance,
)
from fakevirt.manager.building import (
    allocate_network,
    build_instance,
    check_instance_exists,
    default_block_device_names,
    prebuild_instance,
    prep_block_device,
    start_building,
    validate_instance_group_policy,
)
from fakevirt.manager.building.build_networks_for_instance import build_networks_for_instance
from fakevirt.manager.building.cleanup_allocated_networks import cleanup_allocated_networks
from fakevirt.manager.building.reschedule_or_error import reschedule_or_error
from fakevirt.manager.building.spawn import spawn
from fakevirt.manager.compute_utils import (
    device_name,
    event_finish,
    event_start,
    faults,
    image_metadata,
    network_info,
    usage,
    usage_exists,
)
from fakevirt.manager.compute_utils.volume_usage import notify_about_volume_usage
from fakevirt.manager.compute_v4 import ComputeV4Proxy
from fakevirt.manager.paths import SharedStep, WorkItemMethod
from fakevirt.manager.plan import ConversionPlan
from fakevirt.manager.remaining_instance_attr import (
    consoles,
    deletion,
    devices,
    diagnostics,
    host_start,
    init_instance,
    periodic,
    power,
    reboot,
    resize,
    resize_confirmation,
    suspend,
    unshelve,
)
from fakevirt.manager.resize_api import ResizeAPI
from fakevirt.manager.resource_tracker import ResourceTracker
from fakevirt.manager.steps import (
    clear_events_for_instance,
    create_migration,
    error_out_instance_on_exception,
    get_compute_info,
    get_instance_block_device_info,
    get_instance_nw_info,
    get_quotas,
    get_resizes_in_progress,
    reschedule,
    revert_task_state,
    set_instance_error_state,
    set_instance_host_and_node,
    update_resource_tracker,
    update_volume_usage,
    write_compute_node,
)
from fakevirt.manager.steps.cleanup_volumes import cleanup_volumes
from fakevirt.manager.steps.deallocate_network import deallocate_network, try_deallocate_network
from fakevirt.manager.steps.driver_detach_volume import driver_detach_volume
from fakevirt.manager.steps.get_instances_on_driver import get_instances_on_driver
from fakevirt.manager.steps.instance_update import instance_update
from fakevirt.manager.steps.live_migration_cleanup_flags import live_migration_cleanup_flags
from fakevirt.manager.steps.shutdown_instance import shutdown_instance
from fakevirt.manager.steps.terminate_volume_connections import terminate_volume_connections
from fakevirt.rpc.compute import ComputeAPI
from fakevirt.rpc.instance_api import InstanceAPI
from fakevirt.rpc.scheduler import SchedulerAPI
from fakevirt.services import Service
from fakevirt.settings import Settings


@dataclass(frozen=True, slots=True)
class ManagerParts:
    """What a compute manager is built from.

    Args:
        service: The service that the manager is; its host is the manager's.
        plan: Which call path each work item takes.
        driver: The virt driver of the host.
        network_api: The network service.
        volume_api: The volume service.
        image_api: The image service.
        consoleauth_rpcapi: The service that keeps console tokens.
        conductor_api: The conductor's raw methods.
        compute_rpcapi: The compute managers of all hosts.
        compute_task_api: The conductor's tasks.
        scheduler_rpcapi: The scheduler, which builds that fail here are handed to.
        notifier: Where notifications go.
        sleep: Lets some seconds pass.
    """

    service: Service
    plan: ConversionPlan
    driver: ComputeDriver
    network_api: NetworkAPI
    volume_api: VolumeAPI
    image_api: ImageAPI
    consoleauth_rpcapi: ConsoleAuth
    conductor_api: ConductorAPI
    compute_rpcapi: ComputeAPI
    compute_task_api: ComputeTaskAPI
    scheduler_rpcapi: SchedulerAPI
    notifier: Notifier
    sleep: Callable[[float], None]


class ComputeManager:
    """One compute host's manager; every step is reached through its attributes.

    Args:
        parts: What it is built from.

    Attributes:
        target: The newest version of the methods that its release takes.
        additional_endpoints: What takes other major versions.
    """

    #: How many seconds pass between two looks at a guest that is to stop by itself.
    SHUTDOWN_RETRY_INTERVAL = 10

    def __init__(self, parts: ManagerParts) -> None:
        self.service: Service = parts.service
        self.host: str = parts.service.host
        self.settings: Settings = parts.service.settings
        self.plan: ConversionPlan = parts.plan
        self.driver: ComputeDriver = parts.driver
        self.network_api: NetworkAPI = parts.network_api
        self.volume_api: VolumeAPI = parts.volume_api
        self.image_api: ImageAPI = parts.image_api
        self.consoleauth_rpcapi: ConsoleAuth = parts.consoleauth_rpcapi
        self.conductor_api: ConductorAPI = parts.conductor_api
        self.compute_rpcapi: ComputeAPI = parts.compute_rpcapi
        self.compute_api: InstanceAPI = InstanceAPI(parts.compute_rpcapi)
        self.compute_task_api: ComputeTaskAPI = parts.compute_task_api
        self.scheduler_rpcapi: SchedulerAPI = parts.scheduler_rpcapi
        self.resize_api: ResizeAPI = ResizeAPI(parts.compute_rpcapi, parts.compute_task_api, self.settings)
        self.notifier: Notifier = parts.notifier
        self.sleep: Callable[[float], None] = parts.sleep
        release = parts.service.release
        self.target: Any = messaging.Target(version=release.rpc_version)
        self.additional_endpoints: list[ComputeV4Proxy] = []
        if release.rpc_next_major is not None:
            self.additional_endpoints.append(ComputeV4Proxy(self, release.rpc_next_major, _methods_of_next_major()))
        if "refresh_instance_security_rules" in release.converted:
            self.additional_endpoints.append(ComputeV4Proxy(self, "4.4", ["refresh_instance_security_rules"]))
        self.forget()

    check_can_live_migrate_destination: WorkItemMethod = WorkItemMethod(
        check_can_live_migrate_destination, "check_can_live_migrate_destination"
    )
    check_can_live_migrate_source: WorkItemMethod = WorkItemMethod(
        check_can_live_migrate_source, "check_can_live_migrate_source"
    )
    live_migration: WorkItemMethod = WorkItemMethod(live_migration, "live_migration")
    pre_live_migration: WorkItemMethod = WorkItemMethod(pre_live_migration, "live_migration")
    _post_live_migration = WorkItemMethod(post_live_migration, "_post_live_migration")
    post_live_migration_at_destination: WorkItemMethod = WorkItemMethod(
        post_live_migration_at_destination, "_post_live_migration"
    )
    _rollback_live_migration = WorkItemMethod(rollback_live_migration, "_rollback_live_migration")
    rollback_live_migration_at_destination: WorkItemMethod = WorkItemMethod(
        rollback_live_migration_at_destination, "_rollback_live_migration_at_destination"
    )
    detach_volume: WorkItemMethod = WorkItemMethod(detach_volume, "detach_volume")
    remove_volume_connection: WorkItemMethod = WorkItemMethod(remove_volume_connection, "detach_volume")
    refresh_instance_security_rules: WorkItemMethod = WorkItemMethod(
        refresh_instance_security_rules, "refresh_instance_security_rules"
    )
    run_instance: WorkItemMethod = WorkItemMethod(run_instance, "run_instance")
    build_and_run_instance: WorkItemMethod = WorkItemMethod(build_and_run_instance, "run_instance")
    init_host: WorkItemMethod = WorkItemMethod(host_start.init_host, "remaining_instance_attr")
    _init_instance = WorkItemMethod(init_instance.init_instance, "remaining_instance_attr")
    check_instance_shared_storage: WorkItemMethod = WorkItemMethod(
        host_start.check_instance_shared_storage, "remaining_instance_attr"
    )
    reboot_instance: WorkItemMethod = WorkItemMethod(reboot.reboot_instance, "remaining_instance_attr")
    unshelve_instance: WorkItemMethod = WorkItemMethod(unshelve.unshelve_instance, "remaining_instance_attr")
    terminate_instance: WorkItemMethod = WorkItemMethod(deletion.terminate_instance, "remaining_instance_attr")
    suspend_instance: WorkItemMethod = WorkItemMethod(suspend.suspend_instance, "remaining_instance_attr")
    prep_resize: WorkItemMethod = WorkItemMethod(resize.prep_resize, "remaining_instance_attr")
    resize_instance: WorkItemMethod = WorkItemMethod(resize.resize_instance, "remaining_instance_attr")
    finish_resize: WorkItemMethod = WorkItemMethod(resize.finish_resize, "remaining_instance_attr")
    confirm_resize: WorkItemMethod = WorkItemMethod(resize_confirmation.confirm_resize, "remaining_instance_attr")
    _poll_unconfirmed_resizes = WorkItemMethod(resize_confirmation.poll_unconfirmed_resizes, "remaining_instance_attr")
    update_available_resource: WorkItemMethod = WorkItemMethod(
        delete_orphan_compute_nodes, "delete_orphan_compute_nodes"
    )

    get_console_output: WorkItemMethod = WorkItemMethod(consoles.get_console_output, "remaining_instance_attr")
    get_rdp_console: WorkItemMethod = WorkItemMethod(consoles.get_rdp_console, "remaining_instance_attr")
    get_serial_console: WorkItemMethod = WorkItemMethod(consoles.get_serial_console, "remaining_instance_attr")
    get_spice_console: WorkItemMethod = WorkItemMethod(consoles.get_spice_console, "remaining_instance_attr")
    get_vnc_console: WorkItemMethod = WorkItemMethod(consoles.get_vnc_console, "remaining_instance_attr")
    validate_console_port: WorkItemMethod = WorkItemMethod(consoles.validate_console_port, "remaining_instance_attr")
    reserve_block_device_name: WorkItemMethod = WorkItemMethod(
        devices.reserve_block_device_name, "remaining_instance_attr"
    )
    get_diagnostics: WorkItemMethod = WorkItemMethod(diagnostics.get_diagnostics, "remaining_instance_attr")
    get_instance_diagnostics: WorkItemMethod = WorkItemMethod(
        diagnostics.get_instance_diagnostics, "remaining_instance_attr"
    )
    rescue_instance: WorkItemMethod = WorkItemMethod(power.rescue_instance, "remaining_instance_attr")
    start_instance: WorkItemMethod = WorkItemMethod(power.start_instance, "remaining_instance_attr")
    stop_instance: WorkItemMethod = WorkItemMethod(power.stop_instance, "remaining_instance_attr")
    unrescue_instance: WorkItemMethod = WorkItemMethod(power.unrescue_instance, "remaining_instance_attr")
    _delete_instance = WorkItemMethod(deletion.delete_instance, "remaining_instance_attr", with_arguments=False)
    _check_instance_build_time = WorkItemMethod(periodic.check_instance_build_time, "remaining_instance_attr")
    _cleanup_running_deleted_instances = WorkItemMethod(
        periodic.cleanup_running_deleted_instances, "remaining_instance_attr"
    )
    _poll_rebooting_instances = WorkItemMethod(periodic.poll_rebooting_instances, "remaining_instance_attr")
    _poll_rescued_instances = WorkItemMethod(periodic.poll_rescued_instances, "remaining_instance_attr")
    _poll_volume_usage = WorkItemMethod(periodic.poll_volume_usage, "remaining_instance_attr")
    _reclaim_queued_deletes = WorkItemMethod(periodic.reclaim_queued_deletes, "remaining_instance_attr")
    _sync_instance_power_state = WorkItemMethod(periodic.sync_instance_power_state, "remaining_instance_attr")
    _sync_power_states = WorkItemMethod(periodic.sync_power_states, "remaining_instance_attr")

    _add_instance_fault_from_exc = WorkItemMethod(faults, "compute_utils", with_arguments=False)
    _event_start = WorkItemMethod(event_start, "compute_utils", with_arguments=False)
    _event_finish = WorkItemMethod(event_finish, "compute_utils", with_arguments=False)
    _get_device_name_for_instance = WorkItemMethod(device_name, "compute_utils", with_arguments=False)
    _get_image_metadata = WorkItemMethod(image_metadata, "compute_utils", with_arguments=False)
    _get_nw_info_for_instance = WorkItemMethod(network_info, "compute_utils", with_arguments=False)
    _notify_about_instance_usage = WorkItemMethod(usage, "compute_utils", with_arguments=False)
    _notify_usage_exists = WorkItemMethod(usage_exists, "compute_utils", with_arguments=False)
    _notify_about_volume_usage = notify_about_volume_usage

    _allocate_network = SharedStep(allocate_network)
    _build_instance = SharedStep(build_instance)
    _check_instance_exists = SharedStep(check_instance_exists)
    _clear_events_for_instance = SharedStep(clear_events_for_instance)
    _default_block_device_names = SharedStep(default_block_device_names)
    _deleted_old_enough = SharedStep(periodic.deleted_old_enough)
    _create_migration = SharedStep(create_migration)
    _error_out_instance_on_exception = SharedStep(error_out_instance_on_exception)
    _get_compute_info = SharedStep(get_compute_info)
    _get_instance_block_device_info = SharedStep(get_instance_block_device_info)
    _get_instance_nw_info = SharedStep(get_instance_nw_info)
    _prebuild_instance = SharedStep(prebuild_instance)
    _prep_block_device = SharedStep(prep_block_device)
    _get_quotas = SharedStep(get_quotas)
    _get_resizes_in_progress = SharedStep(get_resizes_in_progress)
    _reschedule = SharedStep(reschedule)
    _revert_task_state = SharedStep(revert_task_state)
    _set_instance_error_state = SharedStep(set_instance_error_state)
    _set_instance_host_and_node = SharedStep(set_instance_host_and_node)
    _start_building = SharedStep(start_building)
    _update_resource_tracker = SharedStep(update_resource_tracker)
    _validate_instance_group_policy = SharedStep(validate_instance_group_policy)
    _update_volume_usage = SharedStep(update_volume_usage)
    _write_compute_node = SharedStep(write_compute_node, "delete_orphan_compute_nodes")

    _build_networks_for_instance = build_networks_for_instance
    _cleanup_allocated_networks = cleanup_allocated_networks
    _cleanup_volumes = cleanup_volumes
    _deallocate_network = deallocate_network
    _driver_detach_volume = driver_detach_volume
    _get_instances_on_driver = get_instances_on_driver
    _instance_update = instance_update
    _reschedule_or_error = reschedule_or_error
    _shutdown_instance = shutdown_instance
    _spawn = spawn
    _terminate_volume_connections = terminate_volume_connections
    _try_deallocate_network = try_deallocate_network
    _live_migration_cleanup_flags = staticmethod(live_migration_cleanup_flags)

    @property
    def tracks_resources(self) -> bool:
        """Whether it has counted what its nodes have."""
        return bool(self._resource_trackers)

    def forget(self) -> None:
        """Lose what is kept in memory, as a process does that ends."""
        self.pending_events: dict[str, Any] = {}
        self.syncs_in_progress: set[str] = set()
        self._resource_trackers: dict[str, ResourceTracker] = {}

    def _get_power_state(self, context: RequestContext, instance: Any) -> int:
        try:
            state: int = self.driver.get_info(instance)["state"]
        except exceptions.NotFound:
            return states.NOSTATE
        return state

    def _get_resource_tracker(self, nodename: str) -> ResourceTracker:
        if nodename not in self._resource_trackers:
            self._resource_trackers[nodename] = ResourceTracker(self, nodename)
        return self._resource_trackers[nodename]

    def _track_available_nodes(self, context: RequestContext) -> set[str]:
        nodes = set(self.driver.get_available_nodes())
        for nodename in sorted(nodes):
            self._get_resource_tracker(nodename).update_available_resource(context)
        return nodes


def _methods_of_next_major() -> frozenset[str]:
    """Return the RPC methods of Kilo's fourth major version: building by way of the scheduler is not among them."""
    methods = {name for name, value in vars(ComputeManager).items() if isinstance(value, WorkItemMethod)}
    called_here = {"init_host", "update_available_resource"}
    return frozenset(name for name in methods - called_here - {"run_instance"} if not name.startswith("_"))
