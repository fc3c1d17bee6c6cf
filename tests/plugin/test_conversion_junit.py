"""What the JUnit report tells of comparisons."""

from xml.etree import ElementTree

import pytest

TEXT = """
@pytest.mark.allow("driver", "asked once more", operation="get_volume_connector")
@both_call_paths
def test_differs(cloud):
    request(cloud, differs=True)

def test_checked(conversion):
    conversion.check("_rollback_live_migration", "rollback_without_info_cache")

def test_plain():
    pass
"""


def properties(pytester):
    """Return the properties of each test by its name."""
    report = ElementTree.parse(pytester.path / "report.xml")
    return {
        case.get("name"): [(one.get("name"), one.get("value")) for one in case.iter("property")]
        for case in report.iter("testcase")
    }


@pytest.mark.parametrize("workers", [[], ["--numprocesses=1"]], ids=["one process", "xdist"])
@pytest.mark.parametrize("source", ["option", "ini"])
def test_each_test_has_the_verdicts_on_what_it_compared(run, pytester, workers, source):
    option, ini = (["--conversion-junit"], "") if source == "option" else ([], "conversion_junit = true\n")
    result = run(TEXT, "--junit-xml=report.xml", *option, *workers, ini=ini, subprocess=bool(workers))
    result.assert_outcomes(passed=3)
    found = properties(pytester)
    assert found["test_plain"] == []
    assert ("fakevirt.allowed", "asked once more") in found["test_differs"]
    assert ("fakevirt.check_can_live_migrate_destination", "SAME") in found["test_differs"]
    assert ("fakevirt._rollback_live_migration", "ALLOWED") in found["test_checked"]
    assert "conversion board" not in result.stdout.str()


def test_without_the_option_there_are_none(run, pytester):
    run(TEXT, "--junit-xml=report.xml").assert_outcomes(passed=3)
    assert not any(properties(pytester).values())
