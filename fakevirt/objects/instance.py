"""Instances: the guests of the cloud."""

# ruff: noqa: RUF012 - fields and versions are declared as oslo.versionedobjects has it

from __future__ import annotations

import functools
import json
from collections.abc import Collection, Iterable
from typing import Any, ClassVar, Self

from fakevirt import flavors, notifications, services
from fakevirt.context import RequestContext
from fakevirt.db import api as db
from fakevirt.exceptions import ObjectActionError
from fakevirt.metadata import metadata_to_dict
from fakevirt.objects import base, fields, instance_flavors
from fakevirt.objects.flavor import Flavor
from fakevirt.objects.instance_fault import InstanceFault, InstanceFaultList
from fakevirt.objects.instance_flavors import FLAVOR_FIELDS
from fakevirt.objects.instance_info_cache import InstanceInfoCache
from fakevirt.objects.instance_numa_topology import InstanceNUMATopology
from fakevirt.objects.instance_pci_requests import InstancePCIRequests
from fakevirt.objects.pci_device import PciDeviceList
from fakevirt.objects.primitive import object_json
from fakevirt.objects.security_group import SecurityGroupList
from fakevirt.objects.tag import TagList
from fakevirt.objects.virt_cpu import VirtCPUModel
from fakevirt.settings import Settings

#: Joined by most queries.
INSTANCE_DEFAULT_FIELDS = ("metadata", "system_metadata", "info_cache", "security_groups")
#: Kept in instance_extra, where the flavors are since Kilo.
_EXTRA_FIELDS = ("numa_topology", "pci_requests", "vcpu_model", *FLAVOR_FIELDS)
#: Everything that ``expected_attrs`` may name and that is loaded when it is read.
INSTANCE_OPTIONAL_ATTRS = (*INSTANCE_DEFAULT_FIELDS, "pci_devices", "fault", "tags", *_EXTRA_FIELDS)

_METADATA = ("metadata", "system_metadata")
#: Outside any service there is no configuration.
_DEFAULT_SETTINGS = Settings()


@base.NovaVersionedObjectRegistry.register
class Instance(base.NovaPersistentObject, base.NovaObject):
    """One guest."""

    # 1.0: Kilo's fields but for those below
    # 1.1: info_cache
    # 1.2: security_groups
    # 1.3: expected_vm_state and admin_state_reset of save()
    # 1.4: locked_by
    # 1.5: cleaned
    # 1.6: pci_devices
    # 1.7: texts may be other than ASCII
    # 1.8: security_groups and pci_devices cannot be None
    # 1.9: uuid cannot be None
    # 1.10: use_slave of refresh() and get_by_uuid(); InstanceInfoCache 1.5
    # 1.11: destroy() reads the row again
    # 1.12: ephemeral_key_uuid
    # 1.13: delete_metadata_key()
    # 1.14: numa_topology
    # 1.15: PciDeviceList 1.1
    # 1.16: pci_requests
    # 1.17: tags
    # 1.18: flavor, old_flavor and new_flavor, which were in system_metadata
    # 1.19: vcpu_model
    VERSION: str = "1.19"

    fields: base.Fields = {
        "id": fields.IntegerField(),
        "user_id": fields.StringField(nullable=True),
        "project_id": fields.StringField(nullable=True),
        "image_ref": fields.StringField(nullable=True),
        "kernel_id": fields.StringField(nullable=True),
        "ramdisk_id": fields.StringField(nullable=True),
        "hostname": fields.StringField(nullable=True),
        "launch_index": fields.IntegerField(nullable=True),
        "key_name": fields.StringField(nullable=True),
        "key_data": fields.StringField(nullable=True),
        "power_state": fields.IntegerField(nullable=True),
        "vm_state": fields.StringField(nullable=True),
        "task_state": fields.StringField(nullable=True),
        "memory_mb": fields.IntegerField(nullable=True),
        "vcpus": fields.IntegerField(nullable=True),
        "root_gb": fields.IntegerField(nullable=True),
        "ephemeral_gb": fields.IntegerField(nullable=True),
        "ephemeral_key_uuid": fields.UUIDField(nullable=True),
        "host": fields.StringField(nullable=True),
        "node": fields.StringField(nullable=True),
        "instance_type_id": fields.IntegerField(nullable=True),
        "user_data": fields.StringField(nullable=True),
        "reservation_id": fields.StringField(nullable=True),
        "scheduled_at": fields.DateTimeField(nullable=True),
        "launched_at": fields.DateTimeField(nullable=True),
        "terminated_at": fields.DateTimeField(nullable=True),
        "availability_zone": fields.StringField(nullable=True),
        "display_name": fields.StringField(nullable=True),
        "display_description": fields.StringField(nullable=True),
        "launched_on": fields.StringField(nullable=True),
        "locked": fields.BooleanField(default=False),
        "locked_by": fields.StringField(nullable=True),
        "os_type": fields.StringField(nullable=True),
        "architecture": fields.StringField(nullable=True),
        "vm_mode": fields.StringField(nullable=True),
        "uuid": fields.UUIDField(),
        "root_device_name": fields.StringField(nullable=True),
        "default_ephemeral_device": fields.StringField(nullable=True),
        "default_swap_device": fields.StringField(nullable=True),
        "config_drive": fields.StringField(nullable=True),
        "access_ip_v4": fields.IPV4AddressField(nullable=True),
        "access_ip_v6": fields.IPV6AddressField(nullable=True),
        "auto_disk_config": fields.BooleanField(default=False),
        "progress": fields.IntegerField(nullable=True),
        "shutdown_terminate": fields.BooleanField(default=False),
        "disable_terminate": fields.BooleanField(default=False),
        "cell_name": fields.StringField(nullable=True),
        "metadata": fields.DictOfStringsField(),
        "system_metadata": fields.DictOfNullableStringsField(),
        "info_cache": fields.ObjectField("InstanceInfoCache", nullable=True),
        "security_groups": fields.ObjectField("SecurityGroupList"),
        "fault": fields.ObjectField("InstanceFault", nullable=True),
        "cleaned": fields.BooleanField(default=False),
        "pci_devices": fields.ObjectField("PciDeviceList", nullable=True),
        "numa_topology": fields.ObjectField("InstanceNUMATopology", nullable=True),
        "pci_requests": fields.ObjectField("InstancePCIRequests", nullable=True),
        "tags": fields.ObjectField("TagList"),
        "flavor": fields.ObjectField("Flavor"),
        "old_flavor": fields.ObjectField("Flavor", nullable=True),
        "new_flavor": fields.ObjectField("Flavor", nullable=True),
        "vcpu_model": fields.ObjectField("VirtCPUModel", nullable=True),
    }
    obj_extra_fields: list[str] = ["name"]
    obj_added: ClassVar[base.Versions] = {"locked_by": "1.4", "cleaned": "1.5", "ephemeral_key_uuid": "1.12"}
    obj_unicode_since: ClassVar[str | None] = "1.7"
    # Kilo's history knows of one version of a NUMA topology, and sends its own to peers of Juno.
    obj_relationships: base.Relationships = {
        "info_cache": [("1.1", "1.0"), ("1.9", "1.4"), ("1.10", "1.5")],
        "security_groups": [("1.2", "1.0")],
        "fault": [("1.0", "1.0"), ("1.7", "1.1"), ("1.14", "1.2")],
        "pci_devices": [("1.6", "1.0"), ("1.15", "1.1")],
        "numa_topology": [("1.14", "1.0"), ("1.16", "1.1")],
        "pci_requests": [("1.16", "1.1")],
        "tags": [("1.17", "1.0")],
        "flavor": [("1.18", "1.1")],
        "old_flavor": [("1.18", "1.1")],
        "new_flavor": [("1.18", "1.1")],
        "vcpu_model": [("1.19", "1.0")],
    }
    obj_moved: ClassVar[base.Versions] = dict.fromkeys(FLAVOR_FIELDS, "system_metadata")
    obj_lazy: ClassVar[frozenset[str]] = frozenset(INSTANCE_OPTIONAL_ATTRS)
    obj_not_columns: ClassVar[frozenset[str]] = frozenset({*INSTANCE_OPTIONAL_ATTRS, "deleted", "cleaned"})

    info_cache: InstanceInfoCache | None
    security_groups: SecurityGroupList
    fault: InstanceFault | None
    pci_devices: PciDeviceList | None
    numa_topology: InstanceNUMATopology | None
    system_metadata: dict[str, str | None]
    pci_requests: InstancePCIRequests | None
    tags: TagList
    flavor: Flavor
    old_flavor: Flavor | None
    new_flavor: Flavor | None
    vcpu_model: VirtCPUModel | None

    _orig_metadata: dict[str, str]
    _orig_system_metadata: dict[str, str | None]

    def __init__(self, context: RequestContext | None = None, **kwargs: Any) -> None:
        super().__init__(context, **kwargs)
        self._reset_metadata_tracking(_METADATA)

    @classmethod
    def _obj_from_primitive(cls, context: Any, objver: str, primitive: dict[str, Any]) -> Self:
        self = super()._obj_from_primitive(context, objver, primitive)
        self._reset_metadata_tracking(_METADATA)
        return self

    @staticmethod
    def _from_db_object(  # type: ignore[override]
        context: RequestContext, instance: Instance, row: Any, expected_attrs: Iterable[str] | None = None
    ) -> Instance:
        """Fill ``instance`` from a row or a dict.

        Args:
            context: The request, which the object then carries.
            instance: The object, which is returned with nothing changed.
            row: Something with a subscript for every column, and for what is expected.
            expected_attrs: Which of :data:`INSTANCE_OPTIONAL_ATTRS` to fill.

        Raises:
            KeyError: A column or an expected field is missing.
        """
        instance._context = context
        instance._fill(row)
        instance.deleted = row["deleted"] == row["id"]
        instance.cleaned = row["cleaned"] == 1
        expected = frozenset(expected_attrs or ())
        for name in _METADATA:
            if name in expected:
                setattr(instance, name, metadata_to_dict(row[name]))
        extra = row["extra"] if not expected.isdisjoint(_EXTRA_FIELDS) else None
        if "info_cache" in expected:
            instance._fill_info_cache(row["info_cache"])
        if "security_groups" in expected:
            groups = SecurityGroupList(context)
            instance.security_groups = base.obj_make_list(context, groups, row["security_groups"])
        for name in ("fault", "pci_devices", "tags"):
            if name in expected:
                instance._load_without_row(name)
        for name in ("numa_topology", "pci_requests", "vcpu_model"):
            if name in expected:
                instance._fill_from_extra(name, extra[name] if extra else None)
        moved = "flavor" in expected and instance._fill_flavors(extra["flavor"] if extra else None)
        instance.obj_reset_changes()
        if moved:
            # The next save moves them in the database.
            instance._changed_fields |= {"flavor", "system_metadata"}
        return instance

    def _fill_from_extra(self, name: str, stored: str | None) -> None:
        if name == "numa_topology":
            self.numa_topology = InstanceNUMATopology.from_json(self.uuid, stored) if stored else None
        elif name == "pci_requests":
            self.pci_requests = InstancePCIRequests.from_json(self.uuid, stored)
        else:
            self.vcpu_model = VirtCPUModel.obj_from_primitive(json.loads(stored)) if stored else None

    def _fill_flavors(self, stored: str | None) -> bool:
        """Set the flavors as an object of this version has them; return whether they are elsewhere in the database."""
        if "flavor" not in self.fields:
            if stored:
                self.system_metadata = instance_flavors.joined(self.system_metadata, instance_flavors.from_json(stored))
            return False
        if stored:
            held = instance_flavors.from_json(stored)
        else:
            rest, found = instance_flavors.separate(self.system_metadata)
            if not found:
                return False
            self.system_metadata = rest
            held = instance_flavors.completed(self._context, found, None)
        for name, flavor in held.items():
            setattr(self, name, flavor)
        return not stored

    def _fill_info_cache(self, row: Any) -> None:
        if row is None:
            self.info_cache = None
            return
        # Whoever holds the cache goes on holding it.
        cache = self.info_cache if self.obj_attr_is_set("info_cache") else None
        cache = cache or InstanceInfoCache(self._context)
        self.info_cache = cache._from_db_object(self._context, cache, row)

    @property
    def name(self) -> str:
        """The name of the guest's domain on its hypervisor; it is no field and no column."""
        service = services.current()
        template = (service.settings if service else _DEFAULT_SETTINGS).instance_name_template
        try:
            return str(template % self.id)
        except TypeError:
            # The template names fields: "uuid-%(uuid)s".
            set_fields = {slot.name: vars(self)[slot.key] for slot in self._layout.slots if slot.key in vars(self)}
        try:
            return template % set_fields
        except KeyError:
            return str(self.uuid)

    @classmethod
    @base.remotable
    def get_by_uuid(
        cls, context: RequestContext, uuid: str, expected_attrs: list[str] | None = None, use_slave: bool = False
    ) -> Instance:
        """Return the instance with a uuid.

        Args:
            context: The request.
            uuid: The instance's uuid.
            expected_attrs: Which of :data:`INSTANCE_OPTIONAL_ATTRS` to fill; ``info_cache`` and ``security_groups``
                unless given.
            use_slave: Passed to the database API.

        Raises:
            InstanceNotFound: There is none.
        """
        expected_attrs = _expected(("info_cache", "security_groups") if expected_attrs is None else expected_attrs)
        row = db.instance_get_by_uuid(context, uuid, columns_to_join=_joined(expected_attrs), use_slave=use_slave)
        return cls._from_db_object(context, cls(context), row, expected_attrs)

    @classmethod
    @base.remotable
    def get_by_id(cls, context: RequestContext, inst_id: int, expected_attrs: list[str] | None = None) -> Instance:
        """Return the instance with an id, as :meth:`get_by_uuid`."""
        expected_attrs = _expected(("info_cache", "security_groups") if expected_attrs is None else expected_attrs)
        row = db.instance_get(context, inst_id, columns_to_join=_joined(expected_attrs))
        return cls._from_db_object(context, cls(context), row, expected_attrs)

    @base.remotable
    def create(self) -> None:
        """Insert the row with its info cache, metadata and security groups.

        Raises:
            ObjectActionError: It has been inserted already.
        """
        self._require_new()
        updates = self.obj_get_changes()
        expected_attrs = [name for name in INSTANCE_DEFAULT_FIELDS if name in updates]
        extra = self._take_extra(updates.keys(), updates)
        for name in _EXTRA_FIELDS:
            updates.pop(name, None)
        if extra:
            updates["extra"] = extra
            expected_attrs = _expected([*expected_attrs, *(name for name in _EXTRA_FIELDS if name in extra)])
        if "security_groups" in updates:
            updates["security_groups"] = [group.name for group in self.security_groups]
        if "info_cache" in updates and self.info_cache is not None:
            updates["info_cache"] = {"network_info": json.dumps(self.info_cache.network_info)}
        self._from_db_object(self._context, self, db.instance_create(self._context, updates), expected_attrs)

    @base.remotable
    def destroy(self) -> None:
        """Soft-delete the row; the object has no id then.

        Raises:
            ObjectActionError: It has been deleted already, or was never read.
        """
        if not self.obj_attr_is_set("id"):
            raise ObjectActionError(action="destroy", reason="already destroyed")
        if not self.obj_attr_is_set("uuid"):
            raise ObjectActionError(action="destroy", reason="no uuid")
        self._from_db_object(self._context, self, db.instance_destroy(self._context, self.uuid))
        del self.id

    @base.remotable
    def save(
        self,
        expected_vm_state: Any = None,
        expected_task_state: Any = None,
        admin_state_reset: bool = False,
    ) -> None:
        """Write what was set, whether its value differs or not, and read the row back.

        With nothing to write it returns before anything is checked or told.

        Args:
            expected_vm_state: The state, or states, that the row must be in.
            expected_task_state: The task state, or task states, that the row must be in.
            admin_state_reset: Accepted as in Nova, where cells read it.

        Raises:
            InstanceNotFound: The row is gone.
            UnexpectedTaskStateError: The row is in another task state.
            UnexpectedVMStateError: The row is in another state.
        """
        changes = self.obj_what_changed()
        updates: dict[str, Any] = {}
        for slot in self._layout.slots:
            value = vars(self).get(slot.key)
            if isinstance(value, InstanceInfoCache):
                value._context = self._context
                value.save()
            elif slot.name in changes and not isinstance(slot.field, fields.ObjectField):
                updates[slot.name] = value
        extra = self._take_extra(changes, updates)
        if not updates:
            if extra:
                db.instance_extra_update_by_uuid(self._context, self.uuid, extra)
                self.obj_reset_changes(list(_EXTRA_FIELDS), recursive=True)
            return
        if extra:
            updates["extra"] = extra
        if "cleaned" in updates:
            updates["cleaned"] = int(self.cleaned)
        if expected_task_state is not None:
            updates["expected_task_state"] = expected_task_state
        if expected_vm_state is not None:
            updates["expected_vm_state"] = expected_vm_state
        loaded = [name for name in INSTANCE_DEFAULT_FIELDS if self.obj_attr_is_set(name)]
        expected_attrs = _expected(dict.fromkeys([*loaded, "system_metadata"]))
        # The notification tells the metadata, which Nova's row loads by itself.
        joined = _joined([*expected_attrs, "metadata"])
        old, new = db.instance_update_and_get_original(self._context, self.uuid, updates, columns_to_join=joined)
        self._from_db_object(self._context, self, new, expected_attrs)
        notifications.send_update(self._context, old, new)

    def _take_extra(self, changes: Collection[str], updates: dict[str, Any]) -> dict[str, str | None]:
        """Return what goes to instance_extra, by column.

        Where the service keeps flavors there, those that an object of an older version has among its system metadata go
        there too.

        Args:
            changes: The fields that were set.
            updates: Values by column; flavors are taken from the system metadata.
        """
        extra: dict[str, str | None] = {}
        if "numa_topology" in changes:
            extra["numa_topology"] = self.numa_topology.to_json() if self.numa_topology else None
        if "pci_requests" in changes:
            extra["pci_requests"] = self.pci_requests.to_json() if self.pci_requests else None
        if "vcpu_model" in changes:
            extra["vcpu_model"] = json.dumps(object_json(self.vcpu_model)) if self.vcpu_model else None
        if not FLAVOR_FIELDS.keys().isdisjoint(changes):
            extra["flavor"] = instance_flavors.to_json(self._flavors())
        if "system_metadata" in updates and _in_extra():
            updates["system_metadata"], held = instance_flavors.separate(updates["system_metadata"])
            if held and "flavor" not in extra:
                extra["flavor"] = self._updated_flavors(held)
        return extra

    def _flavors(self) -> dict[str, Flavor | None]:
        return {name: getattr(self, name) if self.obj_attr_is_set(name) else None for name in FLAVOR_FIELDS}

    def _updated_flavors(self, held: instance_flavors.Flavors) -> str:
        row = None
        if self.obj_attr_is_set("id"):
            row = db.instance_extra_get_by_instance_uuid(self._context, self.uuid)
        stored = None if row is None else row.flavor
        return instance_flavors.to_json(instance_flavors.completed(self._context, held, stored))

    @base.remotable
    def refresh(self, use_slave: bool = False) -> None:
        """Read the row again, with the optional fields that are set."""
        loaded = [name for name in INSTANCE_OPTIONAL_ATTRS if self.obj_attr_is_set(name)]
        current = self._read(loaded, use_slave=use_slave)
        # An orphan cannot load anything by itself, which would hide that something was not expected.
        current._context = None
        self._assign_differing(current, but=("info_cache",))
        if "info_cache" in loaded:
            if self.info_cache is None:
                self.info_cache = current.info_cache
            else:
                self.info_cache._context = self._context
                self.info_cache.refresh()
        self.obj_reset_changes()

    def obj_load_attr(self, attrname: str) -> None:
        """Load one of :data:`INSTANCE_OPTIONAL_ATTRS`.

        Raises:
            ObjectActionError: Another field is not set, or it is a flavor and the instance has none.
            OrphanedObjectError: The object has no context.
        """
        if attrname not in INSTANCE_OPTIONAL_ATTRS:
            raise self._not_loadable(attrname)
        self._require_context()
        if attrname in FLAVOR_FIELDS:
            self._load_flavors()
        elif attrname in INSTANCE_DEFAULT_FIELDS or attrname in _EXTRA_FIELDS:
            setattr(self, attrname, getattr(self._read([attrname]), attrname))
        else:
            self._load_without_row(attrname)
        self.obj_reset_changes([attrname])

    def _read(self, expected_attrs: list[str], use_slave: bool = False) -> Instance:
        """Return the instance as the database has it, in the version of this object."""
        found = type(self).get_by_uuid(self._context, self.uuid, expected_attrs=expected_attrs, use_slave=use_slave)
        return found if found.VERSION == self.VERSION else found.obj_backported(self.VERSION)

    def _load_flavors(self) -> None:
        loaded = self._read(["flavor"])
        if not loaded.obj_attr_is_set("flavor"):
            raise ObjectActionError(action="obj_load_attr", reason=f"instance {self.uuid} has no flavor")
        for name in FLAVOR_FIELDS:
            if not self.obj_attr_is_set(name):
                setattr(self, name, getattr(loaded, name))
                self.obj_reset_changes([name])

    def _load_without_row(self, attrname: str) -> None:
        """Set what is in no row of the instance's; PCI devices and tags have no tables here."""
        if attrname == "fault":
            self.fault = InstanceFault.get_latest_for_instance(self._context, self.uuid)
        elif attrname == "pci_devices":
            self.pci_devices = PciDeviceList(self._context)
        else:
            self.tags = TagList(self._context)

    def obj_make_compatible(self, primitive: dict[str, Any], target_version: str) -> None:
        """Bring the data of a primitive to an older version; up to 1.17 the flavors are among the system metadata."""
        held = {name: value for name, value in self._flavors().items() if value} if "flavor" in self.fields else {}
        if base.older(target_version, "1.18") and "system_metadata" in primitive:
            primitive["system_metadata"] = instance_flavors.joined(primitive["system_metadata"], held)
        super().obj_make_compatible(primitive, target_version)

    def get_flavor(self, namespace: str | None = None) -> Flavor:
        """Return a flavor of the instance, which objects before 1.18 have among their system metadata.

        Args:
            namespace: ``old`` or ``new`` while the instance is resized; the current one unless given.

        Raises:
            KeyError: There is none.
        """
        name = f"{_prefix(namespace)}flavor"
        if name not in self.fields:
            flavor = instance_flavors.extract(self.system_metadata, name)
            flavor._context = self._context
            return flavor
        held: Flavor | None = getattr(self, name)
        if held is None:
            raise KeyError(name)
        return held

    def set_flavor(self, flavor: Flavor, namespace: str | None = None) -> None:
        """Give the instance a flavor, arguments as above; until Mitaka Nova saved it at once."""
        name = f"{_prefix(namespace)}flavor"
        if name in self.fields:
            setattr(self, name, flavor)
        else:
            flavors.save_flavor_info(self.system_metadata, functools.partial(getattr, flavor), _prefix(namespace))

    def delete_flavor(self, namespace: str) -> None:
        """Forget the flavor of a namespace; KeyError if there is none."""
        name = f"{_prefix(namespace)}flavor"
        if name not in self.fields:
            flavors.delete_flavor_info(self.system_metadata, _prefix(namespace))
        elif getattr(self, name) is None:
            raise KeyError(name)
        else:
            setattr(self, name, None)

    @base.remotable
    def delete_metadata_key(self, key: str) -> None:
        """Delete one key of the metadata, in the row and here, and tell it.

        Raises:
            KeyError: There is no such key.
        """
        changed = "metadata" in self.obj_what_changed()
        del self.metadata[key]
        self._orig_metadata.pop(key, None)
        db.instance_metadata_update(self._context, self.uuid, dict(self._orig_metadata), delete=True)
        flat = base.obj_to_primitive(self)
        notifications.send_update(self._context, flat, flat)
        if not changed:
            self.obj_reset_changes(["metadata"])

    def obj_what_changed(self) -> set[str]:
        """Return the fields that were set, and metadata that was changed in place."""
        changes = super().obj_what_changed()
        store = vars(self)
        for name in _METADATA:
            if store.get(f"_obj_{name}", store[f"_orig_{name}"]) != store[f"_orig_{name}"]:
                changes.add(name)
        return changes

    def obj_reset_changes(self, fields: list[str] | None = None, recursive: bool = False) -> None:
        """Forget which fields were set; ``fields`` limits it to some."""
        super().obj_reset_changes(fields, recursive)
        self._reset_metadata_tracking(_METADATA if fields is None else fields)

    def _reset_metadata_tracking(self, names: Iterable[str]) -> None:
        store = vars(self)
        for name in _METADATA:
            if name in names:
                store[f"_orig_{name}"] = dict(store.get(f"_obj_{name}", ()))


@base.NovaVersionedObjectRegistry.register
class InstanceList(base.NovaObjectList[Instance]):
    """Instances, such as those on a host."""

    # 1.0: Instance up to 1.9
    # 1.1: use_slave of get_by_host()
    # 1.2: Instance up to 1.11
    # 1.3: use_slave of get_by_filters()
    # 1.4: Instance up to 1.12
    # 1.5: get_active_by_window_joined()
    # 1.6: Instance up to 1.13
    # 1.7: use_slave of get_active_by_window_joined()
    # 1.8: Instance up to 1.14
    # 1.9: Instance up to 1.15
    # 1.10: Instance up to 1.16
    # 1.11: sort_keys and sort_dirs of get_by_filters(), which no work item gives
    # 1.12: expected_attrs of get_active_by_window_joined()
    # 1.13: Instance up to 1.17
    # 1.14: Instance up to 1.18
    # 1.15: Instance up to 1.19
    # 1.16: get_all(), which no work item calls
    VERSION: str = "1.16"

    fields: base.Fields = {"objects": fields.ListOfObjectsField("Instance")}
    child_versions: base.Versions = {
        "1.0": "1.9",
        "1.1": "1.9",
        "1.2": "1.11",
        "1.3": "1.11",
        "1.4": "1.12",
        "1.5": "1.12",
        "1.6": "1.13",
        "1.7": "1.13",
        "1.8": "1.14",
        "1.9": "1.15",
        "1.10": "1.16",
        "1.11": "1.16",
        "1.12": "1.16",
        "1.13": "1.17",
        "1.14": "1.18",
        "1.15": "1.19",
        "1.16": "1.19",
    }

    @classmethod
    @base.remotable
    def get_by_filters(
        cls,
        context: RequestContext,
        filters: dict[str, Any],
        expected_attrs: list[str] | None = None,
        use_slave: bool = False,
    ) -> InstanceList:
        """Return the instances that match filters of :func:`fakevirt.db.api.instance_get_all_by_filters`."""
        expected_attrs = expected_attrs and _expected(expected_attrs)
        joined = _joined(expected_attrs)
        rows = db.instance_get_all_by_filters(context, filters, columns_to_join=joined, use_slave=use_slave)
        return _make_instance_list(context, cls(context), rows, expected_attrs)

    @classmethod
    @base.remotable
    def get_by_host(
        cls, context: RequestContext, host: str, expected_attrs: list[str] | None = None, use_slave: bool = False
    ) -> InstanceList:
        """Return the instances on a host, with those of :data:`INSTANCE_OPTIONAL_ATTRS` that are expected."""
        expected_attrs = expected_attrs and _expected(expected_attrs)
        rows = db.instance_get_all_by_host(context, host, columns_to_join=_joined(expected_attrs), use_slave=use_slave)
        return _make_instance_list(context, cls(context), rows, expected_attrs)

    @classmethod
    @base.remotable
    def get_by_host_and_node(
        cls, context: RequestContext, host: str, node: str, expected_attrs: list[str] | None = None
    ) -> InstanceList:
        """Return the instances on a node of a host; the query joins no metadata, so none can be expected."""
        rows = db.instance_get_all_by_host_and_node(context, host, node)
        return _make_instance_list(context, cls(context), rows, expected_attrs)

    @classmethod
    @base.remotable
    def get_by_security_group_id(cls, context: RequestContext, security_group_id: int) -> InstanceList:
        """Return the instances that a security group applies to, with info cache and system metadata.

        Raises:
            SecurityGroupNotFound: There is no such group.
        """
        expected_attrs = _expected(["info_cache", "system_metadata"])
        joins = [f"instances.{name}" for name in _joined(expected_attrs) or ()]
        group = db.security_group_get(context, security_group_id, columns_to_join=joins)
        return _make_instance_list(context, cls(context), group["instances"], expected_attrs)


def _make_instance_list(
    context: RequestContext, instances: InstanceList, rows: Iterable[Any], expected_attrs: list[str] | None
) -> InstanceList:
    """Fill a list from rows; the faults of all instances come from one query."""
    of_rows = [name for name in expected_attrs or () if name != "fault"]
    base.obj_make_list(context, instances, rows, expected_attrs=of_rows)
    if expected_attrs and "fault" in expected_attrs:
        faults = InstanceFaultList.get_by_instance_uuids(context, [instance.uuid for instance in instances])
        # The newest comes first and is put in last.
        latest = {fault.instance_uuid: fault for fault in reversed(faults.objects)}
        for instance in instances:
            instance.fault = latest.get(instance.uuid)
            instance.obj_reset_changes(["fault"])
    return instances


def _in_extra() -> bool:
    """Return whether the running service keeps the flavors of instances in instance_extra."""
    return "flavor" in base.running_fields(Instance)


def _expected(expected_attrs: Iterable[str]) -> list[str]:
    """Return ``expected_attrs`` with the system metadata and the flavors where one of them needs the other."""
    expected = list(expected_attrs)
    needs_both = {*FLAVOR_FIELDS, "system_metadata"}
    if needs_both.isdisjoint(expected) or not _in_extra():
        return expected
    return [*expected, *(name for name in ("system_metadata", "flavor") if name not in expected)]


def _joined(expected_attrs: Collection[str] | None) -> list[str] | None:
    """Return the relationships to join for ``expected_attrs``; None is the database API's default."""
    if expected_attrs is None:
        return None
    joined = [name for name in expected_attrs if name in INSTANCE_DEFAULT_FIELDS]
    return joined if set(_EXTRA_FIELDS).isdisjoint(expected_attrs) else [*joined, "extra"]


def _prefix(namespace: str | None) -> str:
    return "" if namespace is None else f"{namespace}_"
