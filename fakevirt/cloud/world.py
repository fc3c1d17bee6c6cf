"""What a cloud is wired of: a database, a conductor, compute hosts with their drivers, the services behind them."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from sqlalchemy import select, update

from fakevirt import exceptions, releases, running_test, services, states
from fakevirt.backends.consoleauth import ConsoleAuth
from fakevirt.backends.image import ImageAPI
from fakevirt.backends.network import NetworkAPI
from fakevirt.backends.notifier import Notifier
from fakevirt.backends.scheduler import Scheduler
from fakevirt.backends.volume import VolumeAPI
from fakevirt.cloud.factories import DriverFactory, DriverParts, ManagerFactory, fake_virt_driver
from fakevirt.cloud.premises import Premises, premises_at
from fakevirt.cloud.trace import CloudTrace
from fakevirt.cloud.wiring import Wiring
from fakevirt.conductor.api import ComputeTaskAPI, ConductorIndirection
from fakevirt.context import RequestContext, admin_context
from fakevirt.db import api as db
from fakevirt.db import builders
from fakevirt.db.engine import Database
from fakevirt.db.models import Base, ComputeNode
from fakevirt.db.models import Instance as Instances
from fakevirt.driver.fake import FakeVirtDriver
from fakevirt.driver.hypervisor import Hypervisor
from fakevirt.driver.interface import ComputeDriver
from fakevirt.driver.profile import Profile
from fakevirt.driver.storage import Storage
from fakevirt.instrument import determinism
from fakevirt.instrument.faults import FaultPlan
from fakevirt.instrument.probe import probe, unwrap
from fakevirt.instrument.trace import scope
from fakevirt.instrument.turns import Turns
from fakevirt.manager.compute import ComputeManager
from fakevirt.manager.plan import ConversionPlan
from fakevirt.manager.security_group_api import SecurityGroupAPI
from fakevirt.objects.instance import Instance
from fakevirt.releases import Release
from fakevirt.rpc.instance_api import InstanceAPI
from fakevirt.rpc.scheduler import SchedulerAPI
from fakevirt.rpc.security_group import SecurityGroupRPCAPI
from fakevirt.rpc.versions import newest_version
from fakevirt.rpc.versions import version_cap as check_pin
from fakevirt.services import Service
from fakevirt.settings import Settings
from fakevirt.usage_error import UsageError

#: What the API joins to every instance.
API_JOINS = ["metadata", "system_metadata", "security_groups", "info_cache"]
#: The image that servers are made of.
IMAGE = "1f0e1a3c-5d0f-4b3c-9d5c-0a5f3d1c2b4a"


#: What a second writer can change of instances, and to what.
SECOND_WRITER: dict[str, dict[str, Any]] = {
    "task_state": {"task_state": states.POWERING_OFF},
    "deleting": {"task_state": states.DELETING},
    "host": {"host": "elsewhere"},
}


#: What databases in memory begin with, by all that it depends on.
_beginnings: dict[tuple[object, ...], bytes] = {}


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


class World:
    """The wiring of a :class:`fakevirt.cloud.Cloud`, which tells what its arguments and attributes are."""

    def __init__(
        self,
        *,
        plan: ConversionPlan | None = None,
        conductor: Release | str | None = None,
        hosts: Sequence[str] | Mapping[str, Release | str] = ("src", "dst"),
        shared_storage: bool = True,
        settings: Settings | None = None,
        version_cap: str | None = "auto",
        seed: int = 0,
        database_url: str | None = None,
        transport_url: str | None = None,
        profile: Profile | None = None,
        manager: ManagerFactory = ComputeManager,
        driver: DriverFactory = fake_virt_driver,
    ) -> None:
        for name, value, kind in (
            ("plan", plan, ConversionPlan),
            ("settings", settings, Settings),
            ("profile", profile, Profile),
            ("database_url", database_url, str),
            ("transport_url", transport_url, str),
        ):
            if value is not None and not isinstance(value, kind):
                raise UsageError(
                    expected=f"a {kind.__name__}",
                    happened=f"{name}={value!r}",
                    where=f"Cloud({name}=…)",
                    how_to_go_on=f"give a {kind.__name__}, or leave it out",
                )
        for name, factory in (("manager", manager), ("driver", driver)):
            if not callable(factory):
                raise UsageError(
                    expected="a class, or a function that makes one for each host",
                    happened=f"{name}={factory!r}",
                    where=f"Cloud({name}=…)",
                    how_to_go_on=f"give what is called with {name.capitalize()}Parts, or leave it out",
                )
        if isinstance(hosts, str) or not hosts or len(set(hosts)) < len(hosts):
            raise UsageError(
                expected="the names of one or more compute hosts, each once",
                happened=f"hosts={hosts!r}",
                where="Cloud(hosts=…)",
                how_to_go_on="name each host once",
            )
        self.plan: ConversionPlan = plan or ConversionPlan.objects()
        self.settings: Settings = settings or Settings()
        self.epoch: datetime.datetime = determinism.EPOCH
        self._premises: Premises = premises_at(transport_url, manager, driver)
        self.trace: CloudTrace = self._premises.trace
        self.faults: FaultPlan = FaultPlan()
        self.names: dict[str, str] = {}
        self.network: NetworkAPI = NetworkAPI()
        self.volumes: VolumeAPI = VolumeAPI()
        self.images: ImageAPI = ImageAPI()
        self.consoleauth: ConsoleAuth = ConsoleAuth()
        self.notifier: Notifier = Notifier()
        mixed = dict(hosts) if isinstance(hosts, Mapping) else dict.fromkeys(hosts, releases.CURRENT)
        self._releases = {name: releases.get(release) for name, release in mixed.items()}
        newest = max(self._releases.values(), key=lambda release: release.service_version)
        self._conductor_release = newest if conductor is None else releases.get(conductor)
        if version_cap not in (None, "auto"):
            check_pin(version_cap)
        self._version_cap = version_cap
        self._shared_storage = shared_storage
        self._seed = seed
        self._database_url = database_url
        self._profile = profile
        self._unreachable: set[str] = set()
        self._populated: dict[str, range] = {}
        self._server_numbers = itertools.count(1)
        self._hosts: dict[str, Host] = {}
        self._worlds = contextlib.ExitStack()
        self._turns: Turns | None = None

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
        return f"<Cloud of {', '.join(self._releases)}, plan {self.plan}>"

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

    def refresh(self, server: Instance) -> Instance:
        """Return the server as the API has it now, with everything that the API joins."""
        return self._server(server.uuid)

    def server(self, name: str) -> Instance:
        """Return the server of a name, such as ``server-1``, as the API has it now: from within a fault, say.

        Raises:
            InstanceNotFound: It is gone.
            ValueError: There never was one of that name.
        """
        (uuid,) = [uuid for uuid, known in self.names.items() if known == name]
        return self._server(uuid)

    def _server(self, uuid: str) -> Instance:
        with services.running_as(self._api):
            return Instance.get_by_uuid(self.context, uuid, expected_attrs=API_JOINS)

    def _next_server_name(self) -> str:
        return f"server-{next(self._server_numbers)}"

    def _report_resources(self) -> None:
        """Let every host report what it has, unless it did so: that is what starts a compute manager."""
        for host in self._hosts.values():
            if not host.manager.tracks_resources:
                self._audit(host)

    def _audit(self, host: Host) -> None:
        """Let a host count what it has, as its periodic task does, and keep that off the trace."""
        service = host.service
        if service.release == self._conductor_release:
            # Nobody sees the messages to a conductor that would read and write no other objects.
            service = dataclasses.replace(service, database=self.database, indirection_api=None)
        try:
            with self.trace.muted(), services.running_as(service):
                host.manager._track_available_nodes(admin_context())
        except Exception as error:
            if host.service.release == self._conductor_release:
                raise
            # Two releases that do not understand each other: the service runs on, and its log tells of the task.
            work_item = "delete_orphan_compute_nodes"
            path = self.plan.path_of(work_item).value
            with scope(work_item):
                self.trace.record("manager", "update_available_resource", service=host.name, path=path).raised(error)

    def state(self) -> dict[str, Any]:
        """Return the whole state of the world as plain data: every row, every hypervisor, every service behind them.

        Of rows that :meth:`Cloud.populate` inserted there are those that something on the trace has written to.
        """
        content = self.database.content(besides=self._populated, but=self._written())
        tables = {f"table {name}": rows for name, rows in content.items()}
        pending = {f"pending events {host.name}": _pending_events(host) for host in self._hosts.values()}
        hypervisors = {f"hypervisor {host.name}": host.hypervisor.to_primitive() for host in self._hosts.values()}
        return {
            **tables,
            **hypervisors,
            **pending,
            "network": self.network.to_primitive(),
            "volume": self.volumes.to_primitive(),
            "image": self.images.to_primitive(),
            "scheduler": self.scheduler.to_primitive(),
            "consoleauth": self.consoleauth.to_primitive(),
        }

    def _written(self) -> dict[str, set[int]]:
        """Return the ids of populated rows that statements on the trace have named, by table."""
        written: dict[str, set[int]] = {}
        for effect in self.trace.on("db") if self._populated else ():
            verb, table = effect.operation.split(" ")
            populated, where = self._populated[table], effect.arguments.get("where", {})
            if verb == "insert" or not populated:
                continue
            name = self.names.get(where.get("uuid"), "")
            if "id" in where:
                found = [where["id"]] if where["id"] in populated else []
            elif name and not name.startswith("populated-"):
                found = []
            else:
                found = self._populated_rows(table, where)
            written.setdefault(table, set()).update(found)
        return written

    def _populated_rows(self, table: str, where: Mapping[str, Any]) -> list[int]:
        """Return the ids of populated rows that a statement may have found: one by a uuid, all by other columns."""
        id, populated = Base.metadata.tables[table].c.id, self._populated[table]
        query = select(id).where(id.between(populated[0], populated[-1]))
        if "uuid" in where:
            query = query.where(Base.metadata.tables[table].c.uuid == where["uuid"])
        with self.database.transaction() as connection:
            return list(connection.scalars(query))

    def _set_up(self, worlds: contextlib.ExitStack) -> None:
        self.clock: determinism.Clock = worlds.enter_context(determinism.frozen(self._seed, self.epoch))
        self.faults.advance, self.faults.write = self._sleep, self._write_meanwhile
        self.context: RequestContext = RequestContext(user_id="fake_user", project_id="fake_project")
        # What exists before a request has a name: numbers by first appearance would depend on which fields are loaded.
        self.names |= {self.context.request_id.removeprefix("req-"): "request", IMAGE: "image"}
        self.database: Database = Database(self._database_url)
        worlds.callback(self.database.dispose)
        self._network_api = probe(self.network, "network", self.trace, self.faults)
        self._image_api = probe(self.images, "image", self.trace, self.faults)
        self._volume_api = probe(self.volumes, "volume", self.trace, self.faults)
        self._consoleauth = probe(self.consoleauth, "consoleauth", self.trace, self.faults)
        self._wiring: Wiring = Wiring(
            transport=worlds.enter_context(self._premises.open(self)),
            plan=self.plan,
            settings=self.settings,
            trace=self.trace,
            faults=self.faults,
            network_api=self._network_api,
            volume_api=self._volume_api,
            image_api=self._image_api,
            consoleauth=self._consoleauth,
            sleep=self._sleep,
            pin=lambda: self._pin,
        )
        self._start_controllers()
        shared = Storage("shared") if self._shared_storage else None
        for name, release in self._releases.items():
            my_ip = f"192.0.2.{len(self._hosts) + 1}"
            hypervisor = Hypervisor(name, instances_path=shared or Storage(name), my_ip=my_ip)
            self._start_host(release, hypervisor)
        self._populate()

    def _start_controllers(self) -> None:
        """Start the API, the scheduler and the conductor, which are upgraded together and before any host."""
        release, transport = self._conductor_release, self._wiring.transport
        self._compute_api = self._wiring.compute_api_of(release)
        self._instance_api = InstanceAPI(self._compute_api)
        self._compute_task_api = ComputeTaskAPI(transport)
        self._scheduler_api = SchedulerAPI(transport)
        self._security_group_rpcapi = SecurityGroupRPCAPI(transport, version_cap=self._newest_of_security_groups)
        self._security_group_api = SecurityGroupAPI(self._security_group_rpcapi, self.plan)
        self._api = self._service("nova-api", "api", release)
        self._conductor = self._service("nova-conductor", "conductor", release)
        scheduler = self._service("nova-scheduler", "scheduler", release)
        self.scheduler: Scheduler = self._premises.run_controllers(self._wiring, self._conductor, scheduler)

    def _start_host(self, release: Release, hypervisor: Hypervisor, driver: ComputeDriver | None = None) -> None:
        """Start the compute service of a host, with the driver that it had if there is one."""
        name = hypervisor.hostname
        indirection_api = ConductorIndirection(self._wiring.transport)
        service = self._service("nova-compute", name, release, indirection_api=indirection_api)
        parts = DriverParts(hypervisor, self._peer, self._image_api, self._profile, self._sleep, self.clock.seconds)
        driver, manager = self._premises.run_host(self._wiring, service, parts, driver)
        self._hosts[name] = Host(name, service, hypervisor, driver, manager)

    def _populate(self) -> None:
        with self.trace.muted(), services.running_as(self._api):
            self.names[self.network.add_network().id] = "network"
            self.images.create(self.context, {"id": IMAGE, "name": "image"})
            # Worlds with the same hosts begin with the same rows, and copying them takes a fraction of inserting them.
            releases = tuple((host, release.service_version) for host, release in self._releases.items())
            beginning = releases, self._shared_storage, self.epoch
            if self.database.is_in_memory and beginning in _beginnings:
                self.database.restore(_beginnings[beginning])
                return
            self._insert_rows()
            if self.database.is_in_memory:
                _beginnings[beginning] = self.database.snapshot()

    def _start_manager(self, host: Host) -> None:
        """Let the manager of a host do what its service does when it starts."""
        with services.running_as(host.service):
            host.manager.init_host()
            host.manager.update_available_resource(admin_context())

    def _report_version(self, host: str) -> None:
        """Write what release a host is of, as its service does when it starts."""
        with self.trace.muted(), services.running_as(self._api):
            service = db.service_get_by_compute_host(self.context, host)
            version = self.host(host).service.release.service_version
            db.service_update(self.context, service.id, {"version": version})

    def _insert_rows(self) -> None:
        db.flavor_create(self.context, builders.flavor_row(id=None))
        for host in self._hosts.values():
            version = host.service.release.service_version
            service = db.service_create(self.context, builders.service_row(id=None, host=host.name, version=version))
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

    def _sleep(self, seconds: float, or_until: Callable[[], bool] = lambda: False) -> None:
        """Let some seconds pass, or less if something holds, in which other requests may go on."""
        if self._turns is not None:
            self._turns.sleep(seconds, or_until)
        elif not or_until():
            self.clock.advance(seconds)

    def _write_meanwhile(self, change: str) -> None:
        """Write the rows of all instances, as a second request or another host would."""
        with self.trace.muted(), services.running_as(self._api), self.database.transaction() as connection:
            connection.execute(update(Instances).where(Instances.deleted == 0).values(SECOND_WRITER[change]))

    def _lenient_driver(self, host: Host) -> ComputeDriver:
        """Return a driver for setting up, which is not recorded and takes an instance in any form."""
        return FakeVirtDriver(host.hypervisor, peers=self._peer)

    def _service(
        self, binary: str, host: str, release: Release, indirection_api: ConductorIndirection | None = None
    ) -> Service:
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
            release=release,
            faults=self.faults,
        )

    @property
    def conductor_release(self) -> Release:
        """The release of the conductor, the API and the scheduler."""
        return self._conductor_release

    @property
    def _pin(self) -> str | None:
        """What the services are pinned to: a release or version, None if they are not."""
        if self._version_cap != "auto":
            return self._version_cap
        with services.running_as(self._api):
            oldest = db.service_get_minimum_version(self.context, "nova-compute")
        return releases.of_version(oldest).rpc_version

    def _newest_of_security_groups(self) -> str:
        """Return the newest version that every host takes of what only the client for security groups sends."""
        converted = "refresh_instance_security_rules"
        if self._version_cap == "auto" and all(converted in release.converted for release in self._releases.values()):
            return "4.4"
        return newest_version(self._conductor_release, self._pin)

    def _peer(self, host: str) -> Hypervisor:
        """Return the hypervisor of a host by its name or address, as a driver's connection to it does."""
        names = {one.hypervisor.my_ip: one.name for one in self._hosts.values()}
        peer = self.host(names.get(host, host))
        if peer.name in self._unreachable:
            raise exceptions.MigrationError(reason=f"unable to connect to server at {host}")
        return peer.hypervisor


def _pending_events(host: Host) -> dict[str, Any]:
    try:
        return dict(host.manager.pending_events)
    except ConnectionError:
        # Its process was killed, and what it had in memory is gone.
        return {}


def _event_type(method: str, arguments: Mapping[str, Any]) -> str:
    """Name a notification's effect after what it tells."""
    event_type: str = arguments["event_type"]
    return event_type
