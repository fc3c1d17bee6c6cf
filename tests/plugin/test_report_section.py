def test_a_failing_test_shows_the_last_effects_of_its_cloud_and_how_many_came_before(run):
    result = run(
        """
def test_it(fake_cloud):
    fake_cloud.live_migrate(fake_cloud.boot("src"), to="dst")
    assert False
"""
    )
    lines = result.outlines
    start = next(n for n, line in enumerate(lines) if " fakevirt trace (plan objects) " in line)
    before = int(lines[start + 1].strip("()").split()[0])
    effects = [line for line in lines[start + 2 :] if line[:5].strip().isdigit()]
    assert len(effects) == 40
    assert int(effects[0].split()[0]) == before + 1
    assert "driver src: post_live_migration(" in "\n".join(effects)


def test_a_cloud_that_the_test_made_itself_is_shown_too(run):
    result = run(
        """
def test_it():
    with fakevirt.Cloud(plan=fakevirt.ConversionPlan.legacy()) as cloud:
        request(cloud)
    assert False
"""
    )
    result.stdout.fnmatch_lines(["*- fakevirt trace (plan legacy) -*", "*rpc * check_can_live_migrate_destination(*"])


def test_both_runs_of_a_comparison_that_fails_are_shown(run):
    result = run(
        """
@both_call_paths
def test_it(cloud):
    request(cloud, differs=True)
"""
    )
    result.stdout.fnmatch_lines(["*- fakevirt trace (plan legacy) -*", "*- fakevirt trace (plan objects) -*"])


def test_it_crosses_from_a_worker(run):
    result = run(
        """
def test_it(fake_cloud):
    request(fake_cloud)
    assert False
""",
        "-n1",
        subprocess=True,
    )
    result.stdout.fnmatch_lines(["*- fakevirt trace (plan objects) -*"])


def test_a_test_that_passes_or_uses_no_cloud_has_none(run):
    result = run(
        """
def test_passes(fake_cloud):
    request(fake_cloud)

def test_no_cloud():
    assert False

def test_no_effects(fake_cloud):
    assert False
""",
        "-rA",
    )
    result.assert_outcomes(passed=1, failed=2)
    assert "fakevirt trace" not in result.stdout.str()
