def test_it_is_a_cloud_of_two_hosts_with_everything_converted(run):
    result = run(
        """
def test_it(fake_cloud):
    assert isinstance(fake_cloud, fakevirt.Cloud)
    assert fake_cloud.plan == fakevirt.ConversionPlan.objects()
    assert fake_cloud.host("src").name == "src"
    assert fake_cloud.host("dst").name == "dst"
"""
    )
    result.assert_outcomes(passed=1)


def test_each_test_has_a_cloud_of_its_own(run):
    result = run(
        """
@pytest.mark.parametrize("n", [1, 2])
def test_it(fake_cloud, n):
    assert fake_cloud.boot("src").id == 1
"""
    )
    result.assert_outcomes(passed=2)


def test_arguments_of_the_cloud_come_by_indirect_parametrization(run):
    result = run(
        """
@pytest.mark.parametrize("fake_cloud", [{"hosts": ("a", "b", "c")}], indirect=True)
def test_it(fake_cloud):
    assert fake_cloud.host("c").name == "c"
"""
    )
    result.assert_outcomes(passed=1)


def test_it_runs_on_the_call_path_of_the_test(run):
    result = run(
        """
def test_it(fake_cloud, call_path):
    assert str(fake_cloud.plan) == call_path
    request(fake_cloud)
    (path,) = {effect.details["path"] for effect in fake_cloud.trace.on("manager")}
    assert path == call_path
"""
    )
    result.assert_outcomes(passed=2)


def test_an_unknown_host_is_refused_in_four_parts(run):
    result = run(
        """
def test_it(fake_cloud):
    fake_cloud.host("dts")
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*expected:*src, dst", "*happened:*'dts'*", "*where:*", "*how to go on:*"])
