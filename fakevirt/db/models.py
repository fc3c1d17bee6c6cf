"""The tables of Nova's Juno release that the call paths touch, with what Kilo added to keep its objects in.

A row answers ``row.column`` and ``row["column"]`` alike, and iterates ``(name, value)`` pairs, as Nova's rows do.
Relationships are only there when the database API was asked to join them: ``row["info_cache"]`` raises KeyError
otherwise. They are for reading: the database API writes each table by statements of its own, which the journal notes.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, ClassVar, Self

from oslo_utils import timeutils
from sqlalchemy import BigInteger, DateTime, Enum, Float, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.dialects.mysql import DATETIME, MEDIUMTEXT
from sqlalchemy.orm import ClassManager, DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.orm.attributes import instance_state

from fakevirt.instrument.snapshot import Entity, register, snapshot

Key = Annotated[int, mapped_column(primary_key=True, autoincrement=True)]
Uuid = Annotated[str, "uuid"]
IpAddress = Annotated[str, "ip"]
Cidr = Annotated[str, "cidr"]
PlainText = Annotated[str, "text"]
MediumText = Annotated[str, "mediumtext"]
BigCount = Annotated[int, "bigint"]


def _utcnow() -> datetime.datetime:
    """Look the clock up when a row is made: it may have been frozen since this module was imported."""
    return timeutils.utcnow()


class Base(DeclarativeBase):
    """One row: columns every table of Nova has, and access by attribute or by key."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: String(255),
        # Those of MariaDB would lose what is less than a second, and a world's time be another there.
        datetime.datetime: DateTime().with_variant(DATETIME(fsp=6), "mysql", "mariadb"),
        Uuid: String(36),
        IpAddress: String(39),
        Cidr: String(43),
        PlainText: Text(),
        MediumText: Text().with_variant(MEDIUMTEXT(), "mysql", "mariadb"),
        BigCount: BigInteger(),
    }

    #: Properties that iteration shows although they are no columns.
    extra_keys: ClassVar[tuple[str, ...]] = ()

    id: Mapped[Key]
    created_at: Mapped[datetime.datetime | None] = mapped_column(default=_utcnow)
    updated_at: Mapped[datetime.datetime | None]
    deleted_at: Mapped[datetime.datetime | None]
    deleted: Mapped[int | None] = mapped_column(default=0)

    @classmethod
    def from_values(cls, values: Iterable[tuple[str, Any]]) -> Self:
        """Return the row that the database gives for ``values``: columns left out are None, relationships not joined.

        Args:
            values: Columns with their values, and relationships with the rows that they lead to.
        """
        # As SQLAlchemy makes the rows that it loads: nothing of what a new one goes through is needed.
        row: Self = _class_manager(cls).new_instance()
        content = vars(row)
        content.update(_nulls(cls))
        content.update(values)
        # With a key it counts as loaded and detached: reading a relationship raises, where a new row would answer None.
        instance_state(row).key = (cls, (content["id"],), None)
        return row

    def updated(self, values: Mapping[str, Any]) -> Self:
        """Return a copy with other ``values``; joined relationships stay joined."""
        loaded = {key: value for key, value in vars(self).items() if key != "_sa_instance_state"}
        return self.from_values({**loaded, **values}.items())

    def __getitem__(self, key: str) -> Any:
        if key in vars(self):
            return vars(self)[key]
        if key in self.__table__.columns or key in self.extra_keys:
            return getattr(self, key)
        raise KeyError(key)

    def __contains__(self, key: str) -> bool:
        return key in vars(self) or key in self.__table__.columns or key in self.extra_keys

    def get(self, key: str, default: Any = None) -> Any:
        """Return ``self[key]``, or ``default`` for a key that is unknown or not joined."""
        try:
            return self[key]
        except KeyError:
            return default

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        content = vars(self)
        for key in _keys(type(self)):
            if key in content:
                yield key, content[key]
            elif key in self:
                yield key, self[key]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} row {self.id}>"


@functools.cache
def _keys(model: type[Base]) -> tuple[str, ...]:
    """Return what iteration may show, in its order."""
    return (*model.__table__.columns.keys(), *model.extra_keys, *model.__mapper__.relationships.keys())


@functools.cache
def _class_manager(model: type[Base]) -> ClassManager[Any]:
    model.registry.configure()
    return model.__mapper__.class_manager


@functools.cache
def _nulls(model: type[Base]) -> Mapping[str, None]:
    return dict.fromkeys(model.__table__.columns.keys())


@register(Base)
def _(row: Base) -> Entity:
    return Entity(type(row).__name__, "row", {key: snapshot(value) for key, value in row})


class Service(Base):
    """A service on a host; ``compute_node`` is the list of its nodes."""

    __tablename__ = "services"
    __table_args__: Any = (
        UniqueConstraint("host", "topic", "deleted", name="uniq_services0host0topic0deleted"),
        UniqueConstraint("host", "binary", "deleted", name="uniq_services0host0binary0deleted"),
        # None of Nova's: each pin of a client asks for the oldest service, where Nova keeps the answer.
        Index("services_binary_deleted_version_idx", "binary", "deleted", "version"),
    )

    host: Mapped[str | None]
    binary: Mapped[str | None]
    topic: Mapped[str | None]
    report_count: Mapped[int] = mapped_column(default=0)
    disabled: Mapped[bool | None] = mapped_column(default=False)
    disabled_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=0)

    compute_node: Mapped[list[ComputeNode]] = relationship(
        primaryjoin="and_(foreign(ComputeNode.service_id) == Service.id, ComputeNode.deleted == 0)",
        order_by="ComputeNode.id",
        viewonly=True,
        lazy="raise",
    )


class ComputeNode(Base):
    """The resources of one hypervisor node."""

    __tablename__ = "compute_nodes"

    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"), index=True)
    vcpus: Mapped[int]
    memory_mb: Mapped[int]
    local_gb: Mapped[int]
    vcpus_used: Mapped[int]
    memory_mb_used: Mapped[int]
    local_gb_used: Mapped[int]
    hypervisor_type: Mapped[MediumText]
    hypervisor_version: Mapped[int]
    hypervisor_hostname: Mapped[str | None]
    free_ram_mb: Mapped[int | None]
    free_disk_gb: Mapped[int | None]
    current_workload: Mapped[int | None]
    running_vms: Mapped[int | None]
    cpu_info: Mapped[MediumText]
    disk_available_least: Mapped[int | None]
    host_ip: Mapped[IpAddress | None]
    supported_instances: Mapped[PlainText | None]
    metrics: Mapped[PlainText | None]
    pci_stats: Mapped[PlainText | None]
    extra_resources: Mapped[PlainText | None]
    stats: Mapped[PlainText | None] = mapped_column(default="{}")
    numa_topology: Mapped[PlainText | None]
    host: Mapped[str | None]

    service: Mapped[Service | None] = relationship(
        primaryjoin="and_(foreign(ComputeNode.service_id) == Service.id, ComputeNode.deleted == 0)",
        viewonly=True,
        lazy="raise",
    )


class Instance(Base):
    """A guest; ``metadata``, ``system_metadata``, ``info_cache``, ``security_groups`` and ``extra`` can be joined."""

    __tablename__ = "instances"
    __table_args__: Any = (
        Index("instances_terminated_at_launched_at_idx", "terminated_at", "launched_at"),
        Index("instances_task_state_updated_at_idx", "task_state", "updated_at"),
        Index("instances_host_node_deleted_idx", "host", "node", "deleted"),
        Index("instances_host_deleted_cleaned_idx", "host", "deleted", "cleaned"),
    )
    extra_keys: ClassVar[tuple[str, ...]] = ("name",)

    user_id: Mapped[str | None]
    project_id: Mapped[str | None] = mapped_column(index=True)
    image_ref: Mapped[str | None]
    kernel_id: Mapped[str | None]
    ramdisk_id: Mapped[str | None]
    hostname: Mapped[str | None]
    launch_index: Mapped[int | None]
    key_name: Mapped[str | None]
    key_data: Mapped[MediumText | None]
    power_state: Mapped[int | None]
    vm_state: Mapped[str | None]
    task_state: Mapped[str | None]
    memory_mb: Mapped[int | None]
    vcpus: Mapped[int | None]
    root_gb: Mapped[int | None]
    ephemeral_gb: Mapped[int | None]
    ephemeral_key_uuid: Mapped[Uuid | None]
    host: Mapped[str | None]
    node: Mapped[str | None]
    instance_type_id: Mapped[int | None]
    user_data: Mapped[MediumText | None]
    reservation_id: Mapped[str | None] = mapped_column(index=True)
    scheduled_at: Mapped[datetime.datetime | None]
    launched_at: Mapped[datetime.datetime | None]
    terminated_at: Mapped[datetime.datetime | None]
    availability_zone: Mapped[str | None]
    display_name: Mapped[str | None]
    display_description: Mapped[str | None]
    launched_on: Mapped[MediumText | None]
    locked: Mapped[bool | None]
    locked_by: Mapped[str | None] = mapped_column(Enum("owner", "admin", name="instances0locked_by"))
    os_type: Mapped[str | None]
    architecture: Mapped[str | None]
    vm_mode: Mapped[str | None]
    uuid: Mapped[Uuid | None] = mapped_column(unique=True)
    root_device_name: Mapped[str | None]
    default_ephemeral_device: Mapped[str | None]
    default_swap_device: Mapped[str | None]
    config_drive: Mapped[str | None]
    access_ip_v4: Mapped[IpAddress | None]
    access_ip_v6: Mapped[IpAddress | None]
    auto_disk_config: Mapped[bool | None]
    progress: Mapped[int | None]
    shutdown_terminate: Mapped[bool | None] = mapped_column(default=False)
    disable_terminate: Mapped[bool | None] = mapped_column(default=False)
    cell_name: Mapped[str | None]
    internal_id: Mapped[int | None]
    cleaned: Mapped[int | None] = mapped_column(default=0)

    info_cache: Mapped[InstanceInfoCache | None] = relationship(
        primaryjoin="foreign(InstanceInfoCache.instance_uuid) == Instance.uuid",
        uselist=False,
        viewonly=True,
        lazy="raise",
    )
    extra: Mapped[InstanceExtra | None] = relationship(
        primaryjoin="foreign(InstanceExtra.instance_uuid) == Instance.uuid",
        uselist=False,
        viewonly=True,
        lazy="raise",
    )
    system_metadata: Mapped[list[InstanceSystemMetadata]] = relationship(
        primaryjoin="and_(foreign(InstanceSystemMetadata.instance_uuid) == Instance.uuid,"
        " InstanceSystemMetadata.deleted == 0)",
        order_by="InstanceSystemMetadata.id",
        viewonly=True,
        lazy="raise",
    )
    security_groups: Mapped[list[SecurityGroup]] = relationship(
        secondary="security_group_instance_association",
        primaryjoin="and_(SecurityGroupInstanceAssociation.instance_uuid == Instance.uuid, Instance.deleted == 0)",
        secondaryjoin="and_(SecurityGroup.id == SecurityGroupInstanceAssociation.security_group_id,"
        " SecurityGroupInstanceAssociation.deleted == 0, SecurityGroup.deleted == 0)",
        order_by="SecurityGroup.id",
        viewonly=True,
        lazy="raise",
    )

    @property
    def name(self) -> str:
        """The name of the guest's domain, by Nova's default template."""
        return f"instance-{self.id:08x}"


class InstanceInfoCache(Base):
    """The network information last seen for an instance, as JSON."""

    __tablename__ = "instance_info_caches"

    network_info: Mapped[MediumText | None]
    instance_uuid: Mapped[Uuid] = mapped_column(ForeignKey("instances.uuid"), unique=True)


class InstanceExtra(Base):
    """What few instances have, and since Kilo the flavors of every instance, as JSON."""

    __tablename__ = "instance_extra"

    instance_uuid: Mapped[Uuid] = mapped_column(ForeignKey("instances.uuid"), index=True)
    numa_topology: Mapped[PlainText | None]
    pci_requests: Mapped[PlainText | None]
    flavor: Mapped[PlainText | None]
    vcpu_model: Mapped[PlainText | None]


class InstanceMetadata(Base):
    """A key and its value that the user gave an instance."""

    __tablename__ = "instance_metadata"

    key: Mapped[str | None]
    value: Mapped[str | None]
    instance_uuid: Mapped[Uuid | None] = mapped_column(ForeignKey("instances.uuid"), index=True)


class InstanceSystemMetadata(Base):
    """A key and its value that Nova keeps for an instance: its flavor and image, say."""

    __tablename__ = "instance_system_metadata"

    key: Mapped[str]
    value: Mapped[str | None]
    instance_uuid: Mapped[Uuid] = mapped_column(ForeignKey("instances.uuid"), index=True)


# Declarative classes cannot define an attribute called "metadata", but a mapper takes it afterwards (Nova's does too).
Instance.__mapper__.add_property(
    "metadata",
    relationship(
        InstanceMetadata,
        primaryjoin="and_(foreign(InstanceMetadata.instance_uuid) == Instance.uuid, InstanceMetadata.deleted == 0)",
        order_by=InstanceMetadata.id,
        viewonly=True,
        lazy="raise",
    ),
)


class InstanceFault(Base):
    """An error that befell an instance."""

    __tablename__ = "instance_faults"
    __table_args__: Any = (
        Index("instance_faults_instance_uuid_deleted_created_at_idx", "instance_uuid", "deleted", "created_at"),
    )

    instance_uuid: Mapped[Uuid | None] = mapped_column(ForeignKey("instances.uuid"), index=True)
    code: Mapped[int]
    message: Mapped[str | None]
    details: Mapped[MediumText | None]
    host: Mapped[str | None]


class InstanceAction(Base):
    """A request of a user concerning an instance."""

    __tablename__ = "instance_actions"

    action: Mapped[str | None]
    instance_uuid: Mapped[Uuid | None] = mapped_column(ForeignKey("instances.uuid"), index=True)
    request_id: Mapped[str | None] = mapped_column(index=True)
    user_id: Mapped[str | None]
    project_id: Mapped[str | None]
    start_time: Mapped[datetime.datetime | None] = mapped_column(default=_utcnow)
    finish_time: Mapped[datetime.datetime | None]
    message: Mapped[str | None]


class InstanceActionEvent(Base):
    """A step of an instance action on one host."""

    __tablename__ = "instance_actions_events"

    event: Mapped[str | None]
    action_id: Mapped[int | None] = mapped_column(ForeignKey("instance_actions.id"), index=True)
    start_time: Mapped[datetime.datetime | None] = mapped_column(default=_utcnow)
    finish_time: Mapped[datetime.datetime | None]
    result: Mapped[str | None]
    traceback: Mapped[PlainText | None]
    host: Mapped[str | None]
    details: Mapped[PlainText | None]


class BlockDeviceMapping(Base):
    """A disk of an instance and what is behind it."""

    __tablename__ = "block_device_mapping"
    __table_args__: Any = (
        Index("block_device_mapping_instance_uuid_device_name_idx", "instance_uuid", "device_name"),
        Index("block_device_mapping_instance_uuid_volume_id_idx", "instance_uuid", "volume_id"),
    )

    instance_uuid: Mapped[Uuid | None] = mapped_column(ForeignKey("instances.uuid"), index=True)
    source_type: Mapped[str | None]
    destination_type: Mapped[str | None]
    guest_format: Mapped[str | None]
    device_type: Mapped[str | None]
    disk_bus: Mapped[str | None]
    boot_index: Mapped[int | None]
    device_name: Mapped[str | None]
    delete_on_termination: Mapped[bool | None] = mapped_column(default=False)
    snapshot_id: Mapped[Uuid | None] = mapped_column(index=True)
    volume_id: Mapped[Uuid | None] = mapped_column(index=True)
    volume_size: Mapped[int | None]
    image_id: Mapped[Uuid | None]
    no_device: Mapped[bool | None]
    connection_info: Mapped[MediumText | None]

    instance: Mapped[Instance | None] = relationship(
        primaryjoin="and_(foreign(BlockDeviceMapping.instance_uuid) == Instance.uuid, BlockDeviceMapping.deleted == 0)",
        viewonly=True,
        lazy="raise",
    )


class Migration(Base):
    """A move of an instance from one host to another."""

    __tablename__ = "migrations"
    __table_args__: Any = (
        Index("migrations_instance_uuid_and_status_idx", "instance_uuid", "status"),
        Index(
            "migrations_by_host_nodes_and_status_idx",
            "deleted",
            "source_compute",
            "dest_compute",
            "source_node",
            "dest_node",
            "status",
        ),
    )

    source_compute: Mapped[str | None]
    dest_compute: Mapped[str | None]
    source_node: Mapped[str | None]
    dest_node: Mapped[str | None]
    dest_host: Mapped[str | None]
    old_instance_type_id: Mapped[int | None]
    new_instance_type_id: Mapped[int | None]
    instance_uuid: Mapped[Uuid | None] = mapped_column(ForeignKey("instances.uuid"), index=True)
    status: Mapped[str | None]

    instance: Mapped[Instance | None] = relationship(
        primaryjoin="and_(foreign(Migration.instance_uuid) == Instance.uuid, Instance.deleted == 0)",
        viewonly=True,
        lazy="raise",
    )


class Flavor(Base):
    """What servers can be had; ``extra_specs`` can be joined."""

    __tablename__ = "instance_types"
    __table_args__: Any = (
        UniqueConstraint("flavorid", "deleted", name="uniq_instance_types0flavorid0deleted"),
        UniqueConstraint("name", "deleted", name="uniq_instance_types0name0deleted"),
    )

    name: Mapped[str | None]
    memory_mb: Mapped[int]
    vcpus: Mapped[int]
    root_gb: Mapped[int | None]
    ephemeral_gb: Mapped[int | None]
    flavorid: Mapped[str | None]
    swap: Mapped[int] = mapped_column(default=0)
    rxtx_factor: Mapped[float | None] = mapped_column(Float, default=1)
    vcpu_weight: Mapped[int | None]
    disabled: Mapped[bool | None] = mapped_column(default=False)
    is_public: Mapped[bool | None] = mapped_column(default=True)

    extra_specs: Mapped[list[FlavorExtraSpec]] = relationship(
        primaryjoin="and_(foreign(FlavorExtraSpec.instance_type_id) == Flavor.id, FlavorExtraSpec.deleted == 0)",
        order_by="FlavorExtraSpec.id",
        viewonly=True,
        lazy="raise",
    )


class FlavorExtraSpec(Base):
    """A key and its value that an administrator gave a flavor."""

    __tablename__ = "instance_type_extra_specs"

    key: Mapped[str | None]
    value: Mapped[str | None]
    instance_type_id: Mapped[int] = mapped_column(ForeignKey("instance_types.id"), index=True)


class QuotaUsage(Base):
    """How much of a resource a project's user has, and has reserved."""

    __tablename__ = "quota_usages"

    project_id: Mapped[str | None] = mapped_column(index=True)
    user_id: Mapped[str | None]
    resource: Mapped[str]
    in_use: Mapped[int]
    reserved: Mapped[int]
    until_refresh: Mapped[int | None]


class Reservation(Base):
    """A change of a resource's usage that is neither committed nor rolled back yet."""

    __tablename__ = "reservations"

    uuid: Mapped[Uuid] = mapped_column(index=True)
    usage_id: Mapped[int] = mapped_column(ForeignKey("quota_usages.id"), index=True)
    project_id: Mapped[str | None] = mapped_column(index=True)
    user_id: Mapped[str | None]
    resource: Mapped[str | None]
    delta: Mapped[int]
    expire: Mapped[datetime.datetime | None]


class SecurityGroup(Base):
    """A named set of rules and the instances that it applies to."""

    __tablename__ = "security_groups"
    __table_args__: Any = (
        UniqueConstraint("project_id", "name", "deleted", name="uniq_security_groups0project_id0name0deleted"),
    )

    name: Mapped[str | None]
    description: Mapped[str | None]
    user_id: Mapped[str | None]
    project_id: Mapped[str | None]

    instances: Mapped[list[Instance]] = relationship(
        secondary="security_group_instance_association",
        primaryjoin="and_(SecurityGroup.id == SecurityGroupInstanceAssociation.security_group_id,"
        " SecurityGroupInstanceAssociation.deleted == 0, SecurityGroup.deleted == 0)",
        secondaryjoin="and_(SecurityGroupInstanceAssociation.instance_uuid == Instance.uuid, Instance.deleted == 0)",
        order_by="Instance.id",
        viewonly=True,
        lazy="raise",
    )
    rules: Mapped[list[SecurityGroupIngressRule]] = relationship(
        primaryjoin="and_(foreign(SecurityGroupIngressRule.parent_group_id) == SecurityGroup.id,"
        " SecurityGroupIngressRule.deleted == 0)",
        order_by="SecurityGroupIngressRule.id",
        viewonly=True,
        lazy="raise",
    )


class SecurityGroupInstanceAssociation(Base):
    """That a security group applies to an instance."""

    __tablename__ = "security_group_instance_association"

    security_group_id: Mapped[int | None] = mapped_column(ForeignKey("security_groups.id"), index=True)
    instance_uuid: Mapped[Uuid | None] = mapped_column(ForeignKey("instances.uuid"), index=True)


class SecurityGroupIngressRule(Base):
    """What a security group lets in: from a network, or from the members of another group."""

    __tablename__ = "security_group_rules"

    parent_group_id: Mapped[int | None] = mapped_column(ForeignKey("security_groups.id"), index=True)
    protocol: Mapped[str | None]
    from_port: Mapped[int | None]
    to_port: Mapped[int | None]
    cidr: Mapped[Cidr | None]
    group_id: Mapped[int | None] = mapped_column(ForeignKey("security_groups.id"), index=True)

    parent_group: Mapped[SecurityGroup | None] = relationship(
        primaryjoin="and_(foreign(SecurityGroupIngressRule.parent_group_id) == SecurityGroup.id,"
        " SecurityGroupIngressRule.deleted == 0)",
        viewonly=True,
        lazy="raise",
    )
    grantee_group: Mapped[SecurityGroup | None] = relationship(
        primaryjoin="and_(foreign(SecurityGroupIngressRule.group_id) == SecurityGroup.id,"
        " SecurityGroupIngressRule.deleted == 0)",
        viewonly=True,
        lazy="raise",
    )


class InstanceGroup(Base):
    """A server group; its policies and members are joined always."""

    __tablename__ = "instance_groups"
    __table_args__: Any = (UniqueConstraint("uuid", "deleted", name="uniq_instance_groups0uuid0deleted"),)
    extra_keys: ClassVar[tuple[str, ...]] = ("policies", "members")

    user_id: Mapped[str | None]
    project_id: Mapped[str | None]
    uuid: Mapped[Uuid]
    name: Mapped[str | None]

    _policies: Mapped[list[InstanceGroupPolicy]] = relationship(
        primaryjoin="and_(foreign(InstanceGroupPolicy.group_id) == InstanceGroup.id, InstanceGroupPolicy.deleted == 0)",
        order_by="InstanceGroupPolicy.id",
        viewonly=True,
        lazy="raise",
    )
    _members: Mapped[list[InstanceGroupMember]] = relationship(
        primaryjoin="and_(foreign(InstanceGroupMember.group_id) == InstanceGroup.id, InstanceGroupMember.deleted == 0)",
        order_by="InstanceGroupMember.id",
        viewonly=True,
        lazy="raise",
    )

    @property
    def policies(self) -> list[str | None]:
        """The names of its policies."""
        return [row.policy for row in self._policies]

    @property
    def members(self) -> list[str | None]:
        """The uuids of its instances."""
        return [row.instance_id for row in self._members]


class InstanceGroupPolicy(Base):
    """A policy of a server group, such as ``anti-affinity``."""

    __tablename__ = "instance_group_policy"

    policy: Mapped[str | None]
    group_id: Mapped[int] = mapped_column(ForeignKey("instance_groups.id"), index=True)


class InstanceGroupMember(Base):
    """An instance in a server group."""

    __tablename__ = "instance_group_member"

    instance_id: Mapped[str | None] = mapped_column(index=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("instance_groups.id"), index=True)


class VolumeUsage(Base):
    """What an instance read from and wrote to a volume."""

    __tablename__ = "volume_usage_cache"

    volume_id: Mapped[Uuid]
    instance_uuid: Mapped[Uuid | None]
    project_id: Mapped[Uuid | None]
    user_id: Mapped[str | None] = mapped_column(String(64))
    availability_zone: Mapped[str | None]
    tot_last_refreshed: Mapped[datetime.datetime | None]
    tot_reads: Mapped[BigCount | None] = mapped_column(default=0)
    tot_read_bytes: Mapped[BigCount | None] = mapped_column(default=0)
    tot_writes: Mapped[BigCount | None] = mapped_column(default=0)
    tot_write_bytes: Mapped[BigCount | None] = mapped_column(default=0)
    curr_last_refreshed: Mapped[datetime.datetime | None]
    curr_reads: Mapped[BigCount | None] = mapped_column(default=0)
    curr_read_bytes: Mapped[BigCount | None] = mapped_column(default=0)
    curr_writes: Mapped[BigCount | None] = mapped_column(default=0)
    curr_write_bytes: Mapped[BigCount | None] = mapped_column(default=0)
