"""What can go wrong at each operation of each boundary: data, which downstream projects may add to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import oslo_messaging as messaging

from fakevirt import exceptions
from fakevirt.db.exceptions import DBConnectionError, DBDeadlock
from fakevirt.instrument.faults import Kind
from fakevirt.instrument.trace import Effect

#: Makes an exception: a class, or a function of the exception's name.
Makes = Callable[..., BaseException]
#: What happens to a call, and with what (see :class:`fakevirt.instrument.faults.Fault`).
What = tuple[Kind, Any]


@dataclass(frozen=True, slots=True)
class Raises:
    """What an operation can raise.

    Args:
        refuses: In place of taking effect, and never after it.
        breaks: Before it takes effect or after it did: nobody knows which.
        reads: Whether it changes nothing, so that to raise after it is to raise before it.
    """

    refuses: tuple[Makes, ...] = ()
    breaks: tuple[Makes, ...] = ()
    reads: bool = False

    def kinds(self) -> tuple[What, ...]:
        """Return everything that can happen."""
        before = [(Kind.FAIL, error) for error in (*self.refuses, *self.breaks)]
        return *before, *([] if self.reads else [(Kind.AFTER, error) for error in self.breaks])


def InstanceFaultRollback() -> exceptions.InstanceFaultRollback:
    """Make what a driver raises that has put the guest back."""
    return exceptions.InstanceFaultRollback(inner_exception=exceptions.ResizeError(reason="planted"))


_Hypervisor = exceptions.HypervisorUnavailable
_Gone = exceptions.InstanceNotFound
_No = NotImplementedError

_READS = Raises(breaks=(_Hypervisor,), reads=True)
_CHANGES = Raises(breaks=(_Hypervisor,))

#: What a driver's methods raise; NotImplementedError where a driver need not have the method and managers know that.
_DRIVER = {
    "block_stats": Raises((_Gone, _No), (_Hypervisor,), reads=True),
    "check_can_live_migrate_destination": Raises(
        (exceptions.InvalidCPUInfo, exceptions.MigrationPreCheckError), (_Hypervisor,)
    ),
    "check_can_live_migrate_destination_cleanup": _CHANGES,
    "check_can_live_migrate_source": Raises(
        (exceptions.InvalidSharedStorage, exceptions.MigrationPreCheckError), (_Hypervisor,), reads=True
    ),
    "check_instance_shared_storage_cleanup": _CHANGES,
    "check_instance_shared_storage_local": Raises((_No,), (_Hypervisor,)),
    "check_instance_shared_storage_remote": _READS,
    "cleanup": Raises((exceptions.DiskNotFound,), (_Hypervisor,)),
    "confirm_migration": _CHANGES,
    "deallocate_networks_on_reschedule": _READS,
    "default_device_names_for_instance": Raises((_No,), reads=True),
    "default_root_device_name": Raises((_No,), reads=True),
    "destroy": Raises((_Gone, exceptions.InstancePowerOffFailure), (_Hypervisor,)),
    "detach_volume": Raises((exceptions.DiskNotFound, _No), (_Hypervisor,)),
    "dhcp_options_for_instance": _READS,
    "ensure_filtering_rules_for_instance": _CHANGES,
    "estimate_instance_overhead": _READS,
    "filter_defer_apply_off": _CHANGES,
    "filter_defer_apply_on": _CHANGES,
    "finish_migration": Raises((exceptions.DiskNotFound,), (_Hypervisor,)),
    "finish_revert_migration": Raises((exceptions.DiskNotFound,), (_Hypervisor,)),
    "get_all_volume_usage": Raises((_No,), (_Hypervisor,), reads=True),
    "get_available_nodes": _READS,
    "get_available_resource": _READS,
    "get_console_output": Raises((_Gone, _No), (_Hypervisor,), reads=True),
    "get_diagnostics": Raises((_Gone,), (_Hypervisor,), reads=True),
    "get_host_ip_addr": _READS,
    "get_info": Raises((_Gone,), (_Hypervisor,), reads=True),
    "get_instance_diagnostics": Raises((_Gone,), (_Hypervisor,), reads=True),
    "get_instance_disk_info": Raises((_Gone,), (_Hypervisor,), reads=True),
    "get_num_instances": _READS,
    "get_rdp_console": Raises((_Gone,), (_Hypervisor,), reads=True),
    "get_serial_console": Raises((_Gone,), (_Hypervisor,), reads=True),
    "get_spice_console": Raises((_Gone,), (_Hypervisor,), reads=True),
    "get_vnc_console": Raises((_Gone,), (_Hypervisor,), reads=True),
    "get_volume_connector": _READS,
    "init_host": _CHANGES,
    "instance_exists": _READS,
    "list_instance_uuids": Raises((_No,), (_Hypervisor,), reads=True),
    "list_instances": _READS,
    "live_migration": Raises((exceptions.MigrationError, _Gone), (_Hypervisor,)),
    "macs_for_instance": _READS,
    "migrate_disk_and_power_off": Raises((InstanceFaultRollback, exceptions.ResizeError), (_Hypervisor,)),
    "node_is_available": _READS,
    "plug_vifs": Raises((_No,), (exceptions.VirtualInterfaceCreateException,)),
    "poll_rebooting_instances": _CHANGES,
    "post_interrupted_snapshot_cleanup": _CHANGES,
    "post_live_migration": _CHANGES,
    "post_live_migration_at_destination": Raises((_Gone,), (_Hypervisor,)),
    "post_live_migration_at_source": Raises((_No,), (_Hypervisor,)),
    "power_off": Raises((_Gone, exceptions.InstancePowerOffFailure), (_Hypervisor,)),
    "power_on": Raises((_Gone,), (_Hypervisor,)),
    "pre_live_migration": Raises((exceptions.MigrationPreCheckError,), (_Hypervisor,)),
    "reboot": Raises((_Gone,), (_Hypervisor,)),
    "refresh_instance_security_rules": Raises((_No,), (_Hypervisor,)),
    "rescue": Raises((exceptions.ImageNotFound,), (_Hypervisor,)),
    "resume_state_on_host_boot": Raises((_No,), (_Hypervisor,)),
    "rollback_live_migration_at_destination": _CHANGES,
    "set_bootable": Raises((_Gone, _No), (_Hypervisor,)),
    "spawn": Raises((exceptions.ImageNotFound,), (_Hypervisor, exceptions.VirtualInterfaceCreateException)),
    "suspend": Raises((_Gone, _No), (_Hypervisor,)),
    "unfilter_instance": _CHANGES,
    "unrescue": Raises((_Gone,), (_Hypervisor,)),
}

#: nova-network is reached by messages.
_Network = messaging.MessagingTimeout
_NETWORK = {
    "allocate_for_instance": Raises((exceptions.NoMoreNetworks, exceptions.FixedIpLimitExceeded), (_Network,)),
    "deallocate_for_instance": Raises((exceptions.NetworkNotFound,), (_Network,)),
    "get_instance_nw_info": Raises((_Gone,), (_Network,), reads=True),
    "migrate_instance_finish": Raises(breaks=(_Network,)),
    "migrate_instance_start": Raises(breaks=(_Network,)),
    "setup_networks_on_host": Raises(breaks=(_Network,)),
}

#: Cinder is reached by HTTP.
_Cinder = ConnectionError
_NoVolume = exceptions.VolumeNotFound
_VOLUME = {
    "attach": Raises((_NoVolume, exceptions.InvalidVolume), (_Cinder,)),
    "begin_detaching": Raises((_NoVolume, exceptions.InvalidVolume), (_Cinder,)),
    "check_attach": Raises((exceptions.InvalidVolume,), reads=True),
    "check_detach": Raises((exceptions.InvalidVolume,), reads=True),
    "create": Raises((exceptions.OverQuota,), (_Cinder,)),
    "delete": Raises((_NoVolume, exceptions.InvalidVolume), (_Cinder,)),
    "detach": Raises((_NoVolume,), (_Cinder,)),
    "get": Raises((_NoVolume,), (_Cinder,), reads=True),
    "get_snapshot": Raises((exceptions.SnapshotNotFound,), (_Cinder,), reads=True),
    "get_volume_encryption_metadata": Raises((_NoVolume,), (_Cinder,), reads=True),
    "initialize_connection": Raises((_NoVolume,), (_Cinder,)),
    "roll_detaching": Raises((_NoVolume,), (_Cinder,)),
    "terminate_connection": Raises((_NoVolume, exceptions.DiskNotFound), (_Cinder,)),
}

#: Glance is reached by HTTP.
_IMAGE = {
    "delete": Raises((exceptions.ImageNotFound, exceptions.ImageNotAuthorized), (ConnectionError,)),
    "get": Raises((exceptions.ImageNotFound, exceptions.ImageNotAuthorized), (ConnectionError,), reads=True),
}

#: What operations raise, by channel; a project with operations of its own adds them here.
RAISES: dict[str, dict[str, Raises]] = {
    "driver": _DRIVER,
    "network": _NETWORK,
    "volume": _VOLUME,
    "image": _IMAGE,
    "scheduler": {
        "select_destinations": Raises((exceptions.NoValidHost,), (messaging.MessagingTimeout,), reads=True),
    },
    "consoleauth": {
        "delete_tokens_for_instance": Raises(breaks=(messaging.MessagingTimeout,)),
        "authorize_console": Raises(breaks=(messaging.MessagingTimeout,)),
    },
}

#: What an operation raises that is not declared above, by channel: everything of a database is alike.
DEFAULTS: dict[str, Raises] = {
    "driver": _CHANGES,
    "network": Raises(breaks=(_Network,)),
    "volume": Raises(breaks=(_Cinder,)),
    "image": Raises(breaks=(ConnectionError,)),
    "scheduler": Raises(breaks=(messaging.MessagingTimeout,)),
    "consoleauth": Raises(breaks=(messaging.MessagingTimeout,)),
    "db": Raises((DBDeadlock,), (DBConnectionError,)),
    # A message that cannot be sent is logged by oslo.messaging; what is raised is that the payload cannot be written.
    "notifier": Raises((ValueError,), reads=True),
}

#: What happens to messages: the broker cannot be reached, or the message or its reply is lost.
_CAST: tuple[What, ...] = ((Kind.FAIL, messaging.MessageDeliveryFailure), (Kind.DROP, None))
_CALL: tuple[What, ...] = (*_CAST, (Kind.DROP_REPLY, None))


def kinds_of(effect: Effect) -> tuple[What, ...]:
    """Return what can happen to a call that an effect is of; nothing, where nothing can go wrong."""
    if effect.channel in ("rpc", "conductor"):
        return _CAST if effect.details.get("kind") == "cast" else _CALL
    raises = RAISES.get(effect.channel, {}).get(effect.operation) or DEFAULTS.get(effect.channel)
    return raises.kinds() if raises is not None else ()


def is_declared(effect: Effect) -> bool:
    """Tell whether somebody has thought of what an operation raises."""
    return effect.channel in ("rpc", "conductor", "db", "notifier") or effect.operation in RAISES.get(
        effect.channel, {}
    )
