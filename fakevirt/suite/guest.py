"""A guest, and the driver that is held to its contract."""

from __future__ import annotations

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


class Guest:
    """A server that runs on the host ``src``, and calls of the drivers about it.

    Args:
        cloud: A cloud with the driver on its hosts ``src`` and ``dst``.
        form: In which form calls carry the instance: ``object`` or ``dict``.
        requirements: What the driver need not do.
        **boot: Arguments of ``cloud.boot``.
    """

    def __init__(self, cloud: Cloud, form: str, requirements: Requirements, **boot: Any) -> None:
        self.cloud = cloud
        self.server: Instance = cloud.boot("src", **boot)
        self.context: RequestContext = cloud.context
        self._form = form
        self._requirements = requirements

    @property
    def instance(self) -> Any:
        """The instance, in the form that is tried."""
        return self.in_form(self.server)

    def in_form(self, instance: Instance) -> Any:
        """Return an instance in the form that is tried."""
        return instance if self._form == "object" else flattened(instance)

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
        domain = self.hypervisor("src").domains.get(self.server.name) or self.hypervisor("dst").domains.get(
            self.server.name
        )
        devices = domain.volumes.items() if domain else ()
        mappings = [
            {"connection_info": self.connection(volume), "mount_device": f"/dev/{device}"} for device, volume in devices
        ]
        return {"root_device_name": "/dev/vda", "swap": None, "ephemerals": [], "block_device_mapping": mappings}

    def connection(self, volume: str) -> dict[str, Any]:
        """Return the connection to a volume."""
        connector = {"ip": "192.0.2.1", "host": "src", "initiator": "iqn"}
        info = self.cloud.volumes.initialize_connection(self.context, volume, connector)
        return {**info, "serial": volume}

    def hypervisor(self, host: str = "src") -> Hypervisor:
        """Return the hypervisor of a host."""
        return self.cloud.host(host).hypervisor

    @property
    def domain(self) -> Domain:
        """What the source's hypervisor knows of it."""
        return self.hypervisor().domains[self.server.name]

    @property
    def state(self) -> int:
        """Its power state, as the driver tells."""
        state: int = self.call("get_info", self.instance)["state"]
        return state

    def call(self, method: str, *args: Any, on: str = "src", **kwargs: Any) -> Any:
        """Call a method of a host's driver and return what it returns.

        A method that the driver need not have must raise NotImplementedError, and the test is skipped with the reason.

        Args:
            method: The method.
            *args: Its arguments.
            on: The host.
            **kwargs: Its other arguments.
        """
        __tracebackhide__ = True
        driver = self.cloud.host(on).driver
        where = f"{method} of {type(unwrap(driver)).__name__}"
        reason = self._requirements.unsupported.get(method)
        returned, is_supported = None, True
        try:
            returned = getattr(driver, method)(*args, **kwargs)
        except NotImplementedError:
            is_supported = False
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
