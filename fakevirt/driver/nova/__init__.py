"""A virt driver for Nova itself, on the in-memory hypervisor.

It is what Nova's FakeDriver does not try to be: a live migration moves the guest, and needs at its destination what the
guest needs there; disks, volumes and VIFs are where they were put, and an error is one of Nova's.

Nova chooses threads or eventlet when ``nova.tests`` is imported, or a service's command: import that before this.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from fakevirt.usage_error import UsageError

try:
    from nova.virt import driver
except ImportError as error:
    raise UsageError(
        expected="Nova, whose driver interface this is",
        happened=f"{type(error).__name__}: {error}",
        where="import fakevirt.driver.nova",
        how_to_go_on="pip install 'fakevirt[nova]'",
    ) from error

from fakevirt.driver.nova.consoles import Consoles
from fakevirt.driver.nova.counters import Counters
from fakevirt.driver.nova.devices import Devices
from fakevirt.driver.nova.disks import Disks
from fakevirt.driver.nova.host import Host
from fakevirt.driver.nova.lifecycle import Lifecycle
from fakevirt.driver.nova.live_migration import LiveMigration
from fakevirt.driver.nova.power import Power
from fakevirt.driver.nova.resize import Resize


class InMemoryDriver(Host, Lifecycle, Power, Devices, Disks, Consoles, Counters, Resize, LiveMigration):
    """Runs Nova's guests on an in-memory hypervisor; a part for each subject.

    What it does not implement raises NotImplementedError: passwords, quiescing, crash dumps, shares, the host's power
    and uptime, MKS consoles, names of devices (Nova then chooses them).
    """

    capabilities: ClassVar[Mapping[str, bool]] = {
        **driver.ComputeDriver.capabilities,
        "supports_evacuate": True,
        "supports_attach_interface": True,
        "supports_extend_volume": True,
        "supports_image_type_qcow2": True,
        "supports_image_type_raw": True,
    }
