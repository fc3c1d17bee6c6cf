"""Each fixture of the plugin, with what a project needs of it."""

import pytest

import fakevirt
from fakevirt.context import RequestContext
from fakevirt.db import api, builders
from fakevirt.exceptions import InvalidSharedStorage


def test_fake_cloud_migrates_a_guest_and_tells_how(fake_cloud):
    server = fake_cloud.boot("src")
    fake_cloud.live_migrate(server, to="dst")
    assert fake_cloud.refresh(server).host == "dst"
    assert "post_live_migration_at_destination" in [effect.operation for effect in fake_cloud.trace.on("driver")]


@pytest.mark.parametrize("fake_cloud", [{"shared_storage": False}], indirect=True)
def test_fake_cloud_takes_arguments(fake_cloud):
    with pytest.raises(InvalidSharedStorage):
        fake_cloud.check_can_live_migrate(fake_cloud.boot("src"), to="dst")


def test_fake_driver_answers_without_a_manager(fake_driver):
    (node,) = fake_driver.get_available_nodes()
    assert fake_driver.get_available_resource(node)["hypervisor_hostname"] == node


@pytest.mark.parametrize("host", ["src", "dst"])
def test_fake_database_is_empty_in_each_test(fake_database, host):
    context = RequestContext(user_id="user", project_id="project")
    assert fake_database.content()["instances"] == []
    api.instance_create(context, builders.instance_row(id=None, host=host))
    assert [instance.host for instance in api.instance_get_all_by_host(context, host)] == [host]


def test_conversion_compares_a_scenario(conversion):
    comparison = conversion.check("live_migration", "shared_storage")
    assert comparison.verdict.passes
    assert len(comparison.rows) > 50


def test_conversion_takes_a_plan(conversion):
    plan = fakevirt.ConversionPlan.only("live_migration")
    assert conversion.check("live_migration", "shared_storage", plan=plan).objects.plan == plan


def test_call_path_runs_on_each_path(call_path, fake_cloud):
    server = fake_cloud.boot("src")
    fake_cloud.live_migrate(server, to="dst")
    raw = [e for e in fake_cloud.trace.on("conductor") if not e.operation.startswith("object_")]
    assert bool(raw) == (call_path.value == "legacy")


def test_raw_conductor_forbidden_lets_the_object_path_pass(raw_conductor_forbidden, fake_cloud):
    fake_cloud.live_migrate(fake_cloud.boot("src"), to="dst")
