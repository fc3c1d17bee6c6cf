"""The network service."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from fakevirt import exceptions
from fakevirt.backends.network import NetworkAPI

FIELDS = {
    "uuid": "uuid-1",
    "project_id": "demo",
    "host": "src",
    "system_metadata": {"instance_type_rxtx_factor": "1.0"},
}


@pytest.fixture(params=["dict", "object"])
def instance(request: pytest.FixtureRequest) -> Any:
    return dict(FIELDS) if request.param == "dict" else SimpleNamespace(**FIELDS)


@pytest.fixture
def network_api() -> NetworkAPI:
    network_api = NetworkAPI()
    network_api.add_network()
    return network_api


def test_an_instance_gets_a_port_on_every_network(network_api: NetworkAPI, instance: Any) -> None:
    public = network_api.add_network("public", "203.0.113.0/24")
    private_vif, public_vif = network_api.allocate_for_instance(None, instance)
    assert private_vif["network"]["label"] == "private"
    assert public_vif["network"]["id"] == public.id
    assert public_vif["network"]["subnets"][0]["ips"][0]["address"] == "203.0.113.2"
    assert public_vif["network"]["subnets"][0]["gateway"]["address"] == "203.0.113.1"
    assert {port.host for port in network_api.ports.values()} == {"src"}
    assert private_vif["address"] != public_vif["address"]


def test_an_instance_gets_the_networks_that_it_asks_for(network_api: NetworkAPI, instance: Any) -> None:
    public = network_api.add_network("public", "203.0.113.0/24")
    (vif,) = network_api.allocate_for_instance(None, instance, requested_networks=[(public.id, None, None)])
    assert vif["network"]["label"] == "public"


def test_a_network_that_does_not_exist_is_not_found(network_api: NetworkAPI, instance: Any) -> None:
    known = next(iter(network_api.networks))
    with pytest.raises(exceptions.NetworkNotFound, match="Network nowhere could not be found"):
        network_api.allocate_for_instance(None, instance, requested_networks=[(known,), ("nowhere",)])
    assert network_api.ports == {}


def test_an_instance_gets_the_hardware_addresses_that_its_host_has(network_api: NetworkAPI, instance: Any) -> None:
    network_api.add_network("public", "203.0.113.0/24")
    first, second = network_api.allocate_for_instance(None, instance, macs=["52:54:00:00:00:01"])
    assert first["address"] == "52:54:00:00:00:01"
    assert second["address"].startswith("fa:16:3e:")


def test_addresses_are_given_once(network_api: NetworkAPI) -> None:
    vifs = [network_api.allocate_for_instance(None, {**FIELDS, "uuid": f"uuid-{n}"})[0] for n in range(3)]
    assert len({vif["address"] for vif in vifs}) == 3
    assert [vif["network"]["subnets"][0]["ips"][0]["address"] for vif in vifs] == ["10.0.0.2", "10.0.0.3", "10.0.0.4"]


def test_network_info_is_plain_and_the_instances_own(network_api: NetworkAPI, instance: Any) -> None:
    allocated = network_api.allocate_for_instance(None, instance)
    network_api.allocate_for_instance(None, {**FIELDS, "uuid": "uuid-2"})
    network_info = network_api.get_instance_nw_info(None, instance, use_slave=False)
    assert network_info == allocated == json.loads(json.dumps(network_info))


def test_deallocation_removes_the_instances_ports_and_no_others(network_api: NetworkAPI, instance: Any) -> None:
    before = network_api.to_primitive()
    other = {**FIELDS, "uuid": "uuid-2"}
    network_api.allocate_for_instance(None, instance)
    network_api.allocate_for_instance(None, other)
    network_api.setup_networks_on_host(None, instance)
    network_api.deallocate_for_instance(None, instance)
    assert network_api.get_instance_nw_info(None, instance) == []
    assert len(network_api.get_instance_nw_info(None, other)) == 1
    assert network_api.hosts_set_up == before["hosts_set_up"]


def test_networks_are_set_up_and_taken_down_per_host(network_api: NetworkAPI, instance: Any) -> None:
    network_api.setup_networks_on_host(None, instance)
    network_api.setup_networks_on_host(None, instance, "dst")
    network_api.setup_networks_on_host(None, instance, "dst")
    assert network_api.hosts_set_up == {"uuid-1": {"src", "dst"}}
    network_api.setup_networks_on_host(None, instance, "src", teardown=True)
    network_api.setup_networks_on_host(None, instance, "src", teardown=True)
    assert network_api.hosts_set_up == {"uuid-1": {"dst"}}


@pytest.mark.parametrize("form", [dict, SimpleNamespace])
def test_ports_are_bound_to_the_new_host_when_the_migration_ends(
    network_api: NetworkAPI, instance: Any, form: Any
) -> None:
    network_api.allocate_for_instance(None, instance)
    other = {**FIELDS, "uuid": "uuid-2"}
    network_api.allocate_for_instance(None, other)
    migration = form(source_compute="src", dest_compute="dst")
    network_api.migrate_instance_start(None, instance, migration)
    assert {port.host for port in network_api.ports.values()} == {"src"}
    network_api.migrate_instance_finish(None, instance, migration)
    assert {port.device_id: port.host for port in network_api.ports.values()} == {"uuid-1": "dst", "uuid-2": "src"}
    heard = [
        {
            "instance_uuid": "uuid-1",
            "project_id": "demo",
            "rxtx_factor": "1.0",
            "source_compute": "src",
            "dest_compute": "dst",
        }
    ]
    state = network_api.to_primitive()
    assert state["migrations_started"] == state["migrations_finished"] == heard


def test_a_flavor_is_read_from_rows_of_system_metadata_too(network_api: NetworkAPI) -> None:
    rows = [
        {"key": "instance_type_rxtx_factor", "value": "2.0", "deleted": 0},
        {"key": "image_base", "value": "x", "deleted": 0},
    ]
    migration = {"source_compute": "src", "dest_compute": "dst"}
    network_api.migrate_instance_start(None, {**FIELDS, "system_metadata": rows}, migration)
    assert network_api.migrations_started[0].rxtx_factor == "2.0"


def test_the_state_is_plain_and_complete(network_api: NetworkAPI, instance: Any) -> None:
    network_api.allocate_for_instance(None, instance)
    network_api.setup_networks_on_host(None, instance, "b")
    network_api.setup_networks_on_host(None, instance, "a")
    state = network_api.to_primitive()
    assert json.loads(json.dumps(state)) == state
    assert state["hosts_set_up"] == {"uuid-1": ["a", "b"]}
    assert state["ports"][0]["device_id"] == "uuid-1"
    assert state["networks"][0]["given"] == 1
