"""One world: a database, a conductor, compute hosts with their drivers, and the services behind them."""

from __future__ import annotations

import contextlib
import datetime
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from oslo_serialization import jsonutils
from sqlalchemy import delete

from fakevirt import exceptions, running_test, services, states
from fakevirt.backends.consoleauth import ConsoleAuth
from fakevirt.backends.network import NetworkAPI
from fakevirt.backends.notifier import Notifier
from fakevirt.backends.volume import VolumeAPI
from fakevirt.conductor.api import ComputeTaskAPI, ConductorAPI, ConductorIndirection
from fakevirt.conductor.manager import ConductorManager
from fakevirt.context import RequestContext, admin_context
from fakevirt.db import api as db
from fakevirt.db import builders
from fakevirt.db.engine import MEMORY, Database
from fakevirt.db.models import ComputeNode, InstanceInfoCache
from fakevirt.driver.fake import FakeVirtDriver
from fakevirt.driver.hypervisor import Hypervisor, Storage
from fakevirt.driver.interface import ComputeDriver
from fakevirt.driver.profile import Profile
from fakevirt.instrument import determinism
from fakevirt.instrument.faults import FaultPlan
from fakevirt.instrument.probe import probe, unwrap
from fakevirt.instrument.trace import Trace
from fakevirt.manager.compute import ComputeManager, ManagerParts
from fakevirt.manager.plan import ConversionPlan
from fakevirt.manager.security_group_api import SecurityGroupAPI
from fakevirt.objects.instance import Instance
from fakevirt.rpc.compute import ComputeAPI
from fakevirt.rpc.recording import record_messages
from fakevirt.rpc.security_group import SecurityGroupRPCAPI
from fakevirt.rpc.server import get_server
from fakevirt.rpc.transport import open_transport
from fakevirt.services import Service
from fakevirt.settings import Settings
from fakevirt.usage_error import UsageError

#: The flavor of every server, as it stands in system_metadata (up to Juno).
_FLAVOR = {
    "instance_type_id": "2",
    "instance_type_name": "m1.small",
    "instance_type_flavorid": "2",
    "instance_type_memory_mb": "512",
    "instance_type_vcpus": "1",
    "instance_type_root_gb": "1",
    "instance_type_ephemeral_gb": "0",
    "instance_type_swap": "0",
    "instance_type_rxtx_factor": "1.0",
    "instance_type_vcpu_weight": "None",
}
_API_JOINS = ["metadata", "system_metadata", "security_groups", "info_cache"]
_DEVICES = [f"/dev/vd{letter}" for letter in string.ascii_lowercase]
_ROOT_DEVICE = _DEVICES[0]
_ENCRYPTION = {"provider": "luks", "cipher": "aes-xts-plain64", "key_size": 256, "control_location": "front-end"}
_IMAGE = "1f0e1a3c-5d0f-4b3c-9d5c-0a5f3d1c2b4a"


@dataclass(frozen=True, slots=True)
class Host:
    """One compute host.

    Args:
        name: Its name, which is also its node's.
        service: The service that runs on it.
        hypervisor: What its driver drives.
        driver: Its driver, probed.
        manager: Its compute manager.
    """

    name: str
    service: Service
    hypervisor: Hypervisor
    driver: ComputeDriver
    manager: ComputeManager


class Cloud:
    """One world, from ``with`` to the end of the block; the clock stands still in it.

    Args:
        plan: Which call path each work item takes, on every host; everything is converted unless given.
        hosts: The names of the compute hosts.
        shared_storage: Whether the hosts see the same disks.
        settings: How every service is configured.
        version_cap: The oldest release among the hosts, which clients send no newer RPC version than: ``icehouse``,
            ``juno`` or ``kilo``.
        seed: Where uuids and random numbers begin.
        database_url: A database URL of SQLAlchemy; in memory unless given.
        profile: In which form the drivers take instances.

    Attributes:
        trace: Every effect, in order.
        faults: What is planted.
        context: The context of requests.
        clock: The clock, which stands still unless it is advanced.
        epoch: What the clock showed in the beginning.
        names: Names for the uuids of everything that was set up, such as ``server-1`` and ``volume-1``.
        database: The database of the conductor and the API.
        network, volumes, consoleauth, notifier: The services behind the managers, not probed.

    Raises:
        UsageError: There are no hosts, two of one name, or the database cannot be opened.
    """

    def __init__(
        self,
        *,
        plan: ConversionPlan | None = None,
        hosts: Sequence[str] = ("src", "dst"),
        shared_storage: bool = True,
        settings: Settings | None = None,
        version_cap: str = "juno",
        seed: int = 0,
        database_url: str = MEMORY,
        profile: Profile | None = None,
    ) -> None:
        for name, value, kind in (
            ("plan", plan, ConversionPlan),
            ("settings", settings, Settings),
            ("profile", profile, Profile),
            ("database_url", database_url, str),
        ):
            if value is not None and not isinstance(value, kind):
                raise UsageError(
                    expected=f"a {kind.__name__}",
                    happened=f"{name}={value!r}",
                    where=f"Cloud({name}=…)",
                    how_to_go_on=f"give a {kind.__name__}, or leave it out",
                )
        if isinstance(hosts, str) or not hosts or len(set(hosts)) < len(hosts):
            raise UsageError(
                expected="the names of one or more compute hosts, each once",
                happened=f"hosts={hosts!r}",
                where="Cloud(hosts=…)",
                how_to_go_on="name each host once",
            )
        self.plan = plan or ConversionPlan.objects()
        self.settings = settings or Settings()
        self.epoch: datetime.datetime = determinism.EPOCH
        self.trace = Trace()
        self.faults = FaultPlan()
        self.names: dict[str, str] = {}
        self.network = NetworkAPI()
        self.volumes = VolumeAPI()
        self.consoleauth = ConsoleAuth()
        self.notifier = Notifier()
        self._host_names = tuple(hosts)
        self._version_cap = version_cap
        self._shared_storage = shared_storage
        self._seed = seed
        self._database_url = database_url
        self._profile = profile
        self._unreachable: set[str] = set()
        self._hosts: dict[str, Host] = {}
        self._worlds = contextlib.ExitStack()

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as worlds:
            self._set_up(worlds)
            self._worlds = worlds.pop_all()
        test = running_test.current()
        if test is not None:
            test.clouds.append(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._worlds.close()
        self._hosts = {}

    def __repr__(self) -> str:
        return f"<Cloud of {', '.join(self._host_names)}, plan {self.plan}>"

    def host(self, name: str) -> Host:
        """Return a compute host by its name, or raise UsageError."""
        if not self._hosts:
            raise UsageError(
                expected="a cloud within its with block",
                happened="it has not been entered yet, or was left",
                where=repr(self),
                how_to_go_on="write `with Cloud(…) as cloud:` and use it within",
            )
        if name not in self._hosts:
            raise UsageError(
                expected=f"one of the compute hosts {', '.join(self._hosts)}",
                happened=f"{name!r} is none of them",
                where=repr(self),
                how_to_go_on="correct the name, or build the cloud with that host: Cloud(hosts=…)",
            )
        return self._hosts[name]

    def boot(
        self,
        host: str,
        *,
        volumes: int = 0,
        boot_from_volume: bool = False,
        encrypted: bool = False,
        memory_mb: int = 512,
        root_gb: int = 1,
        networks: bool = True,
        info_cache: bool = True,
        image_mapping: bool = False,
    ) -> Instance:
        """Set up a running server; that is no request, and nothing of it is on the trace.

        Args:
            host: Where it runs.
            volumes: How many volumes are attached.
            boot_from_volume: Whether the first of them is its root disk; it has no image then.
            encrypted: Whether the volumes are encrypted.
            memory_mb: Its memory, in MiB.
            root_gb: The size of its root disk, in GiB.
            networks: Whether it has a port.
            info_cache: Whether its network information is cached; an old row may have no cache.
            image_mapping: Whether its block device mappings name the image that its root disk was made of.

        Returns:
            The instance as the API has it.

        Raises:
            UsageError: There is no such host, or it is to boot from a volume and has none.
        """
        if not boot_from_volume <= volumes < len(_DEVICES):
            raise UsageError(
                expected=f"{int(boot_from_volume)} to {len(_DEVICES) - 1} volumes",
                happened=f"volumes={volumes}, boot_from_volume={boot_from_volume}",
                where="Cloud.boot(…)",
                how_to_go_on="give a number of volumes in that range",
            )
        target = self.host(host)
        with self.trace.muted(), services.running_as(self._api):
            row = self._server_row(
                target, memory_mb=memory_mb, root_gb=root_gb, image_ref="" if boot_from_volume else _IMAGE
            )
            network_info = self._connect_networks(row) if networks else []
            instance = self._create_instance(row)
            if not info_cache:
                self._lose_info_cache(instance)
            if image_mapping:
                self._map_image(instance)
            mappings = [
                self._attach_volume(target, instance, device, encrypted)
                for device in (_DEVICES[:volumes] if boot_from_volume else _DEVICES[1 : volumes + 1])
            ]
            block_device_info = {
                "root_device_name": _ROOT_DEVICE,
                "swap": None,
                "ephemerals": [],
                "block_device_mapping": mappings,
            }
            driver = unwrap(target.driver)
            driver.spawn(self.context, instance, {}, [], None, network_info, block_device_info)
            target.manager.pending_events[instance.uuid] = ["network-vif-plugged"]
            with services.running_as(target.service):
                target.manager._track_available_nodes(admin_context())
            return instance

    def refresh(self, server: Instance) -> Instance:
        """Return the server as the API has it now, with everything that the API joins."""
        with services.running_as(self._api):
            return Instance.get_by_uuid(self.context, server.uuid, expected_attrs=_API_JOINS)

    def live_migrate(
        self, server: Instance, *, to: str, block_migration: bool = False, disk_over_commit: bool = False
    ) -> None:
        """Ask the API to move a server while it runs.

        Args:
            server: The server.
            to: The host to move it to.
            block_migration: Whether to copy its disks.
            disk_over_commit: Whether only what the disks take up now must fit there.

        Raises:
            NovaException: A check refused it. What fails later, fails unseen: the move itself is a cast.
            UsageError: There is no such host.
        """
        self.host(to)
        with services.running_as(self._api):
            instance = self.refresh(server)
            instance.task_state = states.MIGRATING
            instance.save(expected_task_state=[None])
            db.action_start(
                self.context,
                {
                    "action": "live-migration",
                    "instance_uuid": instance.uuid,
                    "request_id": self.context.request_id,
                    "user_id": self.context.user_id,
                    "project_id": self.context.project_id,
                    "start_time": self.clock.now,
                },
            )
            self._compute_task_api.migrate_server(
                self.context, instance, to, block_migration=block_migration, disk_over_commit=disk_over_commit
            )

    def check_can_live_migrate(
        self, server: Instance, *, to: str, block_migration: bool = False, disk_over_commit: bool = False
    ) -> dict[str, Any]:
        """Ask a host whether a server may come, as the conductor does before it moves one.

        Arguments are those of :meth:`live_migrate`.

        Returns:
            What was found out about storage (``migrate_data``).

        Raises:
            NovaException: It may not.
            UsageError: There is no such host.
        """
        self.host(to)
        with services.running_as(self._conductor):
            migrate_data: dict[str, Any] = self._compute_api.check_can_live_migrate_destination(
                self.context, self.refresh(server), to, block_migration, disk_over_commit
            )
            return migrate_data

    def attached_volumes(self, server: Instance) -> list[str]:
        """Return the ids of the volumes that are attached to a server, in the order of their devices."""
        with services.running_as(self._api):
            bdms = db.block_device_mapping_get_all_by_instance(self.context, server.uuid)
        return [bdm.volume_id for bdm in sorted(bdms, key=lambda bdm: bdm.device_name or "") if bdm.volume_id]

    def detach_volume(self, server: Instance, volume_id: str) -> None:
        """Ask the API to detach a volume from a server.

        Args:
            server: The server.
            volume_id: The volume; :meth:`attached_volumes` has the ids.

        Raises:
            VolumeNotFound: There is no such volume.
            InvalidVolume: It is not attached to the server, or it is its root disk. What fails later, fails unseen: the
                rest is a cast.
        """
        with services.running_as(self._api):
            instance = self.refresh(server)
            volume = self.volumes.get(self.context, volume_id)
            if volume["attach_status"] == "detached" or volume["instance_uuid"] != instance.uuid:
                raise exceptions.InvalidVolume(reason=f"{volume_id} is not attached to {instance.uuid}")
            bdm = db.block_device_mapping_get_by_volume_id(self.context, volume_id)
            if bdm is not None and bdm.device_name == instance.root_device_name:
                raise exceptions.InvalidVolume(reason="Can't detach root device volume")
            self.volumes.check_detach(self.context, volume)
            self.volumes.begin_detaching(self.context, volume_id)
            self._compute_api.detach_volume(self.context, instance, volume_id)

    def add_security_group(self, name: str, *members: Instance, lets_in: int | None = None) -> int:
        """Set up a security group; every server is in the group ``default`` from the beginning.

        Args:
            name: Its name.
            *members: The servers that are in it.
            lets_in: The id of a group whose members it lets in.

        Returns:
            Its id.
        """
        with self.trace.muted(), services.running_as(self._api):
            group = db.security_group_create(
                self.context,
                builders.security_group_row(
                    id=None, name=name, user_id=self.context.user_id, project_id=self.context.project_id
                ),
            )
            for server in members:
                db.instance_add_security_group(self.context, server.uuid, group.id)
            if lets_in is not None:
                rule = {"parent_group_id": group.id, "group_id": lets_in, "protocol": "tcp"}
                db.security_group_rule_create(self.context, rule)
            return group.id

    def change_rules(self, security_group_id: int) -> None:
        """Let the API tell hosts that the rules of a group have changed."""
        with services.running_as(self._api):
            self._security_group_api.trigger_rules_refresh(self.context, security_group_id)

    def change_members(self, *security_group_ids: int) -> None:
        """Let the API tell hosts that groups have gained or lost members."""
        with services.running_as(self._api):
            self._security_group_api.trigger_members_refresh(self.context, security_group_ids)

    def add_compute_node(self, host: str, nodename: str) -> None:
        """Set up one more compute node of a host, which its driver knows nothing of."""
        with self.trace.muted(), services.running_as(self._api):
            service = db.service_get_by_compute_host(self.context, self.host(host).name)
            values = builders.compute_node_row(id=None, service_id=service.id, hypervisor_hostname=nodename)
            db.compute_node_create(self.context, values)

    def remove_compute_nodes(self, host: str) -> None:
        """Delete the compute nodes of a host behind its back."""
        with self.trace.muted(), services.running_as(self._api):
            service = db.service_get_by_compute_host(self.context, self.host(host).name)
            for node in service.compute_node:
                db.compute_node_delete(self.context, node.id)

    def update_server(self, server: Instance, **values: Any) -> None:
        """Write a server's row behind everyone's back, as a second request would."""
        with self.trace.muted(), services.running_as(self._api):
            db.instance_update(self.context, server.uuid, values)

    def cut_off(self, host: str) -> None:
        """Let hypervisors no longer reach the one of ``host``; messages still reach its manager."""
        self._unreachable.add(self.host(host).name)

    def state(self) -> dict[str, Any]:
        """Return the whole state of the world as plain data: every row, every hypervisor, every service behind them."""
        tables = {f"table {name}": rows for name, rows in self.database.content().items()}
        pending = {f"pending events {host.name}": dict(host.manager.pending_events) for host in self._hosts.values()}
        hypervisors = {f"hypervisor {host.name}": host.hypervisor.to_primitive() for host in self._hosts.values()}
        return {
            **tables,
            **hypervisors,
            **pending,
            "network": self.network.to_primitive(),
            "volume": self.volumes.to_primitive(),
            "consoleauth": self.consoleauth.to_primitive(),
        }

    def _set_up(self, worlds: contextlib.ExitStack) -> None:
        self.clock = worlds.enter_context(determinism.frozen(self._seed, self.epoch))
        self.context = RequestContext(user_id="fake_user", project_id="fake_project")
        # What exists before a request has a name: numbers by first appearance would depend on which fields are loaded.
        self.names |= {self.context.request_id.removeprefix("req-"): "request", _IMAGE: "image"}
        self.database = Database(self._database_url)
        worlds.callback(self.database.dispose)
        transport = open_transport()
        worlds.callback(transport.cleanup)
        record_messages(transport, self.trace, self.faults)
        converted = self.plan.converted.__contains__
        self._compute_api = ComputeAPI(transport, converted=converted, version_cap=self._version_cap)
        self._compute_task_api = ComputeTaskAPI(transport)
        self._security_group_api = SecurityGroupAPI(SecurityGroupRPCAPI(transport), self.plan)
        conductor_api = ConductorAPI(transport)
        self._api = self._service("nova-api", "api")
        self._conductor = self._service("nova-conductor", "conductor")
        network_api = probe(self.network, "network", self.trace, self.faults)
        conductor = ConductorManager(
            network_api=network_api, notifier=self._conductor.notifier, compute_api=self._compute_api
        )
        self._serve(worlds, transport, "conductor", self._conductor, conductor, *conductor.additional_endpoints)
        shared = Storage("shared") if self._shared_storage else None
        volume_api = probe(self.volumes, "volume", self.trace, self.faults)
        consoleauth = probe(self.consoleauth, "consoleauth", self.trace, self.faults)
        indirection_api = ConductorIndirection(transport)
        for name in self._host_names:
            service = self._service("nova-compute", name, indirection_api=indirection_api)
            hypervisor = Hypervisor(name, instances_path=shared or Storage(name))
            driver = FakeVirtDriver(hypervisor, peers=self._peer, profile=self._profile)
            parts = ManagerParts(
                service=service,
                plan=self.plan,
                driver=probe(driver, "driver", self.trace, self.faults, service=name),
                network_api=network_api,
                volume_api=volume_api,
                consoleauth_rpcapi=consoleauth,
                conductor_api=conductor_api,
                compute_rpcapi=self._compute_api,
                notifier=service.notifier,
            )
            self._hosts[name] = Host(name, service, hypervisor, parts.driver, ComputeManager(parts))
            manager = self._hosts[name].manager
            self._serve(worlds, transport, "compute", service, manager, *manager.additional_endpoints)
        self._populate()

    def _populate(self) -> None:
        with self.trace.muted(), services.running_as(self._api):
            self.names[self.network.add_network().id] = "network"
            for host in self._hosts.values():
                service = db.service_create(self.context, builders.service_row(id=None, host=host.name))
                for nodename in host.hypervisor.nodes:
                    self._create_compute_node(host, service.id, nodename)

    def _create_compute_node(self, host: Host, service_id: int, nodename: str) -> None:
        """Insert a node's row as the host's resource tracker would."""
        resources = unwrap(host.driver).get_available_resource(nodename)
        values = builders.compute_node_row(
            id=None,
            service_id=service_id,
            free_ram_mb=resources["memory_mb"],
            free_disk_gb=resources["local_gb"],
            **{name: value for name, value in resources.items() if name in ComputeNode.__table__.columns},
        )
        db.compute_node_create(self.context, values)

    def _service(self, binary: str, host: str, indirection_api: ConductorIndirection | None = None) -> Service:
        """Make a service; one whose objects go to the conductor has no database of its own."""
        publisher = f"{binary.removeprefix('nova-')}.{host}"
        notifier = Notifier(publisher, self.notifier.messages)
        return Service(
            binary,
            host,
            self.trace,
            database=self.database if indirection_api is None else None,
            indirection_api=indirection_api,
            notifier=probe(notifier, "notifier", self.trace, self.faults, service=host, operation=_event_type),
            settings=self.settings,
        )

    def _serve(
        self, worlds: contextlib.ExitStack, transport: Any, topic: str, service: Service, *endpoints: object
    ) -> None:
        server = get_server(transport, topic, service, endpoints)
        server.start()
        worlds.callback(server.stop)

    def _peer(self, host: str) -> Hypervisor:
        if host in self._unreachable:
            raise exceptions.MigrationError(reason=f"unable to connect to server at {host}")
        return self.host(host).hypervisor

    def _server_row(self, host: Host, **values: Any) -> dict[str, Any]:
        number = 1 + sum(name.startswith("server-") for name in self.names.values())
        (node,) = host.hypervisor.nodes
        row = builders.instance_row(
            id=None,
            user_id=self.context.user_id,
            project_id=self.context.project_id,
            host=host.name,
            node=node,
            launched_on=host.name,
            launched_at=self.clock.now,
            hostname=f"server-{number}",
            display_name=f"server-{number}",
            instance_type_id=2,
            metadata={"role": "guest"},
            system_metadata={**_FLAVOR, "image_base_image_ref": _IMAGE},
            security_groups=["default"],
            **values,
        )
        self.names[row["uuid"]] = f"server-{number}"
        return row

    def _connect_networks(self, row: dict[str, Any]) -> list[dict[str, Any]]:
        network_info = self.network.allocate_for_instance(self.context, row)
        self.network.setup_networks_on_host(self.context, row, row["host"])
        for vif in network_info:
            self.names[vif["id"]] = f"port-{len(self.network.ports)}"
        row["info_cache"]["network_info"] = jsonutils.dumps(network_info)
        return network_info

    def _create_instance(self, row: dict[str, Any]) -> Instance:
        created = db.instance_create(self.context, row)
        return Instance._from_db_object(self.context, Instance(self.context), created, expected_attrs=_API_JOINS)

    def _lose_info_cache(self, instance: Instance) -> None:
        """Remove a row that the database API never removes; rows older than the table have none."""
        with self.database.transaction() as connection:
            connection.execute(delete(InstanceInfoCache).where(InstanceInfoCache.instance_uuid == instance.uuid))

    def _map_image(self, instance: Instance) -> None:
        """Insert the mapping of the root disk that was made of the image."""
        row = builders.block_device_mapping_row(
            id=None,
            instance_uuid=instance.uuid,
            source_type="image",
            destination_type="local",
            image_id=instance.image_ref,
            volume_id=None,
            volume_size=None,
            device_name=_ROOT_DEVICE,
            boot_index=0,
            connection_info=None,
            delete_on_termination=True,
        )
        db.block_device_mapping_create(self.context, row, legacy=False)

    def _attach_volume(self, host: Host, instance: Instance, device: str, encrypted: bool) -> dict[str, Any]:
        boot_index = 0 if device == _ROOT_DEVICE else None
        number = len(self.volumes.volumes) + 1
        volume = self.volumes.create(self.context, 1, f"volume-{number}", "")
        self.names[volume["id"]] = f"volume-{number}"
        if encrypted:
            self.volumes.volumes[volume["id"]].encryption = dict(_ENCRYPTION)
        self.volumes.reserve_volume(self.context, volume["id"])
        connector = unwrap(host.driver).get_volume_connector(instance)
        connection_info = self.volumes.initialize_connection(self.context, volume["id"], connector)
        connection_info["serial"] = volume["id"]
        self.volumes.attach(self.context, volume["id"], instance.uuid, device)
        row = builders.block_device_mapping_row(
            id=None,
            instance_uuid=instance.uuid,
            volume_id=volume["id"],
            device_name=device,
            boot_index=boot_index,
            connection_info=jsonutils.dumps(connection_info),
        )
        db.block_device_mapping_create(self.context, row, legacy=False)
        return {
            "mount_device": device,
            "boot_index": boot_index,
            "delete_on_termination": False,
            "connection_info": connection_info,
        }


def _event_type(method: str, arguments: Mapping[str, Any]) -> str:
    """Name a notification's effect after what it tells."""
    event_type: str = arguments["event_type"]
    return event_type
