"""Nova's live migrations take their time on our driver, and its API tells how far they have come."""

# Nova chooses which threads there are, before anything else is imported.
from fakevirt.fixtures import nova as fixtures  # isort: skip

import functools

from nova.tests.functional import integrated_helpers

from fakevirt.driver.hypervisors import Hypervisors
from fakevirt.driver.migration_job import MigrationSettings
from fakevirt.driver.nova import InMemoryDriver
from fakevirt.driver.storage import MIB


class InTime(integrated_helpers.ProviderUsageBaseTestCase):
    compute_driver = "fake.MediumFakeDriver"
    microversion = "latest"

    def setUp(self):
        self.useFixture(fixtures.FastRPCFixture(casts="calls"))
        self.flags(max_concurrent_live_migrations=2)
        # By Nova 34's schema of its own answer more than nothing is left of a disk that was copied.
        self.flags(response_validation="ignore", group="api")
        super().setUp()
        self.hypervisors = Hypervisors()
        driver = functools.partial(InMemoryDriver, hypervisors=self.hypervisors)
        self.virt = self.useFixture(fixtures.ProbedDriverFixture(driver))
        self.src, self.dst = self._start_compute("src"), self._start_compute("dst")
        self.hypervisors.of("src").live_migration = MigrationSettings(bandwidth=64)
        self.clock = self.hypervisors.clock

    def begin(self, *servers, dirty_rate=0):
        """Begin to move servers with 512 MiB of memory and 64 MiB of disk, of which 64 are copied in a second."""
        for number, server in enumerate(servers, start=1):
            for domain in self.hypervisors.of("src").domains.values():
                domain.dirty_rate = dirty_rate
            self.api.post_server_action(server["id"], {"os-migrateLive": {"host": "dst", "block_migration": "auto"}})
            self.clock.await_waiting(number)

    def boot(self):
        return self._create_server(host="src", networks="none")

    def hosts(self, *servers):
        return [self.api.get_server(server["id"])["OS-EXT-SRV-ATTR:host"] for server in servers]

    def migration(self, server):
        (migration,) = self.api.api_get(f"/servers/{server['id']}/migrations").body["migrations"]
        return migration

    def test_the_api_tells_how_far_a_migration_has_come(self):
        server = self.boot()
        self.begin(server)
        self.clock.advance(5)
        told = self.migration(server)
        self.assertEqual("running", told["status"])
        self.assertEqual((512 * MIB, 64 * MIB), (told["memory_total_bytes"], told["disk_total_bytes"]))
        self.assertEqual((0, 512 * MIB), (told["disk_remaining_bytes"], told["memory_remaining_bytes"]))
        self.clock.advance(5)
        self._wait_for_migration_status(server, ["completed"])
        self.assertEqual(["dst"], self.hosts(server))

    def test_the_api_aborts_a_migration(self):
        server = self.boot()
        self.begin(server, dirty_rate=100)
        self.clock.advance(30)
        self.api.api_delete(f"/servers/{server['id']}/migrations/{self.migration(server)['id']}")
        self._wait_for_migration_status(server, ["cancelled"])
        self.assertEqual(["src"], self.hosts(server))

    def test_the_api_forces_a_migration_to_complete(self):
        server = self.boot()
        self.begin(server, dirty_rate=100)
        self.clock.advance(30)
        action = {"force_complete": None}
        self.api.api_post(f"/servers/{server['id']}/migrations/{self.migration(server)['id']}/action", action)
        self.clock.advance(10)
        self._wait_for_migration_status(server, ["completed"])
        self.assertEqual(["dst"], self.hosts(server))

    def test_two_servers_move_at_the_same_time(self):
        servers = self.boot(), self.boot()
        self.begin(*servers)
        self.clock.interleave(seed=1)
        for server in servers:
            self._wait_for_migration_status(server, ["completed"])
        self.assertEqual(["dst", "dst"], self.hosts(*servers))
        self.assertLess(self.clock.now, 10)

    def test_a_server_that_is_deleted_on_its_way_is_nowhere(self):
        server = self.boot()
        self.begin(server)
        self.clock.interleave(lambda: self.api.delete_server(server["id"]), seed=1)
        self._wait_until_deleted(server)
        self.assertEqual([[], []], [list(self.hypervisors.of(host).domains) for host in ("src", "dst")])
