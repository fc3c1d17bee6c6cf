def test_an_unknown_work_item_is_refused_in_four_parts_whatever_the_test_does(run):
    result = run(
        """
@pytest.mark.work_item("live_migrations")
def test_it():
    pass
"""
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [
            "*expected: * the name of a work item",
            "*happened: * 'live_migrations' is none",
            "*where: * the marker work_item of *::test_it",
            "*how to go on: did you mean 'live_migration'?",
        ]
    )


def test_bad_usage_is_refused_in_four_parts(run):
    result = run(
        """
@pytest.mark.work_item
def test_nothing():
    pass

@pytest.mark.work_item("live_migration")
@pytest.mark.work_item("detach_volume")
def test_two():
    pass
"""
    )
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["*expected: * work_item(name: *", "*happened: *missing a required argument: 'name'"])
    result.stdout.fnmatch_lines(["*expected: * one work item for each test", "*detach_volume, live_migration"])


def test_both_runs_of_both_call_paths_must_enter_it(run):
    result = run(
        """
@pytest.mark.work_item("check_can_live_migrate_source")
@both_call_paths
def test_entered(cloud):
    request(cloud)

@pytest.mark.work_item("live_migration")
@both_call_paths
def test_missed(cloud):
    request(cloud)
"""
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*NOT_COMPARED: *::test_missed", "*never entered live_migration (marker work_item)"])


def test_it_is_documented(run):
    run("", "--markers").stdout.fnmatch_lines(["@pytest.mark.work_item(name): *"])
