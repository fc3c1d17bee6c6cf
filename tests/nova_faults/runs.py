"""One live migration in Nova's functional tests, with one thing that fails."""

# Nova chooses which threads there are, before anything else is imported.
from fakevirt.fixtures import nova as fixtures  # isort: skip

import functools
import logging
import unittest
from concurrent import futures
from dataclasses import dataclass

from nova import context, objects
from nova.compute.manager import ComputeManager
from nova.tests import fixtures as nova_fixtures
from nova.tests.functional import integrated_helpers
from nova.tests.functional.api import client

from fakevirt.driver.hypervisor import Hypervisor
from fakevirt.driver.hypervisors import Hypervisors
from fakevirt.driver.nova import InMemoryDriver
from fakevirt.driver.storage import Storage
from nova_faults.leftovers import Leftovers, breaches
from nova_faults.points import Boundaries, Fault, Point

#: How long a migration may go on, in seconds: what was lost, nobody waits for.
PATIENCE = 30
HOSTS = ("src", "dst")


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is migrated.

    Args:
        name: Its name.
        shared: Whether the hosts see the same disks.
        volume: Whether the server has a volume.
        port: Whether it has a port.
    """

    name: str
    shared: bool = True
    volume: bool = False
    port: bool = False


SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario("shared storage"),
        Scenario("block migration", shared=False),
        Scenario("volume", volume=True),
        Scenario("port", port=True),
    )
}


@dataclass(frozen=True, slots=True)
class Run:
    """A live migration, and what it has left.

    Args:
        scenario: The scenario's name.
        fault: What was made to fail, None if nothing was.
        points: What the migration came to.
        is_struck: Whether it came to the fault.
        refused: What the API said to the request, None if it took it.
        before: What there was.
        after: What there is.
        breaches: What does not hold.
        trouble: Why nothing can be said, None if something can.
    """

    scenario: str
    fault: Fault | None
    points: tuple[Point, ...] = ()
    is_struck: bool = False
    refused: str | None = None
    before: Leftovers | None = None
    after: Leftovers | None = None
    breaches: tuple[str, ...] = ()
    trouble: str | None = None


def run(scenario: str, fault: Fault | None) -> Run:
    """Migrate a server, let something fail, and look."""
    logging.disable(logging.CRITICAL)
    case = LiveMigration("run_it")
    case.scenario, case.fault = SCENARIOS[scenario], fault
    result = unittest.TestResult()
    found: list[Run] = []
    case.found = found
    case.run(result)
    if found:
        return found[0]
    told = [text for _, text in (*result.errors, *result.failures)]
    return Run(scenario, fault, trouble=told[0].strip().splitlines()[-1] if told else "it was not run")


class LiveMigration(integrated_helpers.ProviderUsageBaseTestCase):
    """The environment of a run: Nova's services and fixtures, our driver and transport."""

    compute_driver = "fake.MediumFakeDriver"
    microversion = "latest"

    def setUp(self):
        # Whoever casts waits, so that a run is always the same.
        self.useFixture(fixtures.FastRPCFixture(casts="calls"))
        super().setUp()
        self.cinder = self.useFixture(nova_fixtures.CinderFixture(self))
        shared = Storage("shared") if self.scenario.shared else None
        self.hypervisors = Hypervisors(
            lambda host, my_ip: Hypervisor(host, my_ip=my_ip, instances_path=shared or Storage(host))
        )
        driver = functools.partial(InMemoryDriver, hypervisors=self.hypervisors)
        self.virt = self.useFixture(fixtures.ProbedDriverFixture(driver))
        self.services = {host: self._start_compute(host) for host in HOSTS}
        self.context = context.get_admin_context()
        #: The migrations that the source has begun.
        self.begun: list[futures.Future] = []
        begin = ComputeManager._start_recorded_task

        def begin_and_keep(*args, **kwargs):
            self.begun.append(begin(*args, **kwargs))
            return self.begun[-1]

        self.stub_out("nova.compute.manager.ComputeManager._start_recorded_task", begin_and_keep)
        self.boundaries = self.useFixture(Boundaries(self.fault))
        self.boundaries.drive({host: service.manager.driver for host, service in self.services.items()})

    def run_it(self):
        """Boot, migrate, look."""
        server = self._boot()
        before = self._look(server)
        self.boundaries.watch()
        refused = None
        try:
            body = {"os-migrateLive": {"host": "dst", "block_migration": "auto"}}
            self.admin_api.post_server_action(server["id"], body)
        except client.OpenStackApiException as error:
            refused = str(error.response.status_code)
        # The request is through when the source has begun: casts are calls.
        unfinished = futures.wait(self.begun, timeout=PATIENCE).not_done
        self.boundaries.stop()
        after = self._look(server)
        self.found.append(
            Run(
                self.scenario.name,
                self.fault,
                tuple(self.boundaries.points),
                self.boundaries.is_struck,
                refused,
                before,
                after,
                tuple(breaches(before, after, has_failed=self.fault is not None)),
                f"it goes on after {PATIENCE} s" if unfinished else None,
            )
        )

    def _boot(self):
        networks = [{"port": self.neutron.port_1["id"]}] if self.scenario.port else "none"
        wanted = self._build_server(host="src", networks=networks)
        server = self._wait_for_state_change(self.admin_api.post_server({"server": wanted}), "ACTIVE")
        if self.scenario.volume:
            body = {"volumeAttachment": {"volumeId": self.cinder.IMAGE_BACKED_VOL}}
            self.admin_api.api_post(f"/servers/{server['id']}/os-volume_attachments", body)
            self._wait_for_volume_attach(server["id"], self.cinder.IMAGE_BACKED_VOL)
        return server

    def _migration(self, server):
        found = objects.MigrationList.get_by_filters(
            self.context, {"instance_uuid": server["id"], "migration_type": "live-migration"}
        )
        return found[0] if found else None

    def _look(self, server) -> Leftovers:
        uuid = server["id"]
        instance = objects.Instance.get_by_uuid(self.context, uuid)
        fault = objects.InstanceFault.get_latest_for_instance(self.context, uuid)
        migration = self._migration(server)
        hypervisors = {host: self.hypervisors.of(host) for host in HOSTS}
        volumes = [*self.cinder.volume_ids_for_instance(uuid)]
        ports = [self.neutron.port_1["id"]] if self.scenario.port else []

        def hosts(has):
            return tuple(host for host, hypervisor in hypervisors.items() if has(hypervisor))

        return Leftovers(
            migration=migration and migration.status,
            host=instance.host,
            vm_state=instance.vm_state,
            task_state=instance.task_state,
            fault=fault and fault.message,
            guests=hosts(lambda hypervisor: instance.name in hypervisor.domains),
            volumes=hosts(lambda hypervisor: hypervisor.connected_volumes),
            vifs=hosts(lambda hypervisor: any(vif in hypervisor.plugged_vifs for vif in ports)),
            disks=()
            if self.scenario.shared
            else hosts(lambda hypervisor: uuid in hypervisor.instances_path.directories),
            attachments=tuple(
                tuple(
                    sorted(
                        (attachment["connector"] or {}).get("host") or "none"
                        for attachment in self.cinder.volume_to_attachment[volume].values()
                    )
                )
                for volume in sorted(set(volumes))
            ),
            bindings=tuple(
                {host: binding["status"] for host, binding in sorted(self.neutron._port_bindings[port].items())}
                for port in ports
            ),
            allocations=self._allocated(uuid),
            held=self._allocated(migration.uuid) if migration is not None else (),
        )

    def _allocated(self, consumer):
        allocations = self._get_allocations_by_server_uuid(consumer)
        return tuple(host for host in HOSTS if self._get_provider_uuid_by_host(host) in allocations)
