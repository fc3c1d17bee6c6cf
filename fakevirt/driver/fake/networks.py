"""The VIFs of guests, and the rules of what may pass through them."""

from __future__ import annotations

from typing import Any

from fakevirt import exceptions
from fakevirt.driver.fake.base import HypervisorDriver
from fakevirt.driver.interface import Instance, NetworkInfo


class Networks(HypervisorDriver):
    """Connects guests to networks."""

    def plug_vifs(self, instance: Instance, network_info: NetworkInfo) -> None:
        """Connect VIFs to the host's network."""
        self._plug(self.profile.reader("plug_vifs", instance)("uuid"), network_info)

    def unplug_vifs(self, instance: Instance, network_info: NetworkInfo) -> None:
        """Disconnect VIFs from the host's network; they need not be connected."""
        self.profile.reader("unplug_vifs", instance)
        self._unplug(network_info)

    def ensure_filtering_rules_for_instance(self, instance: Instance, network_info: NetworkInfo) -> None:
        """Put the instance's rules in place."""
        self._filter(self.profile.reader("ensure_filtering_rules_for_instance", instance)("uuid"), network_info)

    def unfilter_instance(self, instance: Instance, network_info: NetworkInfo) -> None:
        """Remove the instance's rules; there need not be any."""
        self.hypervisor.filters.pop(self.profile.reader("unfilter_instance", instance)("uuid"), None)

    def refresh_instance_security_rules(self, instance: Instance) -> None:
        """Renew the instance's rules; an instance that has none here is passed over."""
        uuid = self.profile.reader("refresh_instance_security_rules", instance)("uuid")
        if uuid in self.hypervisor.filters:
            self.hypervisor.filters[uuid].refreshes += 1

    def refresh_security_group_rules(self, security_group_id: Any) -> None:
        """Renew the rules of every instance here: who is in the group is not known."""
        self._refresh_all()

    def refresh_security_group_members(self, security_group_id: Any) -> None:
        """Renew the rules of every instance here: who is in the group is not known."""
        self._refresh_all()

    def refresh_provider_fw_rules(self) -> None:
        """Renew the rules of every instance here: the provider's apply to all."""
        self._refresh_all()

    def inject_network_info(self, instance: Instance, nw_info: NetworkInfo) -> None:
        """Put the instance's rules in place: networks are not written into guests."""
        self._filter(self.profile.reader("inject_network_info", instance)("uuid"), nw_info)

    def reset_network(self, instance: Instance) -> None:
        """Do nothing: guests ask for their addresses themselves."""
        self.profile.reader("reset_network", instance)

    def attach_interface(self, instance: Instance, image_meta: dict[str, Any], vif: dict[str, Any]) -> None:
        """Plug a VIF, put its rules in place and give it to the guest.

        Raises:
            InstanceNotFound: There is no such guest.
            InterfaceAttachFailed: The guest has it already.
        """
        domain = self._domain("attach_interface", instance)
        if vif["id"] in domain.vifs:
            raise exceptions.InterfaceAttachFailed(instance_uuid=domain.uuid)
        self._plug(domain.uuid, [vif])
        self._filter(domain.uuid, [{"id": vif_id} for vif_id in domain.vifs] + [vif])
        domain.vifs.append(vif["id"])

    def detach_interface(self, instance: Instance, vif: dict[str, Any]) -> None:
        """Unplug a VIF and take it from the guest; its rules stay until they are put in place anew.

        Raises:
            InstanceNotFound: There is no such guest.
            InterfaceDetachFailed: The guest does not have it.
        """
        domain = self._domain("detach_interface", instance)
        self._unplug([vif])
        if vif["id"] not in domain.vifs:
            raise exceptions.InterfaceDetachFailed(instance_uuid=domain.uuid)
        domain.vifs.remove(vif["id"])

    def macs_for_instance(self, instance: Instance) -> set[str] | None:
        """Return the MAC addresses that the hypervisor wants guests to use; None when any will do."""
        self.profile.reader("macs_for_instance", instance)
        macs = self.hypervisor.macs
        return None if macs is None else set(macs)

    def dhcp_options_for_instance(self, instance: Instance) -> list[dict[str, str]] | None:
        """Return the DHCP options that guests of the hypervisor need; None when they need none."""
        self.profile.reader("dhcp_options_for_instance", instance)
        options = self.hypervisor.dhcp_options
        return None if options is None else [dict(option) for option in options]

    def deallocate_networks_on_reschedule(self, instance: Instance) -> bool:
        """Return whether the hypervisor's networks are of no use to another host."""
        self.profile.reader("deallocate_networks_on_reschedule", instance)
        return self.hypervisor.deallocate_networks_on_reschedule

    def _refresh_all(self) -> None:
        for rules in self.hypervisor.filters.values():
            rules.refreshes += 1
