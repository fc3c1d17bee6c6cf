"""What the API refuses before it asks anyone to resize."""

import pytest

from fakevirt import exceptions
from fakevirt.cloud import Cloud
from fakevirt.settings import Settings


@pytest.fixture
def cloud():
    with Cloud() as cloud:
        yield cloud


@pytest.fixture
def larger(cloud):
    return cloud.add_flavor("m1.large", memory_mb=1024)


@pytest.mark.parametrize("state", [{"vm_state": "paused"}, {"task_state": "rebooting"}])
def test_a_server_in_another_state_is_not_resized(cloud, larger, state):
    server = cloud.boot("src")
    cloud.update_server(server, **state)
    with pytest.raises(exceptions.InstanceInvalidState, match="Cannot resize"):
        cloud.resize(server, larger)


def test_a_server_does_not_get_the_flavor_that_it_has(cloud):
    with pytest.raises(exceptions.CannotResizeToSameFlavor):
        cloud.resize(cloud.boot("src"), "2")


def test_a_flavor_that_is_not_there_is_not_found(cloud):
    with pytest.raises(exceptions.FlavorNotFound):
        cloud.resize(cloud.boot("src"), "m1.none")


def test_a_server_that_was_not_resized_has_nothing_to_confirm(cloud):
    with pytest.raises(exceptions.InstanceInvalidState, match="Cannot confirm_resize"):
        cloud.confirm_resize(cloud.boot("src"))


def test_a_resize_is_confirmed_once_only(cloud, larger):
    server = cloud.boot("src")
    cloud.resize(server, larger)
    cloud.confirm_resize(server)
    cloud.update_server(server, vm_state="resized")
    with pytest.raises(exceptions.MigrationNotFoundByStatus):
        cloud.confirm_resize(server)


@pytest.mark.parametrize(
    ("settings", "flavor", "stays"),
    [
        (Settings(), "m1.large", False),
        (Settings(allow_resize_to_same_host=True), "m1.large", True),
        (Settings(allow_resize_to_same_host=True), None, False),
        (Settings(allow_migrate_to_same_host=True), None, False),
        (Settings(allow_resize_to_same_host=True, allow_migrate_to_same_host=True), None, True),
    ],
)
def test_a_server_may_stay_where_it_is_if_the_configuration_says_so(settings, flavor, stays):
    with Cloud(settings=settings, hosts=("src",)) as cloud:
        cloud.add_flavor("m1.large", memory_mb=1024)
        server = cloud.boot("src")
        if stays:
            cloud.resize(server, flavor)
            assert cloud.refresh(server).vm_state == "resized"
        else:
            with pytest.raises(exceptions.NoValidHost):
                cloud.resize(server, flavor)
            assert cloud.refresh(server).task_state is None


def test_only_what_grows_is_reserved_and_only_what_shrinks_is_given_back(cloud):
    server = cloud.boot("src")
    cloud.resize(server, cloud.add_flavor("m1.wide", memory_mb=256, vcpus=4))
    usages = cloud.state()["table quota_usages"]
    assert [(row["resource"], row["in_use"], row["reserved"]) for row in usages] == [("cores", 4, 0)]
    cloud.confirm_resize(server)
    assert [row["resource"] for row in cloud.state()["table reservations"]] == ["cores", "ram"]
    assert [row["delta"] for row in cloud.state()["table reservations"]] == [3, -256]
