def test_the_first_raw_call_fails_the_test_and_its_place_is_told(run):
    result = run(
        """
def test_it(raw_conductor_forbidden):
    with fakevirt.Cloud(plan=fakevirt.ConversionPlan.legacy()) as cloud:
        request(cloud)
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "expected: * no call of a raw conductor method",
            "happened: * service_get_by_compute_host was called in the work item check_can_live_migrate_destination",
            "where: *get_compute_nodes.py:* in get_compute_nodes",
            "how to go on: *raw_conductor_forbidden",
        ]
    )


def test_a_call_by_the_test_itself_fails_it(run):
    result = run(
        """
def test_it(fake_cloud, raw_conductor_forbidden):
    fake_cloud.host("src").manager.conductor_api.service_get_by_compute_host(fake_cloud.context, "src")
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["where: *test_a_call_by_the_test*.py:* in test_it"])


def test_a_call_in_a_cast_fails_the_test_too(run):
    result = run(
        """
PLAN = fakevirt.ConversionPlan.all_but("_post_live_migration")

@pytest.mark.parametrize("fake_cloud", [{"plan": PLAN}], indirect=True)
def test_it(fake_cloud, raw_conductor_forbidden):
    fake_cloud.live_migrate(fake_cloud.boot("src"), to="dst")
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["happened: * network_migrate_instance_start was called in the work item _post_live_migration"]
    )


def test_converted_items_pass(run):
    result = run(
        """
def test_it(raw_conductor_forbidden, fake_cloud):
    fake_cloud.live_migrate(fake_cloud.boot("src"), to="dst")
"""
    )
    result.assert_outcomes(passed=1)


def test_setting_up_a_cloud_may_call_them(run):
    result = run(
        """
def test_it(raw_conductor_forbidden):
    with fakevirt.Cloud(plan=fakevirt.ConversionPlan.legacy()) as cloud:
        cloud.boot("src")
"""
    )
    result.assert_outcomes(passed=1)


def test_the_legacy_run_of_a_comparison_may_call_them(run):
    result = run(
        """
@both_call_paths
def test_both(cloud, raw_conductor_forbidden):
    request(cloud)

def test_check(conversion, raw_conductor_forbidden):
    assert conversion.check("check_can_live_migrate_source", "refused_by_the_source").verdict.passes
"""
    )
    result.assert_outcomes(passed=2)


def test_afterwards_they_work_again(run):
    result = run(
        """
def test_forbidden(raw_conductor_forbidden):
    pass

def test_it():
    with fakevirt.Cloud(plan=fakevirt.ConversionPlan.legacy()) as cloud:
        request(cloud)
        assert cloud.trace.on("conductor")
"""
    )
    result.assert_outcomes(passed=2)
