def test_it_returns_the_comparison_of_a_scenario(run):
    result = run(
        """
def test_it(conversion):
    comparison = conversion.check("check_can_live_migrate_source", "refused_by_the_source")
    assert comparison.verdict.passes
    assert "check_can_live_migrate_source" in comparison.objects.entered
"""
    )
    result.assert_outcomes(passed=1)


def test_the_marker_names_the_work_item(run):
    result = run(
        """
@pytest.mark.work_item("check_can_live_migrate_source")
def test_it(conversion):
    assert conversion.check(scenario="refused_by_the_source").verdict.passes
"""
    )
    result.assert_outcomes(passed=1)


def test_a_plan_is_held_against_the_legacy_path(run):
    result = run(
        """
def test_it(conversion):
    plan = fakevirt.ConversionPlan.only("check_can_live_migrate_source")
    comparison = conversion.check("check_can_live_migrate_source", "refused_by_the_source", plan)
    assert comparison.objects.plan == plan
"""
    )
    result.assert_outcomes(passed=1)


def test_a_divergence_is_raised_at_the_line_of_the_check(run, monkeypatch):
    from fakevirt.conversion import scenarios

    def differs(cloud):
        if cloud.plan.converted:
            cloud.host("dst").driver.get_available_nodes()
        return cloud.check_can_live_migrate(cloud.boot("src"), to="dst")

    enters = frozenset({"check_can_live_migrate_destination", "check_can_live_migrate_source"})
    monkeypatch.setitem(scenarios.SCENARIOS, "differs", scenarios.Scenario("differs", differs, enters))
    result = run(
        """
def test_it(conversion):
    conversion.check("check_can_live_migrate_source", "differs")
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            '>       conversion.check("check_can_live_migrate_source", "differs")',
            "E       *ConversionError: DIVERGED: check_can_live_migrate_source / differs",
            "*the first: driver get_available_nodes on dst is on the objects path only",
        ]
    )
    assert "checker.py" not in result.stdout.str()


def test_an_allowance_that_covers_nothing_fails(run):
    result = run(
        """
from fakevirt.conversion.allowance import Allowance

def test_it(conversion):
    allow = [Allowance("volume", "never happens")]
    conversion.check("check_can_live_migrate_source", "refused_by_the_source", allow=allow)
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*nothing differs as allowed on volume (never happens)", "*remove the allowance"])


def test_bad_names_are_refused_in_four_parts(run):
    result = run(
        """
def test_unknown_work_item(conversion):
    conversion.check("live_migrations", "shared_storage")

def test_unknown_scenario(conversion):
    conversion.check("live_migration", "shared_storages")

def test_no_scenario(conversion):
    conversion.check("live_migration")
"""
    )
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(["*how to go on: did you mean 'live_migration'?"])
    result.stdout.fnmatch_lines(["*how to go on: did you mean 'shared_storage'?"])
    result.stdout.fnmatch_lines(["*happened: * work_item='live_migration', scenario=None"])
