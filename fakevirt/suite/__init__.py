"""The compliance suite: what a project's own compute manager and virt driver are held to.

Run it where it is, or take it over into a test module of the project::

    pytest --pyargs fakevirt.suite --fakevirt-manager=mine:Manager --fakevirt-driver=mine:Driver

    from fakevirt.suite import *
"""

from fakevirt.suite.requirements import Requirements
from fakevirt.suite.test_driver import TestDriver
from fakevirt.suite.test_faults import TestFaults
from fakevirt.suite.test_plans import TestPlans
from fakevirt.suite.test_releases import TestReleases
from fakevirt.suite.test_work_items import TestWorkItems

__all__ = ["Requirements", "TestDriver", "TestFaults", "TestPlans", "TestReleases", "TestWorkItems"]
