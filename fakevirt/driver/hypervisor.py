"""An in-memory hypervisor: what a host running QEMU under libvirt knows, and the few things it can do."""

from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from fakevirt import exceptions, states
from fakevirt.driver.console import Console, ConsoleRDP, ConsoleSerial, ConsoleSpice, ConsoleVNC
from fakevirt.driver.domain import Domain
from fakevirt.driver.migration_job import MigrationJob, MigrationSettings
from fakevirt.driver.storage import MIB, Disk, Storage
from fakevirt.instrument.snapshot import snapshot
from fakevirt.usage_error import UsageError

#: The first port for VNC and SPICE, for serial consoles, and the one port of all RDP consoles.
_GRAPHICS_PORT = 5900
_SERIAL_PORT = 10000
_RDP_PORT = 2179


@dataclass(slots=True)
class PluggedVif:
    """A VIF that is connected to the host's network."""

    instance_uuid: str
    address: str


@dataclass(slots=True)
class FilterRules:
    """The firewall rules of one instance: which VIFs they cover and how often they were refreshed."""

    vifs: list[str]
    refreshes: int = 0


@dataclass(frozen=True, slots=True)
class CPU:
    """The processor of a host."""

    vendor: str = "Intel"
    model: str = "Haswell"
    arch: str = "x86_64"
    features: frozenset[str] = frozenset({"aes", "avx2", "sse4.2"})

    def to_json(self) -> str:
        """Return it as the ``cpu_info`` of a compute node."""
        return json.dumps({**asdict(self), "features": sorted(self.features)})

    def check_can_run_guests_of(self, cpu_info: str | None) -> None:
        """Raise InvalidCPUInfo unless guests can come here from a host with that processor.

        Args:
            cpu_info: The ``cpu_info`` of the other compute node; one that was never reported tells nothing.
        """
        if not cpu_info:
            return
        other = json.loads(cpu_info)
        missing = set(other.get("features", ())) - self.features
        if missing:
            raise exceptions.InvalidCPUInfo(reason=f"the destination lacks {', '.join(sorted(missing))}")
        for name in ("arch", "vendor"):
            theirs, ours = other.get(name, getattr(self, name)), getattr(self, name)
            if theirs != ours:
                raise exceptions.InvalidCPUInfo(reason=f"{name} is {ours} here and {theirs} there")


@dataclass(slots=True, eq=False)
class Hypervisor:
    """A host and its guests.

    Args:
        hostname: The name of the host, and of its only node unless ``nodes`` says otherwise.
        instances_path: Where instances have their directory; a local one unless given.
        image_pool: Where disks are when they are not files in those directories (Ceph, say).
        nodes: The names of the nodes it reports.
        my_ip: Its address; consoles listen there.
        vcpus: How many processors it has.
        memory_mb: Its memory, in MiB. Guests cannot have more than that together.
        cpu: The kind of its processors.
        hypervisor_type: The kind of hypervisor.
        hypervisor_version: Its version as one number.
        console_types: The kinds of consoles that guests get when they start: ``vnc``, ``spice``, ``rdp``, ``serial``.
        macs: The MAC addresses that guests must use; None when any will do.
        dhcp_options: The DHCP options that guests need; None when they need none.
        deallocate_networks_on_reschedule: Whether networks must be given back before another host tries.
        cpu_stats: How its processors spent their time (ns): ``kernel``, ``idle``, ``user`` and ``iowait``; and their
            ``frequency`` (MHz).
        domains: The guests by name.
        connected_volumes: Connection information by volume id.
        encryptors: The ids of volumes that are read through an encryptor.
        failed_volumes: The ids of volumes that can no longer be read.
        live_migration: How guests are copied to other hosts; at once unless given.
        jobs: The live migrations that are under way from here, by the guest's name.
        plugged_vifs: VIFs by id.
        filters: Firewall rules by instance uuid.
    """

    hostname: str
    instances_path: Storage = field(default_factory=lambda: Storage("local"))
    image_pool: Storage | None = None
    nodes: list[str] = field(default_factory=list)
    my_ip: str = "192.0.2.1"
    vcpus: int = 16
    memory_mb: int = 32768
    cpu: CPU = field(default_factory=CPU)
    hypervisor_type: str = "QEMU"
    hypervisor_version: int = 2001000
    console_types: frozenset[str] = frozenset({"vnc", "spice", "serial"})
    macs: frozenset[str] | None = None
    dhcp_options: list[dict[str, str]] | None = None
    deallocate_networks_on_reschedule: bool = False
    cpu_stats: dict[str, int] = field(
        default_factory=lambda: {"kernel": 0, "idle": 0, "user": 0, "iowait": 0, "frequency": 2400}
    )
    domains: dict[str, Domain] = field(default_factory=dict)
    connected_volumes: dict[str, dict[str, Any]] = field(default_factory=dict)
    encryptors: set[str] = field(default_factory=set)
    failed_volumes: set[str] = field(default_factory=set)
    plugged_vifs: dict[str, PluggedVif] = field(default_factory=dict)
    filters: dict[str, FilterRules] = field(default_factory=dict)
    live_migration: MigrationSettings = field(default_factory=MigrationSettings)
    jobs: dict[str, MigrationJob] = field(default_factory=dict)
    _last_number: int = field(default=0, repr=False)

    def __post_init__(self) -> None:
        if not self.nodes:
            self.nodes = [self.hostname]

    @property
    def disk_storage(self) -> Storage:
        """Where the disks of its guests are."""
        return self.image_pool or self.instances_path

    @property
    def image_type(self) -> str:
        """Nova's ``images_type``."""
        return "rbd" if self.image_pool else "qcow2"

    @property
    def initiator(self) -> str:
        """Its name as an iSCSI initiator."""
        return f"iqn.1994-05.com.example:{self.hostname}"

    @property
    def graphics_listen_addrs(self) -> dict[str, str]:
        """Where consoles of guests started here listen."""
        return {"vnc": self.my_ip, "spice": self.my_ip}

    @property
    def memory_mb_used(self) -> int:
        """The memory of its active guests, in MiB."""
        return sum(domain.memory_mb for domain in self.domains.values() if domain.active)

    @property
    def disk_over_committed(self) -> int:
        """How many bytes its guests' disks may still grow by; those of a guest that is being resized are elsewhere."""
        directories = self.disk_storage.directories
        disks = (
            directories[domain.uuid][name]
            for domain in self.domains.values()
            for name in domain.disks
            if name in directories.get(domain.uuid, {})
        )
        return sum(disk.virt_disk_size - disk.disk_size for disk in disks)

    def next_number(self) -> int:
        """Return a number that this host has not given to anything yet."""
        self._last_number += 1
        return self._last_number

    def lookup(self, name: str) -> Domain:
        """Return the guest of that name, or raise InstanceNotFound."""
        try:
            return self.domains[name]
        except KeyError:
            raise exceptions.InstanceNotFound(instance_id=name) from None

    def define(self, domain: Domain) -> None:
        """Keep the definition of a guest, in place of the one that the same guest had while it is off.

        Raises:
            InstanceExists: There is another guest of that name, or it is active.
        """
        known = self.domains.get(domain.name)
        if known is not None and (known.active or known.uuid != domain.uuid):
            raise exceptions.InstanceExists(name=domain.name)
        self.domains[domain.name] = domain

    def start(self, domain: Domain) -> None:
        """Run a guest that is not active: from its saved memory if there is that, else it boots.

        Raises:
            InstancePowerOnFailure: It is not bootable.
            InsufficientFreeMemory: It does not fit.
            DiskNotFound: One of its disks is missing.
        """
        if not domain.bootable:
            raise exceptions.InstancePowerOnFailure(reason=f"domain {domain.name} may not be started")
        self._require_memory_for(domain)
        self._disks_of(domain)
        self._take_over(domain)
        if not domain.saved:
            domain.boot()
        domain.power_state = states.RUNNING
        domain.saved = False

    def restart(self, domain: Domain) -> None:
        """Let an active guest shut down and boot."""
        self._take_over(domain)
        domain.boot()

    def stop(self, domain: Domain) -> None:
        """Pull the plug of a guest; one that is not persistent is gone with that."""
        domain.id = -1
        domain.power_state = states.SHUTDOWN
        domain.consoles = {}
        if not domain.persistent:
            del self.domains[domain.name]

    def undefine(self, domain: Domain) -> None:
        """Forget the definition of a guest; an active one goes on until it stops."""
        domain.persistent = False
        if not domain.active:
            del self.domains[domain.name]

    def disks(self, name: str) -> dict[str, Disk]:
        """Return the local disks of a guest by name.

        Raises:
            InstanceNotFound: There is no such guest.
            DiskNotFound: One of its disks is missing.
        """
        return self._disks_of(self.lookup(name))

    def connect_volume(self, connection_info: Mapping[str, Any]) -> None:
        """Make a volume available on this host."""
        self.connected_volumes[volume_id_of(connection_info)] = snapshot(connection_info)

    def disconnect_volume(self, connection_info: Mapping[str, Any]) -> None:
        """Give up the connection to a volume, encryptor included; there need not be one."""
        volume_id = volume_id_of(connection_info)
        self.connected_volumes.pop(volume_id, None)
        self.encryptors.discard(volume_id)

    def migrate(self, name: str, dest: Hypervisor, *, copy_disks: bool, graphics_listen_addrs: dict[str, str]) -> None:
        """Move an active guest to another host at once, where it is not persistent yet, wholly or not at all.

        Args:
            name: The guest's name.
            dest: Where it goes. Its volumes must be connected there, its VIFs plugged, its disks in their places.
            copy_disks: Whether to copy what is on its disks into the ones that are there.
            graphics_listen_addrs: Where its consoles are to listen.

        Raises:
            InstanceNotFound: It is not here.
            InstanceExists: There is a guest of that name on the destination.
            InsufficientFreeMemory: It does not fit into the destination's memory.
            MigrationError: It is not active, the destination lacks what it needs, or its disks do not fit there.
        """
        domain = self._migratable(name, dest)
        disks = self._disks_of(domain)
        if copy_disks:
            dest._fill_disks(domain.uuid, disks)
        del self.domains[name]
        dest.domains[name] = domain
        domain.persistent = False
        domain.graphics_listen_addrs = graphics_listen_addrs
        dest._take_over(domain)

    @contextlib.contextmanager
    def migrating(
        self,
        name: str,
        dest: Hypervisor,
        *,
        copy_disks: bool,
        settings: MigrationSettings | None = None,
        now: Callable[[], float] = lambda: 0.0,
    ) -> Iterator[MigrationJob]:
        """Begin to copy an active guest to another host; what :meth:`migrate` asks for is asked for now, too.

        Args:
            name: The guest's name.
            dest: Where it is to go.
            copy_disks: Whether what is on its disks is copied as well.
            settings: How it is copied; as ``live_migration`` says unless given.
            now: Returns what the clock shows that it takes its time on, in seconds.

        Yields:
            The job, which is among ``jobs`` until the block ends.

        Raises:
            NovaException: As :meth:`migrate`, and MigrationError if the guest is on its way already.
        """
        domain = self._migratable(name, dest)
        if name in self.jobs:
            raise exceptions.MigrationError(reason=f"domain {name} is being migrated already")
        disks = self._disks_of(domain).values() if copy_disks else ()
        sizes = [disk.disk_size / MIB for disk in disks]
        job = self.jobs[name] = MigrationJob(domain, settings or self.live_migration, sizes, now=now)
        try:
            yield job
        finally:
            del self.jobs[name]

    def to_primitive(self) -> dict[str, Any]:
        """Return its whole state as plain data; storage that is shared is told by each host."""
        return {
            "hostname": self.hostname,
            "nodes": list(self.nodes),
            "domains": {name: asdict(domain) for name, domain in self.domains.items()},
            "connected_volumes": snapshot(self.connected_volumes),
            "encryptors": sorted(self.encryptors),
            "failed_volumes": sorted(self.failed_volumes),
            "plugged_vifs": {vif: asdict(plugged) for vif, plugged in self.plugged_vifs.items()},
            "filters": {uuid: asdict(rules) for uuid, rules in self.filters.items()},
            "instances_path": self.instances_path.to_primitive(),
            "image_pool": self.image_pool.to_primitive() if self.image_pool else None,
        }

    def _migratable(self, name: str, dest: Hypervisor) -> Domain:
        domain = self.lookup(name)
        self._disks_of(domain)
        if not domain.active:
            raise exceptions.MigrationError(reason=f"domain {name} is not running")
        if name in dest.domains:
            raise exceptions.InstanceExists(name=name)
        dest._require_memory_for(domain)
        dest._require_parts_of(domain)
        return domain

    def _take_over(self, domain: Domain) -> None:
        """Give a guest a process here, with a number, consoles and counters of its own."""
        for kind in self.console_types - _CONSOLES.keys():
            raise UsageError(
                expected=f"kinds of consoles: {', '.join(_CONSOLES)}",
                happened=f"{kind!r} is none",
                where=f"console_types of the hypervisor {self.hostname!r}",
                how_to_go_on="correct the name",
            )
        domain.id = self.next_number()
        domain.consoles = {}
        for kind in sorted(self.console_types):
            domain.consoles[kind] = _CONSOLES[kind](self, domain)
        domain.reset_counters()

    def _free_port(self, first: int) -> int:
        consoles = [console for domain in self.domains.values() for console in domain.consoles.values()]
        taken = {console.port for console in consoles}
        taken |= {console.tlsPort for console in consoles if isinstance(console, ConsoleSpice)}
        return next(port for port in itertools.count(first) if port not in taken)

    def _disks_of(self, domain: Domain) -> dict[str, Disk]:
        storage = self.disk_storage
        directory = storage.directories.get(domain.uuid, {})
        for name in domain.disks:
            if name not in directory:
                raise exceptions.DiskNotFound(location=storage.location(domain.uuid, name))
        return {name: directory[name] for name in domain.disks}

    def _require_memory_for(self, domain: Domain) -> None:
        if self.memory_mb_used + domain.memory_mb > self.memory_mb:
            raise exceptions.InsufficientFreeMemory(uuid=domain.uuid)

    def _require_parts_of(self, domain: Domain) -> None:
        needed: dict[str, tuple[Iterable[str], Container[str]]] = {
            "volume": (domain.volumes.values(), self.connected_volumes),
            "VIF": (domain.vifs, self.plugged_vifs),
            "disk": (domain.disks, self.disk_storage.directories.get(domain.uuid, {})),
        }
        for kind, (wanted, present) in needed.items():
            for item in wanted:
                if item not in present:
                    raise exceptions.MigrationError(reason=f"{self.hostname} has no {kind} {item}")

    def _fill_disks(self, directory: str, disks: Mapping[str, Disk]) -> None:
        own = self.disk_storage.directories.get(directory, {})
        growth = sum(disk.disk_size - own[name].disk_size for name, disk in disks.items())
        if growth > self.disk_storage.free_bytes:
            raise exceptions.MigrationError(reason=f"no space left on {self.disk_storage.name}")
        for name, disk in disks.items():
            own[name].disk_size = disk.disk_size
            own[name].content = disk.content


def volume_id_of(connection_info: Mapping[str, Any]) -> str:
    """Return the id of the volume that a connection leads to: the serial that Nova adds, or what Cinder says."""
    volume_id: str = connection_info.get("serial") or connection_info["data"]["volume_id"]
    return volume_id


def _vnc(host: Hypervisor, domain: Domain) -> Console:
    return ConsoleVNC(host.my_ip, host._free_port(_GRAPHICS_PORT))


def _spice(host: Hypervisor, domain: Domain) -> Console:
    port = host._free_port(_GRAPHICS_PORT)
    return ConsoleSpice(host.my_ip, port, tlsPort=host._free_port(port + 1))


def _rdp(host: Hypervisor, domain: Domain) -> Console:
    return ConsoleRDP(host.my_ip, _RDP_PORT, internal_access_path=domain.uuid)


def _serial(host: Hypervisor, domain: Domain) -> Console:
    return ConsoleSerial(host.my_ip, host._free_port(_SERIAL_PORT))


#: What opens a console of each kind.
_CONSOLES: dict[str, Callable[[Hypervisor, Domain], Console]] = {
    "vnc": _vnc,
    "spice": _spice,
    "rdp": _rdp,
    "serial": _serial,
}
