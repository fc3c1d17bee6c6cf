import pytest

ALLOWED = """
allowed = pytest.mark.allow("driver", "the object path asks once more", operation="get_volume_connector")
"""


def test_an_allowed_difference_passes(run):
    result = run(
        ALLOWED
        + """
@allowed
@both_call_paths
def test_outside(cloud):
    request(cloud, differs=True)

@both_call_paths
@allowed
def test_inside(cloud):
    request(cloud, differs=True)
"""
    )
    result.assert_outcomes(passed=2)


def test_an_allowance_that_covers_nothing_fails(run):
    result = run(
        ALLOWED
        + """
@allowed
@both_call_paths
def test_it(cloud):
    request(cloud)
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*nothing differs as allowed on driver (the object path asks once more)", "*remove the allowance"]
    )


def test_it_holds_for_the_fixture_conversion(run):
    result = run(
        ALLOWED
        + """
@allowed
def test_it(conversion):
    conversion.check("check_can_live_migrate_source", "refused_by_the_source")
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*nothing differs as allowed on driver*"])


def test_a_test_that_compares_nothing_may_not_allow_anything(run):
    result = run(
        ALLOWED
        + """
@allowed
def test_it():
    pass
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["happened: * the test compares nothing", "where: * the marker allow of *::test_it"])


def test_several_on_one_test_hold_together(run):
    result = run(
        ALLOWED
        + """
@allowed
@pytest.mark.allow("volume", "and the volumes too", "get")
@both_call_paths
def test_it(cloud):
    request(cloud, differs=True)
    if cloud.plan.converted:
        manager = cloud.host("src").manager
        manager.volume_api.get(cloud.context, next(iter(cloud.volumes.volumes)))
""".replace("request(cloud, differs=True)", 'cloud.boot("src", volumes=1); request(cloud, differs=True)')
    )
    result.assert_outcomes(passed=1)


@pytest.mark.parametrize("level", ["class", "module"])
def test_it_holds_for_a_whole_class_or_module(run, level):
    text = """
class TestIt:
    pytestmark = CLASS

    @both_call_paths
    def test_it(self, cloud):
        request(cloud, differs=True)

pytestmark = MODULE
"""
    marks = {"CLASS": "[]", "MODULE": "[]", level.upper(): "allowed"}
    for name, mark in marks.items():
        text = text.replace(f"= {name}", f"= {mark}")
    run(ALLOWED + text).assert_outcomes(passed=1)


def test_the_nearest_markers_apply_and_others_do_not(run):
    result = run(
        ALLOWED
        + """
@pytest.mark.allow("volume", "would be unused here")
class TestIt:
    @allowed
    @both_call_paths
    def test_it(self, cloud):
        request(cloud, differs=True)
"""
    )
    result.assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("marker", "happened"),
    [
        ('allow("driver")', "missing a required argument: 'reason'"),
        ('allow("driver", "why", "*", None, "more")', "too many positional arguments"),
        ('allow("driver", "why", operations="x")', "got an unexpected keyword argument 'operations'"),
        ('allow("driver", 5)', "reason is no text"),
        ('allow("driver", " ")', "the reason is ' '"),
        ('allow("drivers", "why")', "'drivers' is none"),
    ],
)
def test_bad_usage_is_refused_in_four_parts(run, marker, happened):
    result = run(
        f"""
@pytest.mark.{marker}
@both_call_paths
def test_it(cloud):
    request(cloud)
"""
    )
    result.assert_outcomes(failed=1)
    output = result.stdout.str()
    for part in ("expected:", "happened:", "where:        a marker allow of", "how to go on:", happened):
        assert part in output


def test_it_is_documented(run):
    result = run("", "--markers")
    result.stdout.fnmatch_lines(['@pytest.mark.allow(channel, reason, operation="[*]", field=None): *'])
