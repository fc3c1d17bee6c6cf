"""Upgrades of a running cloud: one service stops and another one of a newer release takes its place."""

from __future__ import annotations

from fakevirt import releases
from fakevirt.cloud.world import World
from fakevirt.releases import Release
from fakevirt.rpc.versions import version_cap as check_pin


class Upgrades(World):
    """Upgrades services, the conductor first, then the hosts one by one; in the end nothing is pinned any more."""

    def upgrade_conductor(self, release: Release | str) -> None:
        """Upgrade the conductor, and with it the API and the scheduler.

        Args:
            release: The release, or its name.

        Raises:
            UsageError: There is no such release.
        """
        self._conductor_release = releases.get(release)
        self._start_controllers()
        self._read_pins()

    def upgrade_host(self, host: str, release: Release | str) -> None:
        """Upgrade the compute service of a host: its guests go on, and what it had in memory is lost.

        Args:
            host: The host.
            release: The release, or its name.

        Raises:
            UsageError: There is no such host or release.
            Exception: What keeps the new service from starting.
        """
        upgraded = self.host(host)
        self._releases[host] = releases.get(release)
        self._start_host(self._releases[host], upgraded.hypervisor, upgraded.driver)
        self._report_version(host)
        self._read_pins()
        self._start_manager(self.host(host))

    def pin(self, version_cap: str | None) -> None:
        """Change what every service is pinned to, and let all read it.

        Args:
            version_cap: As the cloud's own argument.

        Raises:
            UsageError: It is neither a release nor a version.
        """
        if version_cap not in (None, "auto"):
            check_pin(version_cap)
        self._version_cap = version_cap
        self._read_pins()

    def _read_pins(self) -> None:
        self._premises.read_pins(self._wiring)
        self._security_group_rpcapi.reset()
