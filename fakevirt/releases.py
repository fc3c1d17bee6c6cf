"""Releases: what the services of one release speak, as data.

A rolling upgrade mixes them, the conductor first. A service takes and sends the compute RPC versions and the object
versions of its release, its clients have the halves that the release had converted, and its raw dicts have that
release's format.

A project's own release is registered like these and is then known by its name wherever a release is asked for::

    releases.register(dataclasses.replace(releases.JUNO, name="mine", service_version=4, rpc_version="3.36"))
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from fakevirt.usage_error import UsageError


class LegacyFormat(enum.Enum):
    """Where unversioned dicts keep what has moved between releases.

    Attributes:
        JOINED: The flavors of an instance are texts among its system metadata, and a service has the list of its
            compute nodes (up to Juno).
        SEPARATE: The flavors of an instance are JSON text in its ``extra``, and compute nodes are found by their host
            (Kilo).
    """

    JOINED = "joined"
    SEPARATE = "separate"


@dataclass(frozen=True, slots=True)
class Release:
    """What the services of one release speak; two of one name are the same, in whichever process they are.

    Args:
        name: The release's name, such as ``juno``.
        service_version: Its place among the releases; services report it, and ``auto`` pins to the oldest's.
        rpc_version: The newest compute RPC version that a pin to this release allows, such as ``3.35``.
        objects: The version of each object class that it has (its manifest).
        converted: The work items whose RPC client half sends objects.
        legacy_format: The format of its unversioned dicts.
        rpc_next_major: The version of the next major that its hosts take too, and send once nothing is pinned.
    """

    name: str
    service_version: int = field(compare=False)
    rpc_version: str = field(compare=False)
    objects: Mapping[str, str] = field(compare=False)
    converted: frozenset[str] = field(compare=False)
    legacy_format: LegacyFormat = field(default=LegacyFormat.JOINED, compare=False)
    rpc_next_major: str | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return self.name


_HAVANA_ITEMS = frozenset({"check_can_live_migrate_destination", "check_can_live_migrate_source"})
_JUNO_ITEMS = _HAVANA_ITEMS | {
    "live_migration",
    "_rollback_live_migration",
    "_rollback_live_migration_at_destination",
    "run_instance",
    "detach_volume",
    "delete_orphan_compute_nodes",
    "compute_utils",
    "remaining_instance_attr",
}

# VolumeUsage came with Liberty. It is in every manifest, because the object path of detach_volume ends with it.
_ICEHOUSE_OBJECTS = {
    "BlockDeviceMapping": "1.1",
    "BlockDeviceMappingList": "1.2",
    "ComputeNode": "1.3",
    "ComputeNodeList": "1.1",
    "Flavor": "1.0",
    "Instance": "1.13",
    "InstanceAction": "1.1",
    "InstanceActionEvent": "1.0",
    "InstanceFault": "1.1",
    "InstanceFaultList": "1.0",
    "InstanceGroup": "1.6",
    "InstanceInfoCache": "1.5",
    "InstanceList": "1.6",
    "Migration": "1.1",
    "MigrationList": "1.1",
    "PciDevice": "1.1",
    "PciDeviceList": "1.0",
    "Quotas": "1.0",
    "SecurityGroup": "1.1",
    "SecurityGroupList": "1.0",
    "Service": "1.2",
    "ServiceList": "1.0",
    "VolumeUsage": "1.0",
}
_JUNO_OBJECTS = _ICEHOUSE_OBJECTS | {
    "BlockDeviceMapping": "1.3",
    "BlockDeviceMappingList": "1.4",
    "ComputeNode": "1.5",
    "ComputeNodeList": "1.5",
    "Flavor": "1.1",
    "Instance": "1.15",
    "InstanceActionEvent": "1.1",
    "InstanceFault": "1.2",
    "InstanceFaultList": "1.1",
    "InstanceGroup": "1.8",
    "InstanceList": "1.9",
    "InstanceNUMACell": "1.0",
    "InstanceNUMATopology": "1.0",
    "InstancePCIRequest": "1.1",
    "InstancePCIRequests": "1.1",
    "NetworkRequest": "1.0",
    "NetworkRequestList": "1.1",
    "PciDevice": "1.2",
    "PciDeviceList": "1.1",
    "Quotas": "1.1",
    "Service": "1.4",
    "ServiceList": "1.2",
}
_KILO_OBJECTS = _JUNO_OBJECTS | {
    "BlockDeviceMapping": "1.8",
    "BlockDeviceMappingList": "1.9",
    "ComputeNode": "1.11",
    "ComputeNodeList": "1.11",
    "HVSpec": "1.0",
    "Instance": "1.19",
    "InstanceGroup": "1.9",
    "InstanceList": "1.16",
    "InstanceNUMACell": "1.2",
    "InstanceNUMATopology": "1.1",
    "NetworkRequest": "1.1",
    "PciDevice": "1.3",
    "PciDevicePool": "1.1",
    "PciDevicePoolList": "1.1",
    "Quotas": "1.2",
    "Service": "1.12",
    "ServiceList": "1.10",
    "Tag": "1.0",
    "TagList": "1.0",
    "VirtCPUFeature": "1.0",
    "VirtCPUModel": "1.0",
    "VirtCPUTopology": "1.0",
}

ICEHOUSE = Release("icehouse", 1, "3.23", _ICEHOUSE_OBJECTS, _HAVANA_ITEMS)
JUNO = Release("juno", 2, "3.35", _JUNO_OBJECTS, _JUNO_ITEMS)
KILO = Release(
    "kilo",
    3,
    "3.40",
    _KILO_OBJECTS,
    _JUNO_ITEMS | {"_post_live_migration"},
    legacy_format=LegacyFormat.SEPARATE,
    rpc_next_major="4.0",
)

#: What a cloud is of that names no releases: Juno, with the client halves that the blueprint leads to.
CURRENT = replace(JUNO, name="current", converted=KILO.converted | {"refresh_instance_security_rules"})

_REGISTERED = {release.name: release for release in (ICEHOUSE, JUNO, KILO, CURRENT)}


def register(release: Release) -> Release:
    """Make a release known by its name and return it; it may be known already.

    Raises:
        UsageError: Another release has that name.
    """
    if _REGISTERED.setdefault(release.name, release) is not release:
        raise UsageError(
            expected="a release of a new name",
            happened=f"{release.name!r} is registered already",
            where="fakevirt.releases.register(…)",
            how_to_go_on=f"take another name than {', '.join(_REGISTERED)}",
        )
    return release


def unregister(release: Release) -> None:
    """Forget a release of a project's own."""
    _REGISTERED.pop(release.name, None)


def get(release: Release | str) -> Release:
    """Return the release of a name, or the release itself.

    Raises:
        UsageError: None has that name.
    """
    if isinstance(release, Release):
        return release
    if release not in _REGISTERED:
        raise UsageError(
            expected="a release",
            happened=f"{release!r} is none",
            where="fakevirt.releases",
            how_to_go_on=f"take one of {', '.join(_REGISTERED)}, or register your own",
        )
    return _REGISTERED[release]


def registered() -> tuple[Release, ...]:
    """Return the releases that a rolling upgrade goes through, the oldest first."""
    mixed = (release for release in _REGISTERED.values() if release != CURRENT)
    return tuple(sorted(mixed, key=lambda release: release.service_version))


def of_version(service_version: int) -> Release:
    """Return the release whose services report a version.

    Raises:
        UsageError: None of them does.
    """
    for release in _REGISTERED.values():
        if release.service_version == service_version:
            return release
    raise UsageError(
        expected="services of releases that are registered",
        happened=f"one reports version {service_version}",
        where="the oldest compute service",
        how_to_go_on="register its release with fakevirt.releases.register, or give the cloud a version_cap",
    )
