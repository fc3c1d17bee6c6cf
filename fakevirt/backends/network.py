"""The network service as a compute manager calls it, with ports, bindings and set-ups per host."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from oslo_utils import uuidutils

from fakevirt import exceptions
from fakevirt.driver.profile import reader
from fakevirt.flavors import flavor_text
from fakevirt.instrument.snapshot import snapshot
from fakevirt.objects.network_request import NetworkRequestList

#: What a request asks for: requests, or the tuples that stood for them until Juno.
RequestedNetworks = NetworkRequestList | Iterable[Sequence[Any]] | None


@dataclass(slots=True)
class Network:
    """A network with one IPv4 subnet.

    Args:
        id: Its uuid.
        label: Its name.
        cidr: Its addresses; the first is the gateway's.
    """

    id: str
    label: str
    cidr: str
    given: int = 0

    def next_address(self) -> str:
        """Return an address that it has not given yet."""
        self.given += 1
        return str(ipaddress.ip_network(self.cidr)[self.given + 1])

    @property
    def gateway(self) -> str:
        """The address of its router."""
        return str(ipaddress.ip_network(self.cidr)[1])


@dataclass(slots=True)
class Port:
    """A port of an instance.

    Args:
        id: Its uuid, which is the VIF's as well.
        network_id: The network it is on.
        device_id: The instance's uuid.
        mac_address: Its hardware address.
        ip_address: Its fixed address.
        host: The host that it is bound to.
    """

    id: str
    network_id: str
    device_id: str
    mac_address: str
    ip_address: str
    host: str | None


@dataclass(frozen=True, slots=True)
class NetworkMigration:
    """The start or the end of a migration, as the network service heard of it."""

    instance_uuid: str
    project_id: str | None
    rxtx_factor: str | None
    source_compute: str
    dest_compute: str


@dataclass(slots=True, eq=False)
class NetworkAPI:
    """Nova's ``network_api``: it heeds hosts as nova-network does and binds ports as neutron does.

    Args:
        networks: The networks by id; :meth:`add_network` adds one.
    """

    networks: dict[str, Network] = field(default_factory=dict)
    ports: dict[str, Port] = field(default_factory=dict)
    hosts_set_up: dict[str, set[str]] = field(default_factory=dict)
    migrations_started: list[NetworkMigration] = field(default_factory=list)
    migrations_finished: list[NetworkMigration] = field(default_factory=list)
    _ports_made: int = 0

    def add_network(self, label: str = "private", cidr: str = "10.0.0.0/24") -> Network:
        """Create a network."""
        network = Network(uuidutils.generate_uuid(), label, cidr)
        self.networks[network.id] = network
        return network

    def allocate_for_instance(
        self,
        context: Any,
        instance: Any,
        vpn: bool = False,
        requested_networks: RequestedNetworks = None,
        macs: Iterable[str] | None = None,
        security_groups: Any = None,
        dhcp_options: Any = None,
    ) -> list[dict[str, Any]]:
        """Create ports for an instance, bound to its host.

        Args:
            context: The request.
            instance: A dict or an object.
            vpn: Whether it is a VPN server.
            requested_networks: Network requests, or tuples of which the first item is a network's id; every network
                gets a port without it.
            macs: The hardware addresses to use, in order.
            security_groups: The names of its groups.
            dhcp_options: What DHCP is to tell it.

        Returns:
            The VIFs of the instance.

        Raises:
            NetworkNotFound: A requested network does not exist.
        """
        read = reader(instance)
        wanted = list(self.networks) if requested_networks is None else _network_ids(requested_networks)
        for network_id in wanted:
            if network_id not in self.networks:
                raise exceptions.NetworkNotFound(network_id=network_id)
        own_macs = iter(macs or ())
        for network_id in wanted:
            mac = next(own_macs, None) or self._next_mac()
            address = self.networks[network_id].next_address()
            port = Port(uuidutils.generate_uuid(), network_id, read("uuid"), mac, address, read("host"))
            self.ports[port.id] = port
        return self._network_info(read("uuid"))

    def deallocate_for_instance(
        self, context: Any, instance: Any, requested_networks: RequestedNetworks = None
    ) -> None:
        """Delete the instance's ports and take its networks down on every host."""
        uuid = reader(instance)("uuid")
        self.ports = {port.id: port for port in self.ports.values() if port.device_id != uuid}
        self.hosts_set_up.pop(uuid, None)

    def get_instance_nw_info(self, context: Any, instance: Any, **kwargs: Any) -> list[dict[str, Any]]:
        """Return the VIFs of an instance as Nova's network model serialises them."""
        return self._network_info(reader(instance)("uuid"))

    def setup_networks_on_host(
        self, context: Any, instance: Any, host: str | None = None, teardown: bool = False
    ) -> None:
        """Set the instance's networks up on a host, or take them down; either may be the case already.

        Args:
            context: The request.
            instance: A dict or an object.
            host: The host; the instance's own unless given.
            teardown: Whether to take them down.
        """
        read = reader(instance)
        hosts = self.hosts_set_up.setdefault(read("uuid"), set())
        change = hosts.discard if teardown else hosts.add
        change(host or read("host"))

    def migrate_instance_start(self, context: Any, instance: Any, migration: Any) -> None:
        """Hear that an instance begins to move.

        Args:
            context: The request.
            instance: A dict or an object, of which uuid, project_id and the flavor in system_metadata are read.
            migration: A dict or an object with ``source_compute`` and ``dest_compute``.
        """
        self.migrations_started.append(_network_migration(instance, migration))

    def migrate_instance_finish(self, context: Any, instance: Any, migration: Any) -> None:
        """Bind the ports of an instance that has moved to its new host.

        Args:
            context: The request.
            instance: A dict or an object, of which uuid, project_id and the flavor in system_metadata are read.
            migration: A dict or an object with ``source_compute`` and ``dest_compute``.
        """
        finished = _network_migration(instance, migration)
        self.migrations_finished.append(finished)
        for port in self._ports_of(finished.instance_uuid):
            port.host = finished.dest_compute

    def to_primitive(self) -> dict[str, Any]:
        """Return its whole state as plain data."""
        return {
            "networks": [asdict(network) for network in self.networks.values()],
            "ports": [asdict(port) for port in self.ports.values()],
            "hosts_set_up": snapshot(self.hosts_set_up),
            "migrations_started": [asdict(migration) for migration in self.migrations_started],
            "migrations_finished": [asdict(migration) for migration in self.migrations_finished],
        }

    def _next_mac(self) -> str:
        self._ports_made += 1
        number = f"{self._ports_made:06x}"
        return f"fa:16:3e:{number[:2]}:{number[2:4]}:{number[4:]}"

    def _ports_of(self, uuid: str) -> list[Port]:
        return [port for port in self.ports.values() if port.device_id == uuid]

    def _network_info(self, uuid: str) -> list[dict[str, Any]]:
        return [_vif(port, self.networks[port.network_id]) for port in self._ports_of(uuid)]


def _network_ids(requested_networks: NetworkRequestList | Iterable[Sequence[Any]]) -> list[Any]:
    if isinstance(requested_networks, NetworkRequestList):
        requested_networks = requested_networks.as_tuples()
    return [request[0] for request in requested_networks]


def _network_migration(instance: Any, migration: Any) -> NetworkMigration:
    read, read_migration = reader(instance), reader(migration)
    return NetworkMigration(
        read("uuid"),
        read("project_id"),
        flavor_text(read, "rxtx_factor"),
        read_migration("source_compute"),
        read_migration("dest_compute"),
    )


def _vif(port: Port, network: Network) -> dict[str, Any]:
    return {
        "id": port.id,
        "address": port.mac_address,
        "network": {
            "id": network.id,
            "bridge": "br-int",
            "label": network.label,
            "meta": {"injected": False},
            "subnets": [
                {
                    "cidr": network.cidr,
                    "dns": [],
                    "gateway": {"address": network.gateway, "type": "gateway", "version": 4, "meta": {}},
                    "ips": [
                        {
                            "address": port.ip_address,
                            "type": "fixed",
                            "version": 4,
                            "meta": {},
                            "floating_ips": [],
                        }
                    ],
                    "routes": [],
                    "version": 4,
                    "meta": {},
                }
            ],
        },
        "type": "ovs",
        "details": {},
        "devname": f"tap{port.id[:11]}",
        "ovs_interfaceid": port.id,
        "qbh_params": None,
        "qbg_params": None,
        "active": True,
        "vnic_type": "normal",
        "profile": {},
        "preserve_on_delete": False,
        "meta": {},
    }
