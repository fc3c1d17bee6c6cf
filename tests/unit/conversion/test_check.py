"""Checking a work item: both call paths, the same scenario."""

import pytest

from fakevirt.conversion.allowance import Allowance
from fakevirt.conversion.check import ConversionError, check, compare_scenario, raise_unless_passed, run
from fakevirt.conversion.comparison import Verdict
from fakevirt.conversion.scenarios import SCENARIOS, Scenario
from fakevirt.driver.profile import Accepts, Profile
from fakevirt.manager.plan import ConversionPlan
from fakevirt.usage_error import UsageError

REFUSED = SCENARIOS["refused_by_the_source"]


def test_a_check_that_passes_returns_the_comparison():
    comparison = check("check_can_live_migrate_source", "refused_by_the_source")
    assert comparison.verdict is Verdict.SAME
    assert (str(comparison.legacy.plan), str(comparison.objects.plan)) == ("legacy", "objects")


def test_differences_of_the_conversion_itself_are_allowed():
    assert check("_rollback_live_migration", "driver_fails").verdict is Verdict.ALLOWED


def test_another_plan_is_held_against_the_legacy_path():
    plan = ConversionPlan.only("check_can_live_migrate_source")
    assert check("check_can_live_migrate_source", "refused_by_the_source", plan=plan).objects.plan is plan


def test_an_allowance_that_nothing_needs_fails_the_check_and_tells_how_to_repeat_it():
    with pytest.raises(ConversionError) as failed:
        check("live_migration", "shared_storage", allow=[Allowance("driver", "not so", "spawn")])
    assert failed.value.comparison.verdict is Verdict.DIVERGED
    lines = str(failed.value).splitlines()
    assert lines[0] == "DIVERGED: live_migration / shared_storage"
    assert lines[-1].endswith("fakevirt verify --work-item live_migration --scenario shared_storage")


@pytest.mark.parametrize(
    ("work_item", "scenario", "happened"),
    [
        ("live_migratoin", "shared_storage", "'live_migratoin' is none"),
        ("live_migration", "shared_storag", "'shared_storag' is none"),
        ("run_instance", "shared_storage", "'shared_storage' is none"),
    ],
)
def test_names_that_are_none_are_refused(work_item, scenario, happened):
    with pytest.raises(UsageError) as refused:
        check(work_item, scenario)
    assert refused.value.happened == happened


def test_a_database_that_cannot_be_opened_is_the_users_error():
    with pytest.raises(UsageError, match="database"):
        check("live_migration", "shared_storage", database_url="nonsense")


def test_a_scenario_that_enters_other_work_items_than_it_says_is_not_compared():
    mistaken = Scenario("mistaken", REFUSED.request, REFUSED.enters | {"run_instance"}, REFUSED.cloud)
    comparison = compare_scenario(mistaken, ConversionPlan.objects())
    assert comparison.verdict is Verdict.NOT_COMPARED
    assert comparison.not_compared.endswith("(missed: run_instance; besides: none)")


def test_a_run_has_the_cloud_of_its_scenario(tmp_path):
    observation = run(REFUSED.with_cloud(database_url=f"sqlite:///{tmp_path}/world.db"), ConversionPlan.objects())
    assert "not on shared storage" in str(observation.error)
    assert (tmp_path / "world.db").exists()


def test_the_legacy_run_is_on_drivers_that_take_any_form():
    profile = Profile(check_can_live_migrate_source=Accepts.DICT_ONLY)
    comparison = compare_scenario(REFUSED, ConversionPlan.legacy(), profile=profile)
    # The instance is an object on both paths: what is compared is the same path on two drivers.
    assert (comparison.cause.channel, comparison.cause.operation) == ("driver", "check_can_live_migrate_source")


def test_a_verdict_that_passes_raises_nothing():
    comparison = compare_scenario(REFUSED, ConversionPlan.objects())
    assert raise_unless_passed(comparison, what="it", reproduce="again") is None
