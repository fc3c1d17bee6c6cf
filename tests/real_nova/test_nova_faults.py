"""The sweep of faults in Nova: it sees what is left, and where it was planted."""

# Nova chooses which threads there are, before anything else is imported.
from fakevirt.fixtures import nova as fixtures  # noqa: F401  # isort: skip

import dataclasses
import unittest

from nova_faults.leftovers import Leftovers, breaches
from nova_faults.page import page
from nova_faults.points import Fault, Point, faults_at
from nova_faults.runs import run

BEFORE = Leftovers(
    migration=None,
    host="src",
    vm_state="active",
    task_state=None,
    fault=None,
    guests=("src",),
    volumes=("src",),
    vifs=("src",),
    disks=("src",),
    attachments=(("src",),),
    bindings=({"src": "ACTIVE"},),
    allocations=("src",),
    held=(),
)
STAYED = dataclasses.replace(BEFORE, migration="failed", fault="told")
#: What may be left, and the word of the invariant that tells it.
LEFT = {
    "hypervisor": {"guests": ("src", "dst")},
    "names": {"host": "dst"},
    "left": {"volumes": ("src", "dst")},
    "had": {"vifs": ()},
    "stuck": {"task_state": "migrating"},
    "final": {"migration": "running"},
    "attachment": {"attachments": (("dst", "src"),)},
    "binding": {"bindings": ({"src": "ACTIVE", "dst": "INACTIVE"},)},
    "allocated": {"held": ("src",)},
    "fault": {"fault": None},
}


class Breaches(unittest.TestCase):
    def test_a_guest_that_stays_as_it_was_breaks_nothing(self):
        self.assertEqual([], list(breaches(BEFORE, STAYED, has_failed=True)))

    def test_whatever_is_left_is_seen(self):
        for word, left in LEFT.items():
            with self.subTest(word):
                (told,) = breaches(BEFORE, dataclasses.replace(STAYED, **left), has_failed=True)
                self.assertIn(word, told)


class Runs(unittest.TestCase):
    def test_a_migration_without_a_fault_breaks_nothing(self):
        found = run("port", None)
        self.assertEqual((None, ()), (found.trouble, found.breaches))
        self.assertEqual(({"dst": "ACTIVE"},), found.after.bindings)
        self.assertEqual({"driver", "Neutron", "call", "cast"}, {point.boundary for point in found.points})
        self.assertIn(Point("driver", "dst", "pre_live_migration", 1), found.points)

    def test_a_request_that_is_lost_leaves_a_task_state(self):
        found = run("shared storage", Fault(Point("cast", "API", "live_migrate_instance", 1)))
        self.assertEqual(("migrating", True), (found.after.task_state, found.is_struck))
        self.assertIn("no task state is stuck", found.breaches)

    def test_a_destination_that_fails_is_cleaned_up(self):
        found = run("volume", Fault(Point("driver", "dst", "pre_live_migration", 1)))
        self.assertEqual((("src",),), found.after.attachments)
        self.assertEqual((None, "src"), (found.trouble, found.after.host))

    def test_what_it_does_not_come_to_is_told(self):
        found = run("shared storage", Fault(Point("driver", "dst", "spawn", 1)))
        self.assertFalse(found.is_struck)
        self.assertIn("the migration did not come to it", page([found]))


class Faults(unittest.TestCase):
    def test_what_only_asks_does_not_fail_afterwards(self):
        asks, changes = (Point("Neutron", "dst", name, 1) for name in ("list_ports", "update_port"))
        self.assertEqual([Fault(asks), Fault(changes), Fault(changes, after=True)], faults_at([asks, changes]))
