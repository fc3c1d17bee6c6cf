"""The client of the compute managers: which version of a method is sent, and in which form the instance goes.

A work item has a client half and a server half. The client half of an item that is not converted flattens the
instance and sends the version that took a dict; that of a converted one sends the object where the version cap lets it,
and falls back as Juno's client did.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from fakevirt.context import RequestContext
from fakevirt.db.primitives import legacy_dict as row_to_legacy_dict
from fakevirt.objects.block_device import BlockDeviceMapping, BlockDeviceMappingList
from fakevirt.objects.instance import INSTANCE_DEFAULT_FIELDS, Instance
from fakevirt.objects.network_request import NetworkRequestList
from fakevirt.objects.primitive import flattened
from fakevirt.rpc.client import CappedClient

LOG = logging.getLogger(__name__)


class ComputeAPI:
    """Juno's compute RPC client, with the legacy halves of its conversions.

    Args:
        transport: Any transport of oslo.messaging.
        converted: Tells of a work item, by name, whether its client half is converted.
        version_cap: The newest version that is sent: a release's name, a version, or a function that finds it out when
            the first message is sent.

    Raises:
        UsageError: There is no such release.
    """

    def __init__(
        self, transport: Any, *, converted: Callable[[str], bool], version_cap: str | Callable[[], str] = "juno"
    ) -> None:
        self._converted = converted
        self._client = CappedClient(transport, version_cap)
        self.reset: Callable[[], None] = self._client.reset
        self.to: Callable[..., Any] = self._client.to

    def check_can_live_migrate_destination(
        self,
        ctxt: RequestContext,
        instance: Any,
        destination: str,
        block_migration: bool,
        disk_over_commit: bool,
    ) -> dict[str, Any]:
        """Ask ``destination`` whether it can receive the instance (an object since Havana); return migrate_data."""
        result: dict[str, Any] = self._prepare_storage_checks(destination).call(
            ctxt,
            "check_can_live_migrate_destination",
            instance=instance,
            block_migration=block_migration,
            disk_over_commit=disk_over_commit,
        )
        return result

    def check_can_live_migrate_source(
        self, ctxt: RequestContext, instance: Any, dest_check_data: dict[str, Any]
    ) -> dict[str, Any]:
        """Ask the instance's host whether it can send the instance (an object since Havana); return migrate_data."""
        result: dict[str, Any] = self._prepare_storage_checks(instance.host).call(
            ctxt, "check_can_live_migrate_source", instance=instance, dest_check_data=dest_check_data
        )
        return result

    def live_migration(
        self,
        ctxt: RequestContext,
        instance: Any,
        dest: str,
        block_migration: bool,
        host: str,
        migrate_data: dict[str, Any] | None = None,
    ) -> None:
        """Tell ``host``, the source, to migrate: 3.26 with an object, 3.0 with a dict."""
        version, instance = self._choose("live_migration", "3.26", instance)
        self._client.to(host, version).cast(
            ctxt,
            "live_migration",
            instance=instance,
            dest=dest,
            block_migration=block_migration,
            migrate_data=migrate_data,
        )

    def pre_live_migration(
        self,
        ctxt: RequestContext,
        instance: Any,
        block_migration: bool,
        disk: Any,
        host: str,
        migrate_data: dict[str, Any] | None = None,
    ) -> Any:
        """Let ``host``, the destination, prepare; return what its driver says (3.19, converted in Icehouse)."""
        return self._client.to(host, "3.19").call(
            ctxt,
            "pre_live_migration",
            instance=instance,
            block_migration=block_migration,
            disk=disk,
            migrate_data=migrate_data,
        )

    def post_live_migration_at_destination(
        self, ctxt: RequestContext, instance: Any, block_migration: bool, host: str
    ) -> None:
        """Tell ``host``, the destination, that the guest is there (3.14, converted in Icehouse)."""
        self._client.to(host, "3.14").cast(
            ctxt, "post_live_migration_at_destination", instance=instance, block_migration=block_migration
        )

    def rollback_live_migration_at_destination(
        self,
        ctxt: RequestContext,
        instance: Any,
        host: str,
        destroy_disks: bool = True,
        migrate_data: dict[str, Any] | None = None,
    ) -> None:
        """Tell ``host``, the destination, to undo its preparation.

        Both halves send ``destroy_disks`` and ``migrate_data`` to a host that knows them (3.32). To an older one
        neither goes; the converted half sends the object all the same, as Juno's client did.
        """
        if not self._converted("_rollback_live_migration_at_destination"):
            instance = flattened(instance)
        arguments = {"instance": instance}
        version = "3.0"
        if self._client.can_send("3.32"):
            version = "3.32"
            arguments |= {"destroy_disks": destroy_disks, "migrate_data": migrate_data}
        else:
            LOG.warning("%s is told neither destroy_disks nor migrate_data: a host of the cloud is too old", host)
        self._client.to(host, version).cast(ctxt, "rollback_live_migration_at_destination", **arguments)

    def detach_volume(self, ctxt: RequestContext, instance: Any, volume_id: str) -> None:
        """Tell the instance's host to detach a volume: 3.25 with an object, 3.0 with a dict."""
        host = instance.host
        version, instance = self._choose("detach_volume", "3.25", instance)
        self._client.to(host, version).cast(ctxt, "detach_volume", instance=instance, volume_id=volume_id)

    def remove_volume_connection(self, ctxt: RequestContext, instance: Any, volume_id: str, host: str) -> None:
        """Let ``host``, the destination, disconnect a volume: 3.30 with an object, 3.0 with a dict."""
        version, instance = self._choose("detach_volume", "3.30", instance)
        self._client.to(host, version).call(ctxt, "remove_volume_connection", instance=instance, volume_id=volume_id)

    def run_instance(
        self,
        ctxt: RequestContext,
        row: Any,
        host: str,
        request_spec: dict[str, Any],
        filter_properties: dict[str, Any],
        requested_networks: Any,
        injected_files: Any,
        admin_password: str | None,
        is_first_time: bool,
        node: str | None = None,
        legacy_bdm_in_spec: bool = True,
    ) -> None:
        """Tell ``host`` to build an instance: 3.27 with an object, 3.0 with a dict.

        The scheduler has its row. Juno's sent 3.27 and the row's primitive all the same, for the host to convert.
        """
        if self._converted("run_instance") and self._client.can_send("3.27"):
            version = "3.27"
            instance: Any = Instance._from_db_object(ctxt, Instance(ctxt), row, INSTANCE_DEFAULT_FIELDS)
        else:
            version, instance = "3.0", row_to_legacy_dict(row)
        self._client.to(host, version).cast(
            ctxt,
            "run_instance",
            instance=instance,
            request_spec=request_spec,
            filter_properties=filter_properties,
            requested_networks=requested_networks,
            injected_files=injected_files,
            admin_password=admin_password,
            is_first_time=is_first_time,
            node=node,
            legacy_bdm_in_spec=legacy_bdm_in_spec,
        )

    def build_and_run_instance(
        self,
        ctxt: RequestContext,
        instance: Instance,
        host: str,
        image: dict[str, Any],
        request_spec: dict[str, Any],
        filter_properties: dict[str, Any],
        admin_password: str | None = None,
        injected_files: Any = None,
        requested_networks: NetworkRequestList | None = None,
        security_groups: Any = None,
        block_device_mapping: BlockDeviceMappingList | None = None,
        node: str | None = None,
        limits: dict[str, Any] | None = None,
    ) -> None:
        """Tell ``host`` to build an instance, an object since there is the method.

        The requested networks are objects in 3.33; an older host gets tuples of network, address and port (3.23).
        """
        version, networks = "3.33", requested_networks
        if not self._client.can_send(version):
            version = "3.23"
            if requested_networks is not None:
                networks = [values[:3] for values in requested_networks.as_tuples()]  # type: ignore[assignment]
        self._client.to(host, version).cast(
            ctxt,
            "build_and_run_instance",
            instance=instance,
            image=image,
            request_spec=request_spec,
            filter_properties=filter_properties,
            admin_password=admin_password,
            injected_files=injected_files,
            requested_networks=networks,
            security_groups=security_groups,
            block_device_mapping=block_device_mapping,
            node=node,
            limits=limits,
        )

    def get_vnc_console(self, ctxt: RequestContext, instance: Any, console_type: str) -> dict[str, Any]:
        """Ask the instance's host how its VNC console is reached (3.2, an object since Icehouse)."""
        return self._get_console(ctxt, "get_vnc_console", "3.2", instance, console_type)

    def get_spice_console(self, ctxt: RequestContext, instance: Any, console_type: str) -> dict[str, Any]:
        """Ask the instance's host how its SPICE console is reached (3.1, an object since Icehouse)."""
        return self._get_console(ctxt, "get_spice_console", "3.1", instance, console_type)

    def get_rdp_console(self, ctxt: RequestContext, instance: Any, console_type: str) -> dict[str, Any]:
        """Ask the instance's host how its RDP console is reached (3.10, always an object)."""
        return self._get_console(ctxt, "get_rdp_console", "3.10", instance, console_type)

    def get_serial_console(self, ctxt: RequestContext, instance: Any, console_type: str) -> dict[str, Any]:
        """Ask the instance's host how its serial console is reached (3.34, always an object)."""
        return self._get_console(ctxt, "get_serial_console", "3.34", instance, console_type)

    def validate_console_port(self, ctxt: RequestContext, instance: Any, port: int, console_type: str) -> bool:
        """Ask the instance's host whether a console is at ``port`` (3.3, an object since Icehouse)."""
        valid: bool = self._client.to(instance.host, "3.3").call(
            ctxt, "validate_console_port", instance=instance, port=port, console_type=console_type
        )
        return valid

    def get_console_output(self, ctxt: RequestContext, instance: Any, tail_length: int | str | None) -> str:
        """Ask the instance's host for its last lines, or all of them: 3.28 with an object, 3.0 with a dict."""
        host = instance.host
        version, instance = self._choose("remaining_instance_attr", "3.28", instance)
        output: str = self._client.to(host, version).call(
            ctxt, "get_console_output", instance=instance, tail_length=tail_length
        )
        return output

    def get_diagnostics(self, ctxt: RequestContext, instance: Any) -> dict[str, Any]:
        """Ask the instance's host for the hypervisor's counters (3.18, an object since Icehouse)."""
        diagnostics: dict[str, Any] = self._client.to(instance.host, "3.18").call(
            ctxt, "get_diagnostics", instance=instance
        )
        return diagnostics

    def get_instance_diagnostics(self, ctxt: RequestContext, instance: Any) -> dict[str, Any]:
        """Ask the instance's host for Nova's counters (3.31).

        Nova sends a dict up to Liberty and beyond, to a method that takes an object; the converted half sends one.
        """
        host = instance.host
        if not self._converted("remaining_instance_attr"):
            instance = flattened(instance)
        diagnostics: dict[str, Any] = self._client.to(host, "3.31").call(
            ctxt, "get_instance_diagnostics", instance=instance
        )
        return diagnostics

    def reserve_block_device_name(
        self,
        ctxt: RequestContext,
        instance: Any,
        device: str | None,
        volume_id: str,
        disk_bus: str | None = None,
        device_type: str | None = None,
    ) -> BlockDeviceMapping:
        """Let the instance's host reserve a device and return its mapping.

        The host returns the mapping from 3.35 on, and the device's name before that (3.16, an object since Icehouse).
        """
        arguments: dict[str, Any] = {
            "instance": instance,
            "device": device,
            "volume_id": volume_id,
            "disk_bus": disk_bus,
            "device_type": device_type,
        }
        version = "3.16"
        if self._client.can_send("3.35"):
            version = "3.35"
            arguments["return_bdm_object"] = True
        reserved = self._client.to(instance.host, version).call(ctxt, "reserve_block_device_name", **arguments)
        if isinstance(reserved, BlockDeviceMapping):
            return reserved
        return BlockDeviceMapping.get_by_volume_id(ctxt, volume_id)

    def stop_instance(self, ctxt: RequestContext, instance: Any) -> None:
        """Tell the instance's host to stop it (3.0, an object since Havana)."""
        self._client.to(instance.host).cast(ctxt, "stop_instance", instance=instance)

    def rescue_instance(
        self, ctxt: RequestContext, instance: Any, rescue_password: str | None, rescue_image_ref: str | None = None
    ) -> None:
        """Tell the instance's host to rescue it, with an image from 3.24 on (3.9, an object since Icehouse)."""
        arguments = {"instance": instance, "rescue_password": rescue_password}
        version = "3.9"
        if self._client.can_send("3.24"):
            version = "3.24"
            arguments["rescue_image_ref"] = rescue_image_ref
        self._client.to(instance.host, version).cast(ctxt, "rescue_instance", **arguments)

    def unrescue_instance(self, ctxt: RequestContext, instance: Any) -> None:
        """Tell the instance's host to unrescue it (3.11, an object since Icehouse)."""
        self._client.to(instance.host, "3.11").cast(ctxt, "unrescue_instance", instance=instance)

    def terminate_instance(self, ctxt: RequestContext, instance: Any, bdms: Any, reservations: Any = None) -> None:
        """Tell the instance's host to delete it (3.22, objects since Icehouse)."""
        self._client.to(instance.host, "3.22").cast(
            ctxt, "terminate_instance", instance=instance, bdms=bdms, reservations=reservations
        )

    def _get_console(
        self, ctxt: RequestContext, method: str, version: str, instance: Any, console_type: str
    ) -> dict[str, Any]:
        connect_info: dict[str, Any] = self._client.to(instance.host, version).call(
            ctxt, method, instance=instance, console_type=console_type
        )
        return connect_info

    def prep_resize(
        self,
        ctxt: RequestContext,
        image: dict[str, Any],
        instance: Any,
        instance_type: Any,
        host: str,
        reservations: list[str] | None = None,
        request_spec: dict[str, Any] | None = None,
        filter_properties: dict[str, Any] | None = None,
        node: str | None = None,
    ) -> None:
        """Tell ``host``, the destination, to prepare for a resize (an object since Havana; flavors go as dicts)."""
        self._client.to(host).cast(
            ctxt,
            "prep_resize",
            instance=instance,
            instance_type=flattened(instance_type),
            image=image,
            reservations=reservations,
            request_spec=request_spec,
            filter_properties=filter_properties,
            node=node,
        )

    def resize_instance(
        self,
        ctxt: RequestContext,
        instance: Any,
        migration: Any,
        image: dict[str, Any],
        instance_type: Any,
        reservations: list[str] | None = None,
    ) -> None:
        """Tell the instance's host, the source, to send it (objects since Havana; flavors go as dicts)."""
        self._client.to(instance.host).cast(
            ctxt,
            "resize_instance",
            instance=instance,
            migration=migration,
            image=image,
            reservations=reservations,
            instance_type=flattened(instance_type),
        )

    def finish_resize(
        self,
        ctxt: RequestContext,
        instance: Any,
        migration: Any,
        image: dict[str, Any],
        disk_info: Any,
        host: str,
        reservations: list[str] | None = None,
    ) -> None:
        """Tell ``host``, the destination, that the disks are there (objects since Havana)."""
        self._client.to(host).cast(
            ctxt,
            "finish_resize",
            instance=instance,
            migration=migration,
            image=image,
            disk_info=disk_info,
            reservations=reservations,
        )

    def confirm_resize(
        self, ctxt: RequestContext, instance: Any, migration: Any, host: str, reservations: list[str] | None = None
    ) -> None:
        """Tell ``host``, the source, that the resize is for good (objects since Havana)."""
        self._client.to(host).cast(
            ctxt, "confirm_resize", instance=instance, migration=migration, reservations=reservations
        )

    def check_instance_shared_storage(self, ctxt: RequestContext, instance: Any, data: dict[str, Any]) -> bool:
        """Ask the instance's host whether it sees a test file: 3.29 with an object, 3.0 with a dict."""
        host = instance.host
        version, instance = self._choose("remaining_instance_attr", "3.29", instance)
        shared: bool = self._client.to(host, version).call(
            ctxt, "check_instance_shared_storage", instance=instance, data=data
        )
        return shared

    def start_instance(self, ctxt: RequestContext, instance: Any) -> None:
        """Tell the instance's host to start it (3.0, an object since Havana)."""
        self._client.to(instance.host).cast(ctxt, "start_instance", instance=instance)

    def reboot_instance(self, ctxt: RequestContext, instance: Any, block_device_info: Any, reboot_type: str) -> None:
        """Tell the instance's host to reboot it, ``SOFT`` or ``HARD`` (3.0, an object since Havana)."""
        self._client.to(instance.host).cast(
            ctxt, "reboot_instance", instance=instance, block_device_info=block_device_info, reboot_type=reboot_type
        )

    def unshelve_instance(
        self,
        ctxt: RequestContext,
        instance: Any,
        host: str,
        image: dict[str, Any] | None = None,
        filter_properties: dict[str, Any] | None = None,
        node: str | None = None,
    ) -> None:
        """Tell ``host`` to build a shelved guest anew (3.15, an object since there is the method)."""
        self._client.to(host, "3.15").cast(
            ctxt,
            "unshelve_instance",
            instance=instance,
            image=image,
            filter_properties=filter_properties,
            node=node,
        )

    def suspend_instance(self, ctxt: RequestContext, instance: Any) -> None:
        """Tell the instance's host to suspend it (3.0, an object since Havana)."""
        self._client.to(instance.host).cast(ctxt, "suspend_instance", instance=instance)

    def _prepare_storage_checks(self, server: str) -> Any:
        if self._client.can_send("3.32"):
            return self._client.to(server, "3.32")
        LOG.warning("%s may not tell shared storage apart: a host of the cloud is too old", server)
        return self._client.to(server, "3.0")

    def _choose(self, work_item: str, converted_in: str, instance: Any) -> tuple[str, Any]:
        if self._converted(work_item) and self._client.can_send(converted_in):
            return converted_in, instance
        return "3.0", flattened(instance)
