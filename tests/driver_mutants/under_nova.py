"""The same under Nova: its own suite beside ours, and mutants of the driver that it uses."""

# Nova chooses which threads there are, before anything else is imported.
from fakevirt.fixtures import nova as fixtures  # noqa: F401  # isort: skip

import unittest
from collections.abc import Callable, Iterable
from unittest import mock

from nova.tests.unit.virt import test_virt_drivers
from nova.virt import fake

from driver_mutants.mutants import NOVAS, OWN, Mutant, planted_or_not
from driver_mutants.runs import Outcome, Verdict, contract, first_failure
from fakevirt.driver.nova import InMemoryDriver
from real_nova import test_driver, test_driver_states
from real_nova.test_contract import CONTRACT


class NovasSuite(test_virt_drivers.FakeConnectionTestCase):
    """Nova's suite for its FakeDriver as it is, on our driver in that one's place."""

    def setUp(self):
        replaced = mock.patch.object(fake, "FakeDriver", InMemoryDriver)
        replaced.start()
        self.addCleanup(replaced.stop)
        super().setUp()

    def test_migrate_disk_and_power_off(self):
        self.connection.hypervisors.of("dest_host")
        super().test_migrate_disk_and_power_off()


def run(mutant: Mutant | None) -> Outcome:
    """Run what we hold a mutant's driver to, and Nova's suite, against it; all that we have if there is no mutant."""
    ours = {OWN: [contract], NOVAS: [lambda: contract(CONTRACT), lambda: first_failure(_ours())]}
    kinds = [kind for part in ours if mutant is None or mutant.module.startswith(part) for kind in ours[part]]
    with planted_or_not(mutant):
        return Outcome(mutant, _first_that_tells(kinds), first_failure(_novas()))


def _first_that_tells(kinds: Iterable[Callable[[], Verdict]]) -> Verdict:
    verdicts = (kind() for kind in kinds)
    return next((verdict for verdict in verdicts if verdict != Verdict()), Verdict())


def _ours() -> unittest.TestSuite:
    """Return our tests of the driver for Nova, which ask what the contract does not: migrations that take time, say."""
    own = [
        case
        for module in (test_driver_states, test_driver)
        for case in vars(module).values()
        if isinstance(case, type) and case.__module__ == module.__name__ and case is not test_driver.NovasSuite
    ]
    return unittest.TestSuite(map(unittest.defaultTestLoader.loadTestsFromTestCase, own))


def _novas() -> unittest.TestSuite:
    return unittest.defaultTestLoader.loadTestsFromTestCase(NovasSuite)
