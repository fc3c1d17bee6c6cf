"""The event of an instance's action, on both call paths: how a method started and how it ended."""

import pytest

from fakevirt import exceptions
from fakevirt.manager.plan import ConversionPlan
from fakevirt.objects.primitive import legacy_dict


@pytest.fixture
def instance(cloud, start_action, as_sent):
    return as_sent(start_action(cloud, cloud.boot("src")))


@pytest.fixture
def event(cloud, table):
    """Return the only event there is."""

    def event():
        (row,) = table(cloud, "instance_actions_events")
        return row

    return event


def raised(error):
    """Return ``error`` with the traceback of having been raised."""
    try:
        raise error
    except type(error) as caught:
        return caught


def test_it_starts_now_and_has_no_result(cloud, src, instance, event):
    src._event_start(cloud.context, instance, "compute_run")
    assert event()["event"] == "compute_run"
    assert event()["start_time"].startswith(str(cloud.epoch))
    assert (event()["finish_time"], event()["result"]) == (None, None)


def test_it_ends_with_success(cloud, src, instance, event):
    src._event_start(cloud.context, instance, "compute_run")
    cloud.clock.advance(5)
    src._event_finish(cloud.context, instance, "compute_run", None)
    assert event()["finish_time"].startswith("2014-04-17 12:00:05")
    assert (event()["result"], event()["traceback"]) == ("Success", None)


def test_it_ends_with_an_error_and_its_traceback_and_the_action_with_it(cloud, src, instance, event, table):
    src._event_start(cloud.context, instance, "compute_run")
    src._event_finish(cloud.context, instance, "compute_run", raised(ValueError("what")))
    assert event()["result"] == "Error"
    assert "in raised\n    raise error" in event()["traceback"]
    (action,) = table(cloud, "instance_actions")
    assert action["message"] == "Error"


def test_what_leaves_the_host_is_text(cloud, src, instance, on_legacy):
    src._event_start(cloud.context, instance, "compute_run")
    src._event_finish(cloud.context, instance, "compute_run", raised(ValueError("what")))
    operations = [effect.operation for effect in cloud.trace.on("conductor")]
    raw = ["action_event_start", "action_event_finish"]
    objects = ["event_start", "event_finish_with_failure"]
    prefix = "object_class_action_versions InstanceActionEvent."
    assert operations == (raw if on_legacy else [prefix + method for method in objects])


def test_a_request_that_has_started_no_action_has_no_events(cloud, src, as_sent):
    server = as_sent(cloud.boot("src"))
    with pytest.raises(exceptions.InstanceActionNotFound):
        src._event_start(cloud.context, server, "compute_run")


def test_an_event_that_was_not_started_cannot_end(cloud, src, instance):
    with pytest.raises(exceptions.InstanceActionEventNotFound):
        src._event_finish(cloud.context, instance, "compute_run", None)


@pytest.mark.parametrize(
    ("plan", "form"),
    [(ConversionPlan.objects(), legacy_dict), (ConversionPlan.legacy(), lambda instance: instance)],
    ids=["a dict on the object path", "an object on the legacy path"],
)
def test_an_instance_of_the_other_form_does(build_with, start_action, table, plan, form):
    cloud = build_with(plan)
    instance = form(start_action(cloud, cloud.boot("src")))
    src = cloud.host("src").manager
    src._event_start(cloud.context, instance, "compute_run")
    src._event_finish(cloud.context, instance, "compute_run", None)
    (row,) = table(cloud, "instance_actions_events")
    assert row["result"] == "Success"
