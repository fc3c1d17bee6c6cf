"""_instance_update: the dict path's way to write an instance."""

import pytest

from fakevirt import exceptions


@pytest.fixture
def server(cloud):
    return cloud.boot("src")


def test_it_writes_the_columns_and_returns_a_new_dict(cloud, inside, server, arguments):
    row = inside._instance_update(cloud.context, server.uuid, task_state="migrating", progress=50)
    assert (row["uuid"], row["task_state"], row["progress"]) == (server.uuid, "migrating", 50)
    assert arguments(cloud, "db", "update instances")["values"].keys() == {"task_state", "progress", "updated_at"}
    assert (server.task_state, cloud.refresh(server).task_state) == (None, "migrating")


def test_it_tells_of_the_change_and_then_counts_the_instance_anew(cloud, inside, server, steps):
    inside._instance_update(cloud.context, server.uuid, task_state="migrating")
    assert steps(cloud) == [
        "db conductor: update instances",
        "notifier conductor: compute.instance.update",
        "driver src: node_is_available",
        "db conductor: update compute_nodes",
    ]


def test_another_state_than_expected_writes_nothing(cloud, inside, server, steps):
    with pytest.raises(exceptions.UnexpectedTaskStateError):
        inside._instance_update(cloud.context, server.uuid, task_state=None, expected_task_state="migrating")
    assert steps(cloud) == []


def test_a_column_that_hosts_may_not_write_is_refused(cloud, inside, server, steps):
    with pytest.raises(KeyError, match=r"unexpected update keyword .*hostname"):
        inside._instance_update(cloud.context, server.uuid, hostname="other")
    assert steps(cloud) == []
