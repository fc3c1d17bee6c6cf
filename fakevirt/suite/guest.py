"""A guest, and the driver that is held to its contract."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import pytest

from fakevirt.cloud import Cloud
from fakevirt.context import RequestContext
from fakevirt.driver.domain import Domain
from fakevirt.driver.hypervisor import Hypervisor
from fakevirt.instrument.probe import unwrap
from fakevirt.objects.instance import Instance
from fakevirt.objects.primitive import flattened
from fakevirt.suite.requirements import Requirements

#: The hosts of a guest's cloud: it is made on the first.
HOSTS = ("src", "dst")


class Guest:
    """A server that runs on the host ``src``, and calls of the drivers about it.

    On each host there is another guest, which every call must leave alone.

    Args:
        cloud: A cloud with the driver on its hosts ``src`` and ``dst``.
        form: In which form calls carry the instance: ``object`` or ``dict``.
        requirements: What the driver need not do.
        **boot: Arguments of ``cloud.boot``.

    Attributes:
        host: Where it is: what is asked without a host is asked there.
        ended: What the last live migration has called: ``post`` or ``recover`` and the arguments.
    """

    def __init__(self, cloud: Cloud, form: str, requirements: Requirements, **boot: Any) -> None:
        self.cloud = cloud
        self.host = "src"
        self.ended: list[tuple[Any, ...]] = []
        self.server: Instance = cloud.boot(self.host, **boot)
        self.context: RequestContext = cloud.context
        self._form = form
        self._requirements = requirements
        self._others: dict[str, Instance] = {host: cloud.boot(host, volumes=1) for host in HOSTS}
        self._of_others = {host: self._of_another(host) for host in HOSTS}

    @property
    def instance(self) -> Any:
        """The instance, in the form that is tried."""
        return self.in_form(self.server)

    def in_form(self, instance: Instance) -> Any:
        """Return an instance in the form that is tried."""
        return instance if self._form == "object" else flattened(instance)

    @property
    def elsewhere(self) -> str:
        """The host where it is not."""
        return next(host for host in HOSTS if host != self.host)

    @property
    def vifs(self) -> list[dict[str, Any]]:
        """Its VIFs."""
        info_cache = self.server.info_cache
        return [dict(vif) for vif in info_cache.network_info] if info_cache else []

    @property
    def volumes(self) -> list[str]:
        """The ids of its volumes."""
        return self.cloud.attached_volumes(self.server)

    @property
    def block_device_info(self) -> dict[str, Any]:
        """Its volumes with their connections, as managers hand them over."""
        known = [self.hypervisor(host).domains.get(self.server.name) for host in HOSTS]
        domain = next(filter(None, known), None)
        return self.block_devices(domain.volumes if domain else {})

    def block_devices(self, volumes: Mapping[str, str]) -> dict[str, Any]:
        """Return volumes with their connections, as managers hand them over.

        Args:
            volumes: The ids of volumes by target device, such as ``vdb``.
        """
        mappings = [
            {"connection_info": self.connection(volume), "mount_device": f"/dev/{device}"}
            for device, volume in volumes.items()
        ]
        return {"root_device_name": "/dev/vda", "swap": None, "ephemerals": [], "block_device_mapping": mappings}

    def connection(self, volume: str) -> dict[str, Any]:
        """Return the connection to a volume."""
        connector = {"ip": "192.0.2.1", "host": "src", "initiator": "iqn"}
        info = self.cloud.volumes.initialize_connection(self.context, volume, connector)
        return {**info, "serial": volume}

    def hypervisor(self, host: str | None = None) -> Hypervisor:
        """Return the hypervisor of a host."""
        return self.cloud.host(host or self.host).hypervisor

    @property
    def domain(self) -> Domain:
        """What its hypervisor knows of it."""
        return self.hypervisor().domains[self.server.name]

    @property
    def state(self) -> int:
        """Its power state, as the driver tells."""
        state: int = self.call("get_info", self.instance)["state"]
        return state

    def other(self, host: str | None = None) -> Instance:
        """Return the other server of a host."""
        return self._others[host or self.host]

    def supports(self, method: str) -> bool:
        """Return whether the driver is to have a method."""
        return method not in self._requirements.unsupported

    def call(self, method: str, *args: Any, on: str | None = None, **kwargs: Any) -> Any:
        """Call a method of a host's driver and return what it returns; other guests are left alone.

        A method that the driver need not have must raise NotImplementedError, and the test is skipped with the reason.

        Args:
            method: The method.
            *args: Its arguments.
            on: The host; the one where the guest is unless given.
            **kwargs: Its other arguments.
        """
        __tracebackhide__ = True
        driver = self.cloud.host(on or self.host).driver
        where = f"{method} of {type(unwrap(driver)).__name__}"
        reason = self._requirements.unsupported.get(method)
        returned, is_supported = None, True
        try:
            returned = getattr(driver, method)(*args, **kwargs)
        except NotImplementedError:
            is_supported = False
        finally:
            self._check_others(where)
        if is_supported and reason is not None:
            pytest.fail(
                f"expected:     NotImplementedError, since the requirements say: {reason}\n"
                f"happened:     it returned {returned!r}\n"
                f"where:        {where}\n"
                f"how to go on: take {method} out of Requirements(unsupported=…)",
                pytrace=False,
            )
        if not is_supported and reason is None:
            pytest.fail(
                f"expected:     a driver that has {method}, or does not claim to\n"
                f"happened:     it raised NotImplementedError\n"
                f"where:        {where}\n"
                f"how to go on: write it, or name it in Requirements(unsupported=…) with the reason",
                pytrace=False,
            )
        if not is_supported:
            pytest.skip(f"the driver has no {method}: {reason}")
        return returned

    def check_destination(self, *, copied: bool, over_commit: bool = False) -> dict[str, Any]:
        """Let the host where it is not check that it can come, and return what was found."""
        nodes = [self.call("get_available_resource", host, on=host) for host in (self.host, self.elsewhere)]
        arguments = (self.context, self.instance, *nodes, copied, over_commit)
        found: dict[str, Any] = self.call("check_can_live_migrate_destination", *arguments, on=self.elsewhere)
        return found

    def check_migration(self, *, copied: bool) -> dict[str, Any]:
        """Let both hosts check a live migration, and return what is known of it."""
        found = self.check_destination(copied=copied)
        arguments = (self.context, self.instance, dict(found), self.block_device_info)
        data: dict[str, Any] = self.call("check_can_live_migrate_source", *arguments)
        self.call("check_can_live_migrate_destination_cleanup", self.context, found, on=self.elsewhere)
        return data

    def prepare_migration(self, data: dict[str, Any]) -> dict[str, Any]:
        """Let the host where it is not prepare for it; return what is known of the migration then."""
        info = self.block_device_info
        disks = self.call("get_instance_disk_info", self.server.name, info)
        arguments = (self.context, self.instance, info, self.vifs, disks, data)
        prepared = self.call("pre_live_migration", *arguments, on=self.elsewhere)
        return {**data, "pre_live_migration_result": prepared}

    def live_migrate(self, data: dict[str, Any] | None, *, to: str | None = None) -> None:
        """Let it move; ``ended`` tells which callback was called, ``post`` or ``recover``, and with what."""
        self.ended = []
        self.call(
            "live_migration",
            self.context,
            self.instance,
            to or self.elsewhere,
            lambda *args: self.ended.append(("post", *args)),
            lambda *args: self.ended.append(("recover", *args)),
            block_migration=(data or {}).get("block_migration", False),
            migrate_data=data,
        )

    def resize(self) -> None:
        """Send it to the host where it is not, and run it there."""
        flavor, info, vifs = self.cloud.flavor_of(self.server), self.block_device_info, self.vifs
        departure = (self.context, self.instance, self.elsewhere, flavor, vifs, info)
        sent = self.call("migrate_disk_and_power_off", *departure)
        arrival: tuple[Any, ...] = (self.context, {}, self.instance, sent, vifs, {}, False, info)
        self.call("finish_migration", *arrival, on=self.elsewhere)

    def _check_others(self, where: str) -> None:
        __tracebackhide__ = True
        for host, before in self._of_others.items():
            now = self._of_another(host)
            changed = [name for name, value in before.items() if now[name] != value]
            if changed:
                pytest.fail(
                    f"expected:     a call that leaves other guests alone\n"
                    f"happened:     another guest on {host} has other {', '.join(changed)} than before: "
                    f"{[now[name] for name in changed]}\n"
                    f"where:        {where}\n"
                    f"how to go on: take everything from the instance that the call is about",
                    pytrace=False,
                )

    def _of_another(self, host: str) -> dict[str, Any]:
        """Return what a hypervisor has of the other guest."""
        hypervisor, other = self.hypervisor(host), self._others[host]
        domain = hypervisor.domains.get(other.name)
        volumes = self.cloud.attached_volumes(other)
        return {
            "state": None if domain is None else dataclasses.asdict(domain),
            "VIFs": {vif for vif, plugged in hypervisor.plugged_vifs.items() if plugged.instance_uuid == other.uuid},
            "volumes": [volume in hypervisor.connected_volumes for volume in volumes],
            "rules": hypervisor.filters[other.uuid].vifs if other.uuid in hypervisor.filters else None,
            "files": sorted(hypervisor.instances_path.directories.get(other.uuid, ())),
        }
