"""The interface: what a driver may leave out, and what a fake one keeps to."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from fakevirt.driver.fake import FakeVirtDriver
from fakevirt.driver.interface import ComputeDriver
from fakevirt.driver.profile import INSTANCE_METHODS

#: Methods of Nova's base class that do something harmless by default.
OPTIONAL = {
    "cleanup_host": None,
    "estimate_instance_overhead": {"memory_mb": 0},
    "post_interrupted_snapshot_cleanup": None,
    "post_live_migration": None,
    "check_instance_shared_storage_cleanup": None,
    "reset_network": None,
    "filter_defer_apply_on": None,
    "filter_defer_apply_off": None,
    "change_instance_metadata": None,
    "inject_network_info": None,
    "deallocate_networks_on_reschedule": False,
    "macs_for_instance": None,
    "dhcp_options_for_instance": None,
    "manage_image_cache": None,
    "get_per_instance_usage": {},
    "instance_on_disk": False,
    "delete_instance_files": True,
}
METHODS = {
    name: method
    for name, method in inspect.getmembers(ComputeDriver, inspect.isfunction)
    if not name.startswith("_") and name not in ("get_num_instances", "node_is_available")
}


def call_bare(name: str) -> object:
    method = METHODS[name]
    required = [p for p in inspect.signature(method).parameters.values() if p.default is p.empty][1:]
    return method(ComputeDriver(), *[None for p in required if p.kind is p.POSITIONAL_OR_KEYWORD])


@pytest.mark.parametrize("name", sorted(set(METHODS) - set(OPTIONAL)))
def test_what_a_driver_must_implement_raises_not_implemented(name: str) -> None:
    with pytest.raises(NotImplementedError):
        call_bare(name)


@pytest.mark.parametrize("name", sorted(OPTIONAL))
def test_what_a_driver_may_leave_out_has_a_harmless_default(name: str) -> None:
    assert call_bare(name) == OPTIONAL[name]


def test_block_device_info_is_in_the_old_format_unless_a_driver_says_otherwise() -> None:
    assert ComputeDriver().need_legacy_block_device_info


@pytest.mark.parametrize("name", sorted(METHODS))
def test_the_fake_driver_keeps_the_signature(name: str) -> None:
    def parameters(method: Callable[..., Any]) -> list[tuple[str, object]]:
        return [(p.name, p.default) for p in inspect.signature(method).parameters.values()]

    assert parameters(getattr(FakeVirtDriver, name)) == parameters(METHODS[name])


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("suspend", ["self", "instance"]),
        ("block_stats", ["self", "instance_name", "disk_id"]),
        (
            "live_migration",
            [
                "self",
                "context",
                "instance",
                "dest",
                "post_method",
                "recover_method",
                "block_migration",
                "migrate_data",
            ],
        ),
        (
            "cleanup",
            [
                "self",
                "context",
                "instance",
                "network_info",
                "block_device_info",
                "destroy_disks",
                "migrate_data",
                "destroy_vifs",
            ],
        ),
    ],
)
def test_parameters_are_those_of_juno(name: str, parameters: list[str]) -> None:
    assert list(inspect.signature(METHODS[name]).parameters) == parameters


def test_methods_without_an_instance_are_not_instance_methods() -> None:
    assert "get_available_resource" not in INSTANCE_METHODS
    assert {"spawn", "block_stats", "get_instance_disk_info"} <= INSTANCE_METHODS
