"""A virt driver on the in-memory hypervisor, which behaves as Nova's libvirt driver of the Juno cycle does.

It can do a little more, so that a manager's way with an optional method can be tried: it counts bandwidth, polls
rebooting instances, and soft-deleted guests keep from being started. What stays unsupported, as there, is to rebuild
(a manager does that in steps), to set a password and to inject files.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from fakevirt.driver.fake.consoles import Consoles
from fakevirt.driver.fake.counters import Counters
from fakevirt.driver.fake.host import Host
from fakevirt.driver.fake.live_migration import LiveMigration
from fakevirt.driver.fake.networks import Networks
from fakevirt.driver.fake.rescue import Rescue
from fakevirt.driver.fake.resize import Resize
from fakevirt.driver.fake.snapshots import Snapshots
from fakevirt.driver.fake.volumes import Volumes


class FakeVirtDriver(Host, Rescue, Snapshots, Volumes, Networks, Consoles, Counters, Resize, LiveMigration):
    """Runs guests on an in-memory hypervisor; a part for each subject."""

    capabilities: ClassVar[Mapping[str, bool]] = {"has_imagecache": False, "supports_recreate": True}
