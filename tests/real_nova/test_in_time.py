"""Nova's live migrations take their time on our driver, and its API tells how far they have come."""

# Nova chooses which threads there are, before anything else is imported.
from fakevirt.fixtures import nova as fixtures  # isort: skip

import functools

import nova.context
from nova import objects
from nova.compute import task_states
from nova.tests.functional import integrated_helpers

from fakevirt.driver.hypervisors import Hypervisors
from fakevirt.driver.migration_job import MigrationSettings
from fakevirt.driver.nova import InMemoryDriver
from fakevirt.driver.storage import MIB
from fakevirt.usage_error import UsageError

SEEDS = (0, 1, 9)


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

    def interleaved(self, action=None, *, servers=1, seed, dirty_rate=50):
        """Move servers and do something with the first meanwhile.

        Returns:
            What the drivers were asked, for which server, how long it took, and what the action has raised.
        """
        moved = [self.boot() for _ in range(servers)]
        numbers = {server["id"]: number for number, server in enumerate(moved)}
        self.begin(*moved, dirty_rate=dirty_rate)
        began, now = len(self.virt.trace), self.clock.now
        raised = self.clock.interleave(*([lambda: action(moved[0])] if action else []), seed=seed)
        asked = [
            (effect.service, effect.operation, numbers.get(fields["uuid"]) if fields else None)
            for effect in list(self.virt.trace)[began:]
            for fields in [getattr(effect.arguments.get("instance"), "fields", None)]
        ]
        if action != self.delete:
            for server in moved:
                self._delete_server(server)
        return asked, round(self.clock.now - now, 6), [type(error) for error in raised]

    def reboot(self, server):
        """Let the source reboot a server as if the API had been asked before it knew of the migration: 409, after."""
        context = nova.context.get_admin_context()
        with nova.context.target_cell(context, self.cell_mappings["cell1"]) as cell:
            instance = objects.Instance.get_by_uuid(cell, server["id"], expected_attrs=["flavor", "info_cache"])
        instance.task_state = task_states.REBOOTING_HARD
        instance.save()
        self.src.manager.reboot_instance(cell, instance, None, "HARD")

    def delete(self, server):
        self.api.delete_server(server["id"])

    def test_a_seed_repeats_how_two_migrations_go(self):
        runs = [self.interleaved(servers=2, seed=seed) for seed in SEEDS]
        self.assertEqual(runs, [self.interleaved(servers=2, seed=seed) for seed in SEEDS])
        self.assertGreater(len({str(asked) for asked, *_ in runs}), 1)

    def test_a_seed_repeats_how_a_migration_and_a_deletion_go(self):
        runs = [self.interleaved(self.delete, seed=seed, dirty_rate=0) for seed in SEEDS]
        self.assertEqual(runs, [self.interleaved(self.delete, seed=seed, dirty_rate=0) for seed in SEEDS])
        self.assertGreater(len({str(asked) for asked, *_ in runs}), 1)

    def test_a_seed_repeats_how_a_migration_and_a_reboot_go(self):
        runs = [self.interleaved(self.reboot, seed=seed) for seed in SEEDS]
        self.assertEqual(runs, [self.interleaved(self.reboot, seed=seed) for seed in SEEDS])
        self.assertGreater(len({str(run) for run in runs}), 1)
        for asked, _, raised in runs:
            self.assertIn(("src", "reboot", 0), asked)
            self.assertEqual([type(None)], raised)

    def test_the_api_refuses_to_reboot_a_server_on_its_way(self):
        server = self.boot()
        self.begin(server)
        reboot = {"reboot": {"type": "HARD"}}
        (raised,) = self.clock.interleave(lambda: self.api.post_server_action(server["id"], reboot))
        self.assertEqual(409, raised.response.status_code)
        self.assertEqual(["dst"], self.hosts(server))

    def left(self):
        """Return the guests and the directories of each host."""
        hosts = [self.hypervisors.of(name) for name in ("src", "dst")]
        return [(len(host.domains), len(host.instances_path.directories)) for host in hosts]

    def test_a_server_that_is_deleted_on_its_way_is_nowhere(self):
        for seed in SEEDS:
            self.interleaved(self.delete, seed=seed)
            self.assertEqual([(0, 0), (0, 0)], self.left())

    def test_a_server_that_is_gone_before_its_migration_fails_is_nowhere(self):
        server = self.boot()
        self.begin(server, dirty_rate=50)
        self.api.delete_server(server["id"])
        self.clock.advance(60)
        self.assertEqual([(0, 0), (0, 0)], self.left())

    def test_a_server_that_is_deleted_where_it_was_is_left_where_it_is(self):
        # Nova's doing: the API asks the host that the row says, and the guest has gone from there when its turn comes.
        asked, *_ = self.interleaved(self.delete, seed=9, dirty_rate=0)
        self.assertLess(asked.index(("src", "post_live_migration", 0)), asked.index(("src", "destroy", 0)))
        self.assertEqual([(0, 0), (1, 1)], self.left())

    def test_what_begins_in_a_thread_of_its_own_meanwhile_is_refused(self):
        server = self.boot()
        move = {"os-migrateLive": {"host": "dst", "block_migration": "auto"}}
        error = self.assertRaises(
            UsageError, self.clock.interleave, lambda: self.api.post_server_action(server["id"], move)
        )
        self.assertIn("one has begun with live_migration", str(error))


class Asynchronous(integrated_helpers.ProviderUsageBaseTestCase):
    compute_driver = "fake.MediumFakeDriver"

    def refusal(self):
        """Return what interleaving is refused with."""
        hypervisors = Hypervisors()
        driver = functools.partial(InMemoryDriver, hypervisors=hypervisors)
        self.useFixture(fixtures.ProbedDriverFixture(driver))
        self._start_compute("src")
        return str(self.assertRaises(UsageError, hypervisors.clock.interleave))

    def test_nothing_is_interleaved_on_novas_transport_for_tests(self):
        self.assertIn("FakeDriver has threads that go on whenever they like", self.refusal())


class AsynchronousFastRPC(Asynchronous):
    def setUp(self):
        self.useFixture(fixtures.FastRPCFixture())
        super().setUp()

    def test_nothing_is_interleaved_on_novas_transport_for_tests(self):
        self.assertIn("casts='calls'", self.refusal())
