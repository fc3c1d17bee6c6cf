"""The VIFs of guests, and the rules of what may pass through them."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from fakevirt.driver.fake import FakeVirtDriver
from fakevirt.driver.hypervisor import Hypervisor

NAME = "instance-00000001"
BDI = Callable[..., dict[str, Any]]


def test_vifs_are_plugged_and_unplugged(
    driver: FakeVirtDriver, host: Hypervisor, pristine: Any, instance: Any, fields: Any, network_info: Any
) -> None:
    driver.plug_vifs(instance, network_info)
    assert host.plugged_vifs["vif-1"].instance_uuid == fields["uuid"]
    driver.unplug_vifs(instance, network_info)
    driver.unplug_vifs(instance, network_info)
    assert host.to_primitive() == pristine


def test_rules_are_put_in_place_refreshed_and_removed(
    driver: FakeVirtDriver, host: Hypervisor, pristine: Any, instance: Any, fields: Any, network_info: Any
) -> None:
    driver.ensure_filtering_rules_for_instance(instance, network_info)
    rules = host.filters[fields["uuid"]]
    assert (rules.vifs, rules.refreshes) == (["vif-1"], 0)
    driver.refresh_instance_security_rules(instance)
    driver.refresh_security_group_rules("default")
    driver.refresh_security_group_members("default")
    assert rules.refreshes == 3
    driver.unfilter_instance(instance, network_info)
    driver.unfilter_instance(instance, network_info)
    assert host.to_primitive() == pristine


def test_refreshing_one_instance_leaves_the_others(
    driver: FakeVirtDriver, host: Hypervisor, instance: Any, fields: Any
) -> None:
    driver.ensure_filtering_rules_for_instance(instance, [])
    driver.ensure_filtering_rules_for_instance(SimpleNamespace(uuid="other"), [])
    driver.refresh_instance_security_rules(instance)
    assert {uuid: rules.refreshes for uuid, rules in host.filters.items()} == {fields["uuid"]: 1, "other": 0}


def test_refreshing_an_instance_without_rules_makes_none(
    driver: FakeVirtDriver, host: Hypervisor, pristine: Any, instance: Any
) -> None:
    driver.refresh_instance_security_rules(instance)
    assert host.to_primitive() == pristine
