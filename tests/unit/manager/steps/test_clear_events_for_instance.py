"""clear_events_for_instance, on both call paths."""


def test_what_the_instance_waited_for_is_forgotten(cloud, inside, as_sent):
    server = cloud.boot("src")
    inside.pending_events = {server.uuid: "event", "other": "event"}
    inside._clear_events_for_instance(as_sent(server))
    assert inside.pending_events == {"other": "event"}


def test_an_instance_that_waits_for_nothing_is_no_error(cloud, inside, as_sent):
    inside._clear_events_for_instance(as_sent(cloud.boot("src")))
    assert inside.pending_events == {}
