"""A driver for Nova 34 behind Juno's interface, so that the contract of drivers can ask it.

The driver is given Nova's own objects, and what it returns and raises is made what the contract knows. It has to raise
Nova's errors: one of fakevirt's is refused.
"""

from __future__ import annotations

import functools
import inspect
import json
from collections.abc import Callable, Mapping
from typing import Any
from unittest import mock

# Nova chooses which threads there are, before anything else is imported.
from fakevirt.fixtures import nova as fixtures  # noqa: F401  # isort: skip

import nova.conf
import nova.context
import nova.exception
from nova import objects
from nova.image import glance
from nova.network import model
from nova.objects import migrate_data as novas_migrate_data
from nova.virt import fake

from fakevirt import exceptions
from fakevirt.cloud.factories import DriverParts
from fakevirt.driver.hypervisor import Hypervisor
from fakevirt.driver.hypervisors import Hypervisors
from fakevirt.driver.interface import ComputeDriver
from fakevirt.driver.nova import InMemoryDriver
from fakevirt.driver.nova.base import novas
from fakevirt.objects.primitive import flattened
from fakevirt.suite.requirements import Requirements

CONF = nova.conf.CONF

#: Nova's methods that have another name in Juno.
_NAMES = {"check_can_live_migrate_destination_cleanup": "cleanup_live_migration_destination_check"}
#: Nova's parameters that have another name in Juno.
_PARAMETERS = {"instance": "instance_name", "instance_name": "instance"}
#: What is given for parameters that Juno has none for.
_ADDED = {"allocations": dict[str, Any](), "share_info": None, "block_device_info": None, "migration": None}
#: Errors that have another name in Juno.
_ERRORS = {"DevicePathInUse": "DeviceIsBusy", "ComputeResourcesUnavailable": "InsufficientFreeMemory"}
#: What an instance has of its flavor.
_OF_THE_FLAVOR = ("memory_mb", "vcpus", "root_gb", "ephemeral_gb")
#: What else of an instance drivers read.
_OF_THE_INSTANCE = (
    "id",
    "uuid",
    "project_id",
    "user_id",
    "host",
    "node",
    "display_name",
    "hostname",
    "image_ref",
    "kernel_id",
    "ramdisk_id",
    "os_type",
    "architecture",
    "vm_state",
    "task_state",
    "power_state",
    "launched_at",
)

_THERE_IS_NONE = "Nova 34 has no such method"
#: What is not asked of a driver for Nova, since Nova does not.
GONE: dict[str, str] = {
    name: _THERE_IS_NONE
    for name in (
        "change_instance_metadata",
        "deallocate_networks_on_reschedule",
        "dhcp_options_for_instance",
        "ensure_filtering_rules_for_instance",
        "estimate_instance_overhead",
        "filter_defer_apply_off",
        "filter_defer_apply_on",
        "get_all_bw_counters",
        "get_per_instance_usage",
        "get_rdp_console",
        "inject_file",
        "macs_for_instance",
        "post_interrupted_snapshot_cleanup",
        "refresh_instance_security_rules",
        "refresh_provider_fw_rules",
        "refresh_security_group_members",
        "refresh_security_group_rules",
        "reset_network",
        "set_bootable",
        "unfilter_instance",
    )
}
#: What is not asked of InMemoryDriver.
IN_MEMORY_DRIVER = Requirements(
    unsupported={
        **GONE,
        "rebuild": "a manager rebuilds in steps",
        "set_admin_password": "guests have no agent",
        "default_root_device_name": "Nova chooses names of devices",
        "default_device_names_for_instance": "Nova chooses names of devices",
    }
)


class JunoInterface(ComputeDriver):
    """Asks a driver for Nova what Juno's managers ask theirs.

    Args:
        parts: What the cloud has for the driver.
        driver: The driver, which drives the cloud's hypervisor.
    """

    def __init__(self, parts: DriverParts, driver: Any) -> None:
        super().__init__(driver.virtapi)
        self.driver = driver
        self._parts = parts
        self._call(driver.init_host, parts.hypervisor.hostname)

    @property
    def need_legacy_block_device_info(self) -> bool:
        """Not in the format before Havana: Nova has none."""
        return False

    def get_volume_connector(self, instance: Any) -> dict[str, Any]:
        """Have Nova configured as it is on this host."""
        CONF.set_override("my_block_storage_ip", self._parts.hypervisor.my_ip)
        try:
            connector: dict[str, Any] = self._ask("get_volume_connector", instance)
        finally:
            CONF.clear_override("my_block_storage_ip")
        return connector

    def get_available_resource(self, nodename: str) -> dict[str, Any]:
        """Write down what Nova has a field of its own for, as the column of a compute node has it."""
        resources: dict[str, Any] = self._ask("get_available_resource", nodename)
        if "supported_instances" in resources:
            resources["supported_instances"] = json.dumps(resources["supported_instances"])
        return {name: value for name, value in resources.items() if name != "uuid"}

    def get_info(self, instance: Any) -> dict[str, Any]:
        """Add what Nova does not ask: it is read from the hypervisor."""
        info, name = self._ask("get_info", instance), _instance(instance).name
        domain = self._parts.hypervisor.lookup(name)
        has = {"max_mem": domain.memory_mb * 1024, "mem": domain.memory_mb * 1024, "num_cpu": domain.vcpus}
        return {"state": info.state, "id": info.internal_id, "cpu_time": sum(domain.cpu_times), **has}

    def get_instance_disk_info(self, instance_name: Any, block_device_info: Any = None) -> str:
        """Find the instance of that name."""
        disks: str = self._ask("get_instance_disk_info", self._named(instance_name), block_device_info)
        return disks

    def block_stats(self, instance_name: Any, disk_id: str) -> list[int] | None:
        """Find the instance of that name."""
        counters: list[int] | None = self._ask("block_stats", self._named(instance_name), disk_id)
        return counters

    def live_migration(
        self,
        context: Any,
        instance: Any,
        dest: str,
        post_method: Callable[..., Any],
        recover_method: Callable[..., Any],
        block_migration: bool = False,
        migrate_data: dict[str, Any] | None = None,
    ) -> None:
        """Raise what Juno's drivers raise, where Nova's end with a call of ``recover_method`` and nothing more.

        Both callbacks get what the caller has given, if they are called with what the driver was given.
        """
        ended: list[tuple[Any, ...]] = []
        given = _context(context), _instance(instance), _migrate_data(migrate_data)
        known = {id(theirs): ours for theirs, ours in zip(given, (context, instance, migrate_data), strict=True)}

        def post(*args: Any) -> None:
            ended.append(("post", *(known.get(id(arg), arg) for arg in args)))

        def recover(*args: Any, migration_status: str = "error") -> None:
            # Whether disks are copied is in the data of a migration since Juno.
            context, instance, dest, data = (known.get(id(arg), arg) for arg in args)
            ended.append(("recover", context, instance, dest, block_migration, data))

        theirs, (novas_context, novas_instance, data) = self.driver.live_migration, given
        self._call(theirs, novas_context, novas_instance, dest, post, recover, block_migration, data)
        if len(ended) != 1:
            raise TypeError(
                f"live_migration has called {[end for end, *_ in ended]}, and is to call one callback, once"
            )
        ((end, *arguments),) = ended
        (post_method if end == "post" else recover_method)(*arguments)
        if end == "recover":
            raise exceptions.MigrationError(reason="it was recovered from")

    def _ask(self, method: str, *args: Any, **kwargs: Any) -> Any:
        """Call the method of Nova's driver with what a call of Juno's has."""
        name = _NAMES.get(method, method)
        theirs = getattr(self.driver, name, None)
        if theirs is None or not hasattr(fake.driver.ComputeDriver, name):
            raise NotImplementedError
        bound = inspect.signature(getattr(ComputeDriver, method)).bind(None, *args, **kwargs)
        positional, named = _arguments(getattr(fake.driver.ComputeDriver, name), bound.arguments)
        return _as_juno(self._call(theirs, *positional, **named))

    def _call(self, method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call a method of Nova's driver beside the images of the cloud, and make what it raises Juno's."""
        with mock.patch.object(glance, "API", return_value=_Images(self._parts.image_api)):
            try:
                return method(*args, **kwargs)
            except nova.exception.NovaException as error:
                raise _junos(error) from error
            except exceptions.NovaException as error:
                raise TypeError(f"{type(error).__name__} is fakevirt's, and none of Nova's errors") from error

    def _named(self, name: str) -> Any:
        """Return the instance of a name, as far as it is known: its uuid is its guest's."""
        domain = self._parts.hypervisor.domains.get(name)
        uuid = domain.uuid if domain is not None else None
        # The template of names is Nova's default.
        return {"id": int(name.rpartition("-")[2], 16), "uuid": uuid or "00000000-0000-4000-8000-000000000000"}


def in_memory(parts: DriverParts, made_of: type[InMemoryDriver] = InMemoryDriver) -> JunoInterface:
    """Return InMemoryDriver, or a class of it, on the hypervisor of a cloud's host."""
    return JunoInterface(parts, made_of(fake.FakeVirtAPI(), HypervisorsOfCloud(parts)))


class HypervisorsOfCloud(Hypervisors):
    """The hypervisors of a cloud, for a driver that takes its own from such ones.

    Args:
        parts: What the cloud has for the driver of a host.
    """

    def __init__(self, parts: DriverParts) -> None:
        super().__init__()
        self._parts = parts

    def of(self, host: str) -> Hypervisor:
        """Return the one of the host."""
        return self._parts.hypervisor

    def reach(self, dest: str) -> Hypervisor:
        """Return that of another host, by name or address."""
        return self._parts.peers(dest)


class _Images:
    """The images of a cloud, with Nova's errors."""

    def __init__(self, image_api: Any) -> None:
        self._image_api = image_api

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def ask(*args: Any, **kwargs: Any) -> Any:
            try:
                return getattr(self._image_api, name)(*args, **kwargs)
            except exceptions.NovaException as error:
                raise novas(error) from error

        return ask


def _arguments(method: Callable[..., Any], given: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """Return the arguments of a method of Nova's: by position what it needs, and by name what was given besides."""
    positional, named = [], {}
    values = {"context": None, **given}
    for name, parameter in list(inspect.signature(method).parameters.items())[1:]:
        known = name if name in values else _PARAMETERS.get(name, name)
        if parameter.kind is parameter.VAR_POSITIONAL:
            positional += values.get(name, ())
        elif parameter.default is parameter.empty:
            positional.append(_as_nova(name, values[known] if known in values else _ADDED[name]))
        elif known in values:
            named[name] = _as_nova(name, values[known])
    return positional, named


def _as_nova(parameter: str, value: Any) -> Any:
    """Return an argument as Nova has it."""
    make = _MAKERS.get(parameter)
    return value if make is None else make(value)


def _as_juno(value: Any) -> Any:
    """Return what a driver has returned as Juno has it: what is known of a migration is a dict."""
    if isinstance(value, novas_migrate_data.LiveMigrateData):
        return {name: getattr(value, name) for name in value.fields if value.obj_attr_is_set(name)}
    return value


def _junos(error: Any) -> Exception:
    """Return an error of Nova's as Juno has it: by the first of its classes that Juno knows."""
    if isinstance(error, nova.exception.InstanceFaultRollback):
        return exceptions.InstanceFaultRollback(inner_exception=_junos(error.inner_exception))
    names = (_ERRORS.get(known.__name__, known.__name__) for known in type(error).__mro__)
    found: Any = next(getattr(exceptions, name) for name in names if hasattr(exceptions, name))
    made: Exception = found(error.format_message(), **error.kwargs)
    return made


def _context(context: Any) -> Any:
    known = ("user_id", "project_id", "is_admin", "request_id")
    return (
        nova.context.get_admin_context()
        if context is None
        else nova.context.RequestContext(**{name: getattr(context, name) for name in known})
    )


def _instance(instance: Any) -> Any:
    known = instance if isinstance(instance, dict) else flattened(instance)
    made = objects.Instance(
        nova.context.get_admin_context(), **{name: known[name] for name in _OF_THE_INSTANCE if name in known}
    )
    of_the_flavor = {name: known[name] for name in _OF_THE_FLAVOR if name in known}
    made.flavor = _flavor(of_the_flavor)
    made.system_metadata, made.metadata, made.config_drive = {}, {}, ""
    for name, value in of_the_flavor.items():
        setattr(made, name, value)
    made.obj_reset_changes()
    return made


def _flavor(flavor: Any) -> Any:
    known = ("name", "flavorid", *_OF_THE_FLAVOR, "swap", "rxtx_factor")
    defaults = {"name": "any", "flavorid": "any", "swap": 0, "extra_specs": {}}
    return objects.Flavor(**{**defaults, **{name: flavor[name] for name in known if name in flavor}})


def _vif(vif: Any) -> Any:
    return model.VIF.hydrate(dict(vif))


def _network_info(network_info: Any) -> Any:
    return None if network_info is None else model.NetworkInfo(map(_vif, network_info))


def _image_meta(image_meta: Any) -> Any:
    return objects.ImageMeta.from_dict(image_meta or {})


def _instances(instances: Any) -> Any:
    return [_instance(instance) for instance in instances]


def _counted(asked: Any) -> Any:
    return [{**one, "instance": _instance(one["instance"])} for one in asked]


def _migrate_data(data: dict[str, Any] | None) -> Any:
    """Return what is known of a live migration; what ``pre_live_migration`` has found is in it, as in Nova."""
    if data is None:
        return None
    known = {**data, **(data.get("pre_live_migration_result") or {})}
    fields = novas_migrate_data.LibvirtLiveMigrateData.fields
    return novas_migrate_data.LibvirtLiveMigrateData(**{k: value for k, value in known.items() if k in fields})


_MAKERS: dict[str, Callable[[Any], Any]] = {
    "context": _context,
    "instance": _instance,
    "instances": _instances,
    "all_instances": _instances,
    "compute_host_bdms": _counted,
    "flavor": _flavor,
    "network_info": _network_info,
    "nw_info": _network_info,
    "vif": _vif,
    "image_meta": _image_meta,
    "migration": lambda _: objects.Migration(),
    "migrate_data": _migrate_data,
    "dest_check_data": _migrate_data,
}


def _method(name: str) -> Callable[..., Any]:
    @functools.wraps(getattr(ComputeDriver, name))
    def ask(self: JunoInterface, /, *args: Any, **kwargs: Any) -> Any:
        return self._ask(name, *args, **kwargs)

    return ask


for _name, _ in inspect.getmembers(ComputeDriver, inspect.isfunction):
    if not _name.startswith("_") and _name not in vars(JunoInterface):
        setattr(JunoInterface, _name, _method(_name))
