"""The VIFs of guests, and the rules of what may pass through them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from fakevirt import exceptions
from fakevirt.driver.fake import FakeVirtDriver
from fakevirt.driver.hypervisor import Hypervisor

NAME = "instance-00000001"


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


def test_the_providers_rules_apply_to_all(driver: FakeVirtDriver, host: Hypervisor, instance: Any) -> None:
    driver.ensure_filtering_rules_for_instance(instance, [])
    driver.ensure_filtering_rules_for_instance(SimpleNamespace(uuid="other"), [])
    driver.refresh_provider_fw_rules()
    assert [rules.refreshes for rules in host.filters.values()] == [1, 1]


def test_injected_network_info_is_what_the_rules_cover(
    driver: FakeVirtDriver, host: Hypervisor, instance: Any, fields: Any, network_info: Any
) -> None:
    driver.inject_network_info(instance, network_info)
    assert host.filters[fields["uuid"]].vifs == ["vif-1"]


def test_guests_get_their_addresses_and_metadata_from_services(
    driver: FakeVirtDriver, host: Hypervisor, spawned: None, context: Any, instance: Any
) -> None:
    before = host.to_primitive()
    driver.reset_network(instance)
    driver.change_instance_metadata(context, instance, {"role": ["+", "guest"]})
    assert host.to_primitive() == before


VIF = {"id": "vif-2", "address": "fa:16:3e:00:00:02"}


def test_an_interface_is_attached_and_detached(
    driver: FakeVirtDriver, host: Hypervisor, spawned: None, instance: Any
) -> None:
    driver.attach_interface(instance, {}, VIF)
    assert host.lookup(NAME).vifs == ["vif-1", "vif-2"]
    assert host.plugged_vifs["vif-2"].address == "fa:16:3e:00:00:02"
    assert host.filters[host.lookup(NAME).uuid].vifs == ["vif-1", "vif-2"]
    driver.detach_interface(instance, VIF)
    assert host.lookup(NAME).vifs == ["vif-1"]
    assert list(host.plugged_vifs) == ["vif-1"]


def test_an_interface_that_the_guest_has_cannot_be_attached(
    driver: FakeVirtDriver, host: Hypervisor, spawned: None, instance: Any, network_info: Any
) -> None:
    before = host.to_primitive()
    with pytest.raises(exceptions.InterfaceAttachFailed):
        driver.attach_interface(instance, {}, network_info[0])
    assert host.to_primitive() == before


def test_an_interface_that_the_guest_does_not_have_cannot_be_detached(
    driver: FakeVirtDriver, host: Hypervisor, spawned: None, instance: Any
) -> None:
    before = host.to_primitive()
    with pytest.raises(exceptions.InterfaceDetachFailed):
        driver.detach_interface(instance, VIF)
    assert host.to_primitive() == before


def test_any_network_will_do_unless_the_hypervisor_has_its_own(
    driver: FakeVirtDriver, host: Hypervisor, instance: Any
) -> None:
    assert driver.macs_for_instance(instance) is None
    assert driver.dhcp_options_for_instance(instance) is None
    assert not driver.deallocate_networks_on_reschedule(instance)
    host.macs = frozenset({"fa:16:3e:00:00:09"})
    host.dhcp_options = [{"opt_name": "bootfile-name", "opt_value": "pxelinux.0"}]
    host.deallocate_networks_on_reschedule = True
    assert driver.macs_for_instance(instance) == {"fa:16:3e:00:00:09"}
    assert driver.dhcp_options_for_instance(instance) == host.dhcp_options
    assert driver.deallocate_networks_on_reschedule(instance)
