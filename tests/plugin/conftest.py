"""Tests of the plugin as a project sees it: each writes a test file and runs pytest on it."""

import pytest

# A run in this process forgets what it was the first to import, but oslo's and SQLAlchemy's registries remember.
import sqlalchemy.dialects.postgresql  # noqa: F401

import fakevirt.conversion.board_table
import fakevirt.conversion.html.page
import fakevirt.fixtures.cloud
import fakevirt.fixtures.database
import fakevirt.fixtures.driver
import fakevirt.matchers
import fakevirt.testing.testtools_bridge  # noqa: F401

#: Plugins that would reorder tests, write files, or load and tidy up for seconds after each run.
LEFT_OUT = [
    argument
    for name in ("randomly", "cacheprovider", "hypothesispytest", "unraisableexception")
    for argument in ("-p", f"no:{name}")
]
#: Enters two work items, and takes a call more on the object path if told to.
MODULE = """
import pytest
import sqlalchemy.dialects.postgresql
import fakevirt
from fakevirt import both_call_paths

def request(cloud, differs=False):
    cloud.check_can_live_migrate(cloud.boot("src"), to="dst")
    if differs and cloud.plan.converted:
        cloud.host("dst").driver.get_volume_connector({"uuid": "x"})
"""


@pytest.fixture
def run(pytester):
    """Return a function that runs pytest on a test module and returns pytester's result.

    Its arguments: the text that follows MODULE, and arguments of pytest; ``ini`` gives the text of a pytest.ini.
    """

    def run(text, *arguments, ini="", subprocess=False):
        pytester.makepyfile(MODULE + text)
        pytester.makeini("[pytest]\n" + ini)
        arguments = (*LEFT_OUT, *arguments)
        if subprocess:
            return pytester.runpytest_subprocess(*arguments)
        return pytester.runpytest_inprocess(*arguments)

    return run
