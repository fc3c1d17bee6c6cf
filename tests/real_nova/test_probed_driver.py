"""Nova's drivers are probed in Nova's own functional tests."""

# Nova chooses which threads there are, before anything else is imported.
from fakevirt.fixtures import nova as fixtures  # isort: skip

import functools
import threading

from nova import exception
from nova.tests.functional import integrated_helpers
from nova.virt import fake

from fakevirt.instrument.probe import unwrap
from fakevirt.matchers import MadeDriverCalls
from fakevirt.usage_error import UsageError


class LiveMigration(integrated_helpers.ProviderUsageBaseTestCase):
    compute_driver = "fake.MediumFakeDriver"

    def setUp(self):
        super().setUp()
        self.virt = self.useFixture(fixtures.ProbedDriverFixture())
        self.src, self.dst = self._start_compute("src"), self._start_compute("dst")

    def boot(self):
        return self._create_server(host="src", networks="none")

    def test_calls_of_both_hosts_are_one_trace(self):
        server = self.boot()
        self._live_migrate(server, host="dst")
        self.assertThat(self.virt.trace, MadeDriverCalls("spawn", "pre_live_migration", "live_migration"))
        self.assertThat(self.virt.trace, MadeDriverCalls("pre_live_migration", service="dst"))

    def test_an_argument_is_there_as_it_was(self):
        server = self.boot()
        (spawn,) = [effect for effect in self.virt.trace if effect.operation == "spawn"]
        instance = spawn.arguments["instance"]
        self.assertEqual(("Instance", server["id"]), (instance.schema, instance.fields["uuid"]))
        self.assertEqual("spawning", instance.fields["task_state"])

    def test_a_failure_strikes_the_host_that_it_was_planted_at(self):
        server = self.boot()
        self.virt.faults.fail("pre_live_migration", host="src", with_=exception.MigrationPreCheckError)
        self.virt.faults.fail("pre_live_migration", host="dst", with_=exception.MigrationPreCheckError)
        self._live_migrate(server, host="dst", migration_expected_state="failed")
        self.assertEqual(["driver of src"], [fault.channel for fault in self.virt.faults.unstruck])
        self.assertEqual("src", self.api.get_server(server["id"])["OS-EXT-SRV-ATTR:host"])
        (failed,) = [effect for effect in self.virt.trace if effect.operation == "pre_live_migration"]
        self.assertEqual("MigrationPreCheckError", failed.outcome.failure.kind)

    def test_a_test_that_fails_tells_the_last_calls_and_the_faults_that_never_struck(self):
        server = self.boot()
        self.virt.faults.fail("unrescue", host="dst", with_=exception.MigrationPreCheckError)
        self.virt.faults.fail("pre_live_migration", host="dst", with_=exception.MigrationPreCheckError)
        self._live_migrate(server, host="dst", migration_expected_state="failed")
        lines = self.virt.getDetails()["fakevirt-driver-calls"].as_text().splitlines()
        told = f"dst: pre_live_migration(instance=<Instance {server['id']}>, "
        (line,) = [line for line in lines if line.startswith(told)]
        self.assertTrue(line.endswith(" raised MigrationPreCheckError"), line)
        self.assertEqual(
            "planted, and its call never came: driver of dst.unrescue#1 fail MigrationPreCheckError", lines[-1]
        )

    def test_something_may_happen_just_before_a_call(self):
        seen = []
        server = self.boot()
        self.virt.faults.interfere("live_migration", lambda: seen.append(self.notified(server)), host="src")
        self._live_migrate(server, host="dst")
        self.assertEqual(["migrating"], seen)

    def notified(self, server):
        return self.api.get_server(server["id"])["OS-EXT-STS:task_state"]

    def test_a_delay_passes_the_time_that_it_is_told_to(self):
        passed = []
        virt = self.useFixture(fixtures.ProbedDriverFixture(advance=passed.append))
        self._start_compute("third")
        virt.faults.delay("spawn", 300, host="third")
        self._create_server(host="third", networks="none")
        self.assertEqual([300], passed)

    def test_a_method_that_is_patched_on_the_class_is_called(self):
        called = []
        real = fake.FakeDriver.live_migration

        def live_migration(driver, *args, **kwargs):
            called.append(driver)
            return real(driver, *args, **kwargs)

        server = self.boot()
        self._live_migrate(server, host="dst")
        self.stub_out("nova.virt.fake.FakeDriver.live_migration", live_migration)
        self._live_migrate(server, host="src")
        self.assertEqual(1, len(called))

    def test_a_failure_strikes_whichever_host_is_called(self):
        self.virt.faults.fail("spawn", with_=exception.BuildAbortException)
        server = self._create_server(networks="none", expected_state="ERROR")
        self.assertEqual([], self.virt.faults.unstruck)
        self.assertEqual("ERROR", server["status"])


class Small(fake.MediumFakeDriver):
    """A driver of a project's own, whose constructor takes more than Nova's configuration can give."""

    def __init__(self, virtapi, disk_gb):
        super().__init__(virtapi)
        self.disk_gb = disk_gb

    def get_available_resource(self, nodename):
        return {**super().get_available_resource(nodename), "local_gb": self.disk_gb}


class Drivers(integrated_helpers.ProviderUsageBaseTestCase):
    compute_driver = "fake.MediumFakeDriver"

    def test_each_host_may_have_a_driver_of_its_own(self):
        virt = self.useFixture(fixtures.ProbedDriverFixture({"small": functools.partial(Small, disk_gb=7)}))
        for host in ("small", "other"):
            self._start_compute(host)
        self.assertEqual([True, False], [isinstance(virt.drivers[host], Small) for host in ("small", "other")])
        disks = {one["service"]["host"]: one["local_gb"] for one in self.hypervisors()}
        self.assertEqual(7, disks["small"])
        self.assertNotEqual(7, disks["other"])

    def hypervisors(self):
        self.api.microversion = "2.87"
        return self.api.api_get("/os-hypervisors/detail").body["hypervisors"]

    def test_a_host_may_have_a_driver_that_is_made_already(self):
        small = Small(None, disk_gb=7)
        virt = self.useFixture(fixtures.ProbedDriverFixture({"small": small}))
        compute = self._start_compute("small")
        self.assertIs(small, unwrap(virt.drivers["small"]))
        self.assertIs(compute.manager.virtapi, small.virtapi)
        self._create_server(host="small", networks="none")
        self.assertEqual(1, len(small.list_instances()))

    def test_two_hosts_cannot_have_one_driver(self):
        self.useFixture(fixtures.ProbedDriverFixture(Small(None, disk_gb=7)))
        self._start_compute("src")
        with self.assertRaisesRegex(UsageError, "dst would have the one of src"):
            self._start_compute("dst")

    def test_a_driver_may_have_the_name_that_novas_configuration_has_for_it(self):
        virt = self.useFixture(fixtures.ProbedDriverFixture({"small": "fake.SmallFakeDriver"}))
        self._start_compute("small")
        self.assertIsInstance(virt.drivers["small"], fake.SmallFakeDriver)

    def test_what_makes_no_driver_is_refused(self):
        self.useFixture(fixtures.ProbedDriverFixture(lambda virtapi: object()))
        with self.assertRaisesRegex(UsageError, "object is none"):
            self._start_compute("src")

    def test_what_wants_other_arguments_is_refused(self):
        self.useFixture(fixtures.ProbedDriverFixture(Small))
        with self.assertRaisesRegex(UsageError, r"Small cannot be called .* 'disk_gb'"):
            self._start_compute("src")

    def test_what_is_no_driver_is_refused(self):
        for source in (7, {"src": 7}):
            with self.assertRaisesRegex(UsageError, "int is none, and makes none"):
                fixtures.ProbedDriverFixture(source)

    def test_a_driver_for_a_host_that_never_starts_is_told(self):
        virt = fixtures.ProbedDriverFixture({"smal": functools.partial(Small, disk_gb=7)})
        virt.setUp()
        self._start_compute("small")
        with self.assertRaisesRegex(UsageError, "none was started on smal\n"):
            virt.cleanUp()

    def test_a_fault_at_a_method_that_no_driver_has_is_refused(self):
        virt = self.useFixture(fixtures.ProbedDriverFixture())
        with self.assertRaisesRegex(UsageError, r"did you mean pre_live_migration\?"):
            virt.faults.fail("pre_live_migrate", with_=exception.MigrationPreCheckError)

    def test_calls_of_many_threads_have_places_of_their_own(self):
        virt = self.useFixture(fixtures.ProbedDriverFixture())
        self._start_compute("src")
        before = len(virt.trace)
        threads = [threading.Thread(target=virt.drivers["src"].list_instances) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        effects = virt.trace.effects[before:]
        self.assertEqual(20, len(effects))
        self.assertEqual([*range(len(virt.trace))], [effect.began for effect in virt.trace])
        self.assertEqual(20, len({effect.details["nth"] for effect in effects}))
