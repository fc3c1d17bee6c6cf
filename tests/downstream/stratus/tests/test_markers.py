"""The plugin's markers; --strict-markers refuses one that is not declared."""

import pytest

from fakevirt import both_call_paths


@pytest.mark.work_item("check_can_live_migrate_source")
def test_work_item_is_what_conversion_checks(conversion):
    assert conversion.check(scenario="shared_storage").verdict.passes


@pytest.mark.work_item("check_can_live_migrate_destination")
@both_call_paths
def test_work_item_is_what_both_runs_enter(cloud):
    cloud.check_can_live_migrate(cloud.boot("src"), to="dst")


@pytest.mark.allow("driver", "the object path asks once more", operation="get_volume_connector")
@both_call_paths
def test_allow_lets_a_difference_pass(cloud):
    cloud.check_can_live_migrate(cloud.boot("src"), to="dst")
    if cloud.plan.converted:
        cloud.host("dst").driver.get_volume_connector({"uuid": "x"})
