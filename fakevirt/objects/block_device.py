"""The disks of an instance and what is behind them."""

# ruff: noqa: RUF012 - fields and versions are declared as oslo.versionedobjects has it

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from fakevirt.context import RequestContext
from fakevirt.db import api as db
from fakevirt.exceptions import InvalidVolume, ObjectActionError, VolumeBDMNotFound
from fakevirt.objects import base, fields
from fakevirt.objects.instance import Instance


@base.NovaVersionedObjectRegistry.register
class BlockDeviceMapping(base.NovaPersistentObject, base.NovaObject):
    """One disk of an instance."""

    # 1.0: Juno's fields
    # 1.1: instance_uuid of get_by_volume_id()
    # 1.2: Instance 1.14
    # 1.3: Instance 1.15
    # 1.4: Instance 1.16
    # 1.5: Instance 1.17
    # 1.6: Instance 1.18
    # 1.7: update_or_create(), which no work item calls
    # 1.8: Instance 1.19
    VERSION: str = "1.8"

    fields: base.Fields = {
        "id": fields.IntegerField(),
        "instance_uuid": fields.UUIDField(),
        "instance": fields.ObjectField("Instance", nullable=True),
        "source_type": fields.StringField(nullable=True),
        "destination_type": fields.StringField(nullable=True),
        "guest_format": fields.StringField(nullable=True),
        "device_type": fields.StringField(nullable=True),
        "disk_bus": fields.StringField(nullable=True),
        "boot_index": fields.IntegerField(nullable=True),
        "device_name": fields.StringField(nullable=True),
        "delete_on_termination": fields.BooleanField(default=False),
        "snapshot_id": fields.StringField(nullable=True),
        "volume_id": fields.StringField(nullable=True),
        "volume_size": fields.IntegerField(nullable=True),
        "image_id": fields.StringField(nullable=True),
        "no_device": fields.BooleanField(default=False),
        "connection_info": fields.StringField(nullable=True),
    }
    obj_relationships: base.Relationships = {
        "instance": [
            ("1.0", "1.13"),
            ("1.2", "1.14"),
            ("1.3", "1.15"),
            ("1.4", "1.16"),
            ("1.5", "1.17"),
            ("1.6", "1.18"),
            ("1.8", "1.19"),
        ]
    }
    obj_lazy: ClassVar[frozenset[str]] = frozenset({"instance"})
    obj_not_columns = obj_lazy

    instance: Instance | None

    @staticmethod
    def _from_db_object(  # type: ignore[override]
        context: RequestContext, bdm: BlockDeviceMapping, row: Any, expected_attrs: Iterable[str] | None = None
    ) -> BlockDeviceMapping:
        bdm._fill(row)
        if "instance" in (expected_attrs or ()):
            bdm.instance = Instance._from_db_object(context, Instance(context), row["instance"])
        bdm._context = context
        bdm.obj_reset_changes()
        return bdm

    def obj_load_attr(self, attrname: str) -> None:
        """Load the instance.

        Raises:
            InstanceNotFound: It is gone.
            OrphanedObjectError: The object has no context.
            ObjectActionError: Another field is not set.
        """
        if attrname != "instance":
            raise self._not_loadable(attrname)
        self._require_context()
        self.instance = Instance.get_by_uuid(self._context, self.instance_uuid)
        self.obj_reset_changes(["instance"])

    @classmethod
    @base.remotable
    def get_by_volume_id(
        cls,
        context: RequestContext,
        volume_id: str,
        instance_uuid: str | None = None,
        expected_attrs: list[str] | None = None,
    ) -> BlockDeviceMapping:
        """Return the mapping of a volume.

        Args:
            context: The request.
            volume_id: The volume's id.
            instance_uuid: The instance that it must belong to, if that is known.
            expected_attrs: ``["instance"]`` to join the instance.

        Raises:
            VolumeBDMNotFound: There is none.
            InvalidVolume: It belongs to another instance.
        """
        row = db.block_device_mapping_get_by_volume_id(context, volume_id, expected_attrs)
        if row is None:
            raise VolumeBDMNotFound(volume_id=volume_id)
        if instance_uuid and instance_uuid != row["instance_uuid"]:
            raise InvalidVolume(reason="Volume does not belong to the requested instance.")
        return cls._from_db_object(context, cls(context), row, expected_attrs)

    @base.remotable
    def create(self) -> None:
        """Insert the row.

        Raises:
            ObjectActionError: It has been inserted already, or an instance object was assigned to it.
        """
        self._require_new()
        updates = self.obj_get_changes()
        if "instance" in updates:
            raise ObjectActionError(action="create", reason="instance assigned")
        row = db.block_device_mapping_create(self._context, updates, legacy=False)
        self._from_db_object(self._context, self, row)

    @base.remotable
    def save(self) -> None:
        """Write what was set.

        Raises:
            ObjectActionError: The instance object was changed.
        """
        updates = self.obj_get_changes()
        if "instance" in updates:
            raise ObjectActionError(action="save", reason="instance changed")
        updates.pop("id", None)
        row = db.block_device_mapping_update(self._context, self.id, updates, legacy=False)
        self._from_db_object(self._context, self, row)

    @base.remotable
    def destroy(self) -> None:
        """Soft-delete the row; the object has no id then.

        Raises:
            ObjectActionError: It has been deleted already.
        """
        if not self.obj_attr_is_set("id"):
            raise ObjectActionError(action="destroy", reason="already destroyed")
        db.block_device_mapping_destroy(self._context, self.id)
        del self.id

    @property
    def is_root(self) -> bool:
        """Whether the instance boots from it."""
        return bool(self.boot_index == 0)

    @property
    def is_volume(self) -> bool:
        """Whether a volume is behind it."""
        return bool(self.destination_type == "volume")

    @property
    def is_image(self) -> bool:
        """Whether it is made from an image."""
        return bool(self.source_type == "image")


@base.NovaVersionedObjectRegistry.register
class BlockDeviceMappingList(base.NovaObjectList[BlockDeviceMapping]):
    """The disks of an instance."""

    # 1.0: BlockDeviceMapping 1.0
    # 1.1: BlockDeviceMapping 1.1
    # 1.2: use_slave of get_by_instance_uuid()
    # 1.3: BlockDeviceMapping 1.2
    # 1.4: BlockDeviceMapping 1.3
    # 1.5: BlockDeviceMapping 1.4
    # 1.6: BlockDeviceMapping 1.5
    # 1.7: BlockDeviceMapping 1.6
    # 1.8: BlockDeviceMapping 1.7
    # 1.9: BlockDeviceMapping 1.8
    VERSION: str = "1.9"

    fields: base.Fields = {"objects": fields.ListOfObjectsField("BlockDeviceMapping")}
    child_versions: base.Versions = {
        "1.0": "1.0",
        "1.1": "1.1",
        "1.2": "1.1",
        "1.3": "1.2",
        "1.4": "1.3",
        "1.5": "1.4",
        "1.6": "1.5",
        "1.7": "1.6",
        "1.8": "1.7",
        "1.9": "1.8",
    }

    @classmethod
    @base.remotable
    def get_by_instance_uuid(
        cls, context: RequestContext, instance_uuid: str, use_slave: bool = False
    ) -> BlockDeviceMappingList:
        """Return the mappings of an instance."""
        rows = db.block_device_mapping_get_all_by_instance(context, instance_uuid, use_slave=use_slave)
        return base.obj_make_list(context, cls(context), rows)

    def root_bdm(self) -> BlockDeviceMapping | None:
        """Return the disk that the instance boots from, or None."""
        return next((bdm for bdm in self if bdm.is_root), None)
