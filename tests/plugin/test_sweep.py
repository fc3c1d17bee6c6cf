def test_a_sweep_returns_its_board(run):
    result = run(
        """
def test_it(conversion):
    board = conversion.sweep("refresh_instance_security_rules", "refreshing_rules_fails")
    assert board.passes
    assert board.rows[0].runs > 0
"""
    )
    result.assert_outcomes(passed=1)


def test_the_marker_names_the_work_item(run):
    result = run(
        """
@pytest.mark.work_item("refresh_instance_security_rules")
def test_it(conversion):
    assert conversion.sweep(scenario="refreshing_rules_fails").passes
"""
    )
    result.assert_outcomes(passed=1)


def test_a_failure_is_raised_at_the_line_of_the_sweep(run, monkeypatch):
    from fakevirt.conversion import scenarios

    def differs(cloud):
        cloud.change_rules(cloud.add_security_group("web", cloud.boot("src")))
        if cloud.plan.converted and cloud.faults.faults:
            cloud.host("src").driver.get_available_nodes()

    enters = frozenset({"refresh_instance_security_rules"})
    monkeypatch.setitem(scenarios.SCENARIOS, "differs", scenarios.Scenario("differs", differs, enters))
    result = run(
        """
def test_it(conversion):
    conversion.sweep("refresh_instance_security_rules", "differs")
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            '>       conversion.sweep("refresh_instance_security_rules", "differs")',
            "E       *SweepError: DIVERGED: refresh_instance_security_rules / differs with *",
            "*the first: driver get_available_nodes on src is on the objects path only",
            "*reproduce:    fakevirt verify --scenario differs --import * --fault '*'",
        ]
    )
    assert "checker.py" not in result.stdout.str()


def test_bad_names_are_refused_in_four_parts(run):
    result = run(
        """
def test_no_scenario(conversion):
    conversion.sweep("live_migration")
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*happened: * work_item='live_migration', scenario=None"])
