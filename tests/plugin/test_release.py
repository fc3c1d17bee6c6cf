"""The marker ``release``: the clouds of a test are of several releases."""


def test_the_clouds_of_a_test_have_the_hosts_and_releases_that_it_names(run):
    result = run(
        """
@pytest.mark.release(conductor="juno", src="icehouse", dst="juno")
def test_cloud(fake_cloud):
    assert [fake_cloud.host(name).service.release.name for name in ("src", "dst")] == ["icehouse", "juno"]
    assert fake_cloud.conductor_release.name == "juno"

@pytest.mark.release(old="icehouse", new="juno")
@both_call_paths
def test_both(cloud):
    cloud.check_can_live_migrate(cloud.boot("old"), to="new")

@pytest.mark.release(conductor="juno", src="icehouse", dst="juno")
def test_scenario(conversion):
    comparison = conversion.check("check_can_live_migrate_source", "refused_by_the_source")
    (sent,) = [e for e in comparison.objects.trace.on("rpc") if e.operation == "check_can_live_migrate_source"]
    assert sent.details["version"] == "3.0"
"""
    )
    result.assert_outcomes(passed=3)


def test_a_release_that_there_is_not_is_refused_whatever_the_test_does(run):
    result = run(
        """
@pytest.mark.release(src="essex")
def test_it():
    pass
"""
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*happened: * 'essex' is none", "*icehouse, juno, kilo*"])


def test_a_marker_without_hosts_is_refused_in_four_parts(run):
    result = run(
        """
@pytest.mark.release(conductor="juno")
def test_no_host():
    pass

@pytest.mark.release("juno")
def test_no_name():
    pass
"""
    )
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(
        [
            "*expected: * the release of each host by its name, and that of the conductor",
            "*happened: * release(conductor='juno')",
            "*where: * a marker release of *::test_no_host",
            "*how to go on: write release(conductor=*",
        ]
    )
