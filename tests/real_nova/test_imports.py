"""Nova chooses which threads a process has, and nothing else before it."""

import subprocess
import sys
import unittest


def imported(*modules):
    """Import modules one after the other in a process of their own; return what that printed."""
    source = "\n".join(f"import {module}" for module in modules)
    ended = subprocess.run([sys.executable, "-W", "ignore", "-c", source], capture_output=True, text=True, check=False)
    return ended.stderr


class TestImports(unittest.TestCase):
    def test_the_fixtures_come_first(self):
        self.assertNotIn("Error", imported("fakevirt.fixtures.nova", "fakevirt.matchers", "fakevirt.driver.nova"))

    def test_the_fixtures_say_so_if_they_do_not(self):
        said = imported("fakevirt.matchers", "fakevirt.fixtures.nova")
        self.assertIn("UsageError", said)
        self.assertIn("make it the first import of the test's module", said)
