"""Cloud: a world, what can be set up in it and what can be asked of it."""

from __future__ import annotations

from fakevirt.cloud.builds import BuildRequests
from fakevirt.cloud.consoles import ConsoleRequests
from fakevirt.cloud.hosts import Hosts
from fakevirt.cloud.interleaving import Interleaving
from fakevirt.cloud.lifecycle import LifecycleRequests
from fakevirt.cloud.live_migration import LiveMigrationRequests
from fakevirt.cloud.own_requests import OwnRequests
from fakevirt.cloud.periodic import PeriodicTasks
from fakevirt.cloud.population import Population
from fakevirt.cloud.rescue import RescueRequests
from fakevirt.cloud.resize import ResizeRequests
from fakevirt.cloud.security_groups import SecurityGroupRequests
from fakevirt.cloud.upgrades import Upgrades
from fakevirt.cloud.volumes import VolumeRequests


class Cloud(
    VolumeRequests,
    Population,
    Hosts,
    BuildRequests,
    LiveMigrationRequests,
    LifecycleRequests,
    ResizeRequests,
    SecurityGroupRequests,
    ConsoleRequests,
    RescueRequests,
    PeriodicTasks,
    OwnRequests,
    Upgrades,
    Interleaving,
):
    """One world, from ``with`` to the end of the block; the clock stands still in it.

    Args:
        plan: Which call path each work item takes, on every host; everything is converted unless given.
        conductor: The release of the conductor, the API and the scheduler: ``icehouse``, ``juno``, ``kilo`` or one of
            yours; the newest among the hosts' unless given.
        hosts: The names of the compute hosts, or their releases by name.
        shared_storage: Whether the hosts see the same disks.
        settings: How every service is configured.
        version_cap: What clients send no newer RPC version than: a release, a version such as ``3.23``, ``auto`` (what
            the oldest of the hosts takes), or None (whatever the client knows).
        seed: Where uuids and random numbers begin.
        database_url: A database URL of SQLAlchemy; unless given, that of the option ``--fakevirt-db`` or ``--db`` or of
            ``FAKEVIRT_DB`` in the environment, else in memory.
        transport_url: What carries messages, in oslo.messaging's form; unless given, that of the option
            ``--fakevirt-transport`` or ``--transport`` or of ``FAKEVIRT_TRANSPORT`` in the environment, else
            ``fakevirt://``: within the process. With ``rabbit://`` the conductor (with the scheduler) and each host are
            processes of their own.
        profile: In which form the drivers take instances.
        manager: Makes the compute manager of a host (:class:`fakevirt.cloud.factories.ManagerFactory`).
        driver: Makes the virt driver of a host (:class:`fakevirt.cloud.factories.DriverFactory`).

    Attributes:
        trace: Every effect, in order.
        faults: What is planted.
        context: The context of requests.
        clock: The clock, which stands still unless it is advanced.
        epoch: What the clock showed in the beginning.
        names: Names for the uuids of everything that was set up, such as ``server-1`` and ``volume-1``.
        database: The database of the conductor and the API.
        network, volumes, images, scheduler, consoleauth, notifier: The services behind the managers, not probed.

    Raises:
        UsageError: There are no hosts, two of one name, no such release, the database or the broker cannot be
            opened, or a manager or driver lacks a method.
    """
