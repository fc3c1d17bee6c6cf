"""What every part of the driver has: the hypervisor, Nova's errors, and Nova's objects as Juno's."""

from __future__ import annotations

import contextlib
import functools
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Concatenate, ParamSpec, TypeVar

import nova.exception
import nova.rpc
from nova.image import glance
from nova.virt import block_device, driver

from fakevirt import exceptions
from fakevirt.driver.fake import FakeVirtDriver
from fakevirt.driver.fake.base import volumes_of
from fakevirt.driver.hypervisors import Hypervisors
from fakevirt.driver.interface import BlockDeviceInfo
from fakevirt.driver.migration_job import MigrationJob, MigrationSettings, MigrationTime
from fakevirt.driver.nova import turns

#: An instance, an image's metadata and what a live migration knows, as Nova's objects.
Instance = Any
ImageMeta = Any
MigrateData = Any

_P = ParamSpec("_P")
_R = TypeVar("_R")
_Driver = TypeVar("_Driver", bound="NovaDriver")

#: What Nova calls the errors that have gone since Juno.
_RENAMED = {"DeviceIsBusy": "DevicePathInUse", "InsufficientFreeMemory": "ComputeResourcesUnavailable"}
#: What an instance takes from its flavor: the fields of its own are there for old records only.
_OF_THE_FLAVOR = frozenset({"memory_mb", "vcpus", "root_gb", "ephemeral_gb"})
#: What Juno's ``migrate_data`` has as well.
_MIGRATE_DATA = (
    "filename",
    "image_type",
    "block_migration",
    "disk_over_commit",
    "disk_available_mb",
    "is_volume_backed",
    "is_shared_instance_path",
    "is_shared_block_storage",
    "instance_relative_path",
)

#: What Nova's resource tracker asks: one update waits for the other in a pool of threads, and has to come to its end.
_OF_THE_TRACKER = frozenset({"get_available_resource", "update_provider_tree"})
#: In which threads a driver is at work.
_inside = threading.local()
#: The hypervisors of each message bus: compute services that share one are a site.
_sites: weakref.WeakKeyDictionary[Any, Hypervisors] = weakref.WeakKeyDictionary()


class NovaDriver(driver.ComputeDriver):  # type: ignore[misc]
    """A driver for Nova on an in-memory hypervisor.

    Args:
        virtapi: What Nova gives to each driver.
        hypervisors: Where it finds the one of its host, and those that guests move to. Unless given, they are shared by
            the compute services on one message bus.
    """

    def __init__(self, virtapi: Any, hypervisors: Hypervisors | None = None) -> None:
        super().__init__(virtapi)
        self.hypervisors = hypervisors or _site_of(nova.rpc.TRANSPORT)

    def init_host(self, host: str) -> None:
        """Take the hypervisor of that host."""
        self.hypervisor = self.hypervisors.of(host)
        self.hypervisors.clock.within["locks"] = turns.locks_in_turns
        if hasattr(self.virtapi, "_compute"):
            self.hypervisors.clock.within |= {"messages": turns.casts_are_calls, "threads": turns.nothing_begins}
        self._driver = FakeVirtDriver(
            self.hypervisor,
            peers=self.hypervisors.reach,
            image_api=glance.API(),
            settings=self._settings,
            time=MigrationTime(now=lambda: self.hypervisors.clock.now, wait=self._wait),
        )

    def _settings(self) -> MigrationSettings:
        """Return how guests are copied to other hosts."""
        raise NotImplementedError

    def _wait(self, job: MigrationJob) -> None:
        """Wait until a live migration is due."""
        raise NotImplementedError


class Sized:
    """An instance with the sizes of its flavor, and without an image if its root disk is a volume."""

    def __init__(self, instance: Instance, block_device_info: BlockDeviceInfo | None = None) -> None:
        self._instance = instance
        root = (block_device_info or {}).get("root_device_name")
        if root in [volume["mount_device"] for volume in volumes_of(block_device_info)]:
            self.image_ref = ""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._instance.flavor if name in _OF_THE_FLAVOR else self._instance, name)


def at_work(method: Callable[Concatenate[_Driver, _P], _R]) -> Callable[Concatenate[_Driver, _P], _R]:
    """Let no other driver of the site be at work while ``method`` is, and make the errors that it raises Nova's."""

    @functools.wraps(method)
    def call(self: _Driver, /, *args: _P.args, **kwargs: _P.kwargs) -> _R:
        with self.hypervisors.lock, _outermost() as is_outermost:
            if is_outermost and method.__name__ not in _OF_THE_TRACKER:
                self.hypervisors.clock.take_turn()
            try:
                return method(self, *args, **kwargs)
            except exceptions.NovaException as error:
                raise novas(error) from error

    return call


@contextlib.contextmanager
def _outermost() -> Iterator[bool]:
    """Tell whether no method of a driver has called this one."""
    is_outermost = not getattr(_inside, "driver", False)
    _inside.driver = True
    try:
        yield is_outermost
    finally:
        _inside.driver = not is_outermost


def novas(error: exceptions.NovaException) -> Exception:
    """Return the error as Nova has it."""
    name = type(error).__name__
    # The one whose argument is not a text.
    if isinstance(error, exceptions.InstanceFaultRollback):
        rollback: Exception = nova.exception.InstanceFaultRollback(novas(error.inner_exception))
        return rollback
    same: Exception = getattr(nova.exception, _RENAMED.get(name, name))(error.format_message(), **error.kwargs)
    return same


def connection(connection_info: Mapping[str, Any], instance: Instance, mountpoint: str) -> dict[str, Any]:
    """Return how a volume is reached, with its id; one that does not tell its id goes by where it is attached."""
    volume_id = block_device.get_volume_id(connection_info) or f"{instance.uuid}:{mountpoint}"
    return {**connection_info, "serial": volume_id}


def connected(instance: Instance, block_device_info: BlockDeviceInfo | None) -> BlockDeviceInfo:
    """Return the block devices of an instance with the :func:`connection` of each volume."""
    mapping = [
        {
            "connection_info": connection(volume["connection_info"], instance, volume["mount_device"]),
            "mount_device": volume["mount_device"],
        }
        for volume in volumes_of(block_device_info)
    ]
    return {**(block_device_info or {}), "block_device_mapping": mapping}


def as_dict(migrate_data: MigrateData | None) -> dict[str, Any]:
    """Return what is set of the fields that Juno's ``migrate_data`` has."""
    return {name: getattr(migrate_data, name) for name in _MIGRATE_DATA if name in (migrate_data or ())}


def _site_of(transport: Any) -> Hypervisors:
    return Hypervisors() if transport is None else _sites.setdefault(transport, Hypervisors())
