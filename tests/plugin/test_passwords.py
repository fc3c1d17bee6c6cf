"""The report of a test that fails has no password of the run's database or broker in it."""

import pytest

SECRET = "correct-horse"
#: Where the tests that fail meet it: in an argument of a frame, in a message, in a local variable, and on the output.
FAILING = """
import logging
from fakevirt.location import DATABASES

def connect(conninfo):
    raise ConnectionError("no answer at " + conninfo)

def test_that_the_server_is_there():
    local = [DATABASES.url]
    print("at", DATABASES.url)
    logging.getLogger().warning("gone: %s", DATABASES.url)
    connect("host=localhost password=" + DATABASES.url.partition("me:")[2].partition("@")[0])
"""


@pytest.mark.parametrize("option", [(), ("--showlocals",), ("--tb=short",), ("--tb=native",), ("-n2",)])
def test_a_report_is_without_it(pytester, monkeypatch, option):
    pytester.makeconftest(
        f"""
        import pytest
        from fakevirt.location import DATABASES

        @pytest.fixture(autouse=True)
        def somewhere():
            with DATABASES.at("postgresql+psycopg://me:{SECRET}@localhost/nova_test"):
                yield
        """
    )
    pytester.makepyfile(FAILING)
    result = pytester.runpytest_subprocess(*option, "--junit-xml=junit.xml", "-p", "no:randomly")
    result.assert_outcomes(failed=1)
    printed = result.stdout.str()
    assert "no answer at host=localhost password=***" in printed
    assert SECRET not in printed
    assert SECRET not in (pytester.path / "junit.xml").read_text()
