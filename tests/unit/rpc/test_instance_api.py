"""The API's part of what happens to an instance, for whoever asks for it."""

import pytest

from fakevirt import exceptions, services, states
from fakevirt.cloud import Cloud
from fakevirt.rpc.instance_api import InstanceAPI

IMAGE = "1f0e1a3c-5d0f-4b3c-9d5c-0a5f3d1c2b4a"


class Hosts:
    """Notes what hosts are told."""

    def __init__(self):
        self.told = []

    def __getattr__(self, name):
        return lambda context, instance, *args, **_: self.told.append((name, instance.task_state, *args))


@pytest.fixture
def hosts():
    return Hosts()


@pytest.fixture
def cloud():
    with Cloud(hosts=["src"]) as cloud:
        yield cloud


@pytest.fixture
def ask(cloud, hosts):
    """Ask for something as the API, of a server whose row has these values."""

    def ask(method, *args, server=None, **values):
        server = server or cloud.boot("src")
        cloud.update_server(server, **values)
        with services.running_as(cloud._api):
            getattr(InstanceAPI(hosts), method)(cloud.context, cloud.refresh(server), *args)
        return cloud.refresh(server)

    return ask


@pytest.mark.parametrize(
    ("method", "values", "task_state", "told"),
    [
        ("stop", {}, states.POWERING_OFF, "stop_instance"),
        ("stop", {"vm_state": states.ERROR}, states.POWERING_OFF, "stop_instance"),
        ("force_stop", {"vm_state": states.PAUSED}, states.POWERING_OFF, "stop_instance"),
        ("start", {"vm_state": states.STOPPED}, states.POWERING_ON, "start_instance"),
        ("unrescue", {"vm_state": states.RESCUED}, states.UNRESCUING, "unrescue_instance"),
        ("rescue", {"vm_state": states.STOPPED}, states.RESCUING, "rescue_instance"),
        ("delete", {"vm_state": states.BUILDING}, states.DELETING, "terminate_instance"),
        ("delete", {"task_state": states.POWERING_OFF}, states.DELETING, "terminate_instance"),
        ("suspend", {}, states.SUSPENDING, "suspend_instance"),
    ],
)
def test_the_instance_is_busy_and_its_action_noted_when_its_host_is_told(
    cloud, hosts, ask, method, values, task_state, told
):
    assert ask(method, **values).task_state == task_state
    (action,) = cloud.state()["table instance_actions"]
    assert (action["action"], action["request_id"]) == (method.removeprefix("force_"), cloud.context.request_id)
    ((name, *rest),) = hosts.told
    assert (name, rest[0]) == (told, task_state)


@pytest.mark.parametrize(
    ("reboot_type", "values", "task_state"),
    [
        ("SOFT", {}, states.REBOOTING),
        ("HARD", {}, states.REBOOTING_HARD),
        ("HARD", {"vm_state": states.ERROR}, states.REBOOTING_HARD),
        ("HARD", {"task_state": states.REBOOT_STARTED}, states.REBOOTING_HARD),
    ],
)
def test_a_hard_reboot_may_be_asked_for_where_a_soft_one_may_not(hosts, ask, reboot_type, values, task_state):
    assert ask("reboot", reboot_type, **values).task_state == task_state
    assert hosts.told == [("reboot_instance", task_state)]


@pytest.mark.parametrize(
    ("reboot_type", "values", "attr"),
    [
        ("SOFT", {"vm_state": states.STOPPED}, "vm_state"),
        ("SOFT", {"task_state": states.REBOOT_STARTED}, "task_state"),
        ("HARD", {"vm_state": states.RESCUED}, "vm_state"),
        ("HARD", {"task_state": states.REBOOTING_HARD}, "task_state"),
    ],
)
def test_a_reboot_of_an_instance_in_another_state_is_refused(hosts, ask, reboot_type, values, attr):
    with pytest.raises(exceptions.InstanceInvalidState, match=f"in {attr} .*Cannot reboot"):
        ask("reboot", reboot_type, **values)
    assert hosts.told == []


def test_what_an_instance_has_of_its_quota_is_reserved_to_be_given_back(cloud, ask):
    ask("delete")
    reserved = {row["resource"]: row["delta"] for row in cloud.state()["table reservations"]}
    assert reserved == {"instances": -1, "cores": -1, "ram": -512}


@pytest.mark.parametrize(
    ("method", "values", "attr"),
    [
        ("stop", {"vm_state": states.STOPPED}, "vm_state"),
        ("stop", {"task_state": states.REBOOTING}, "task_state"),
        ("start", {}, "vm_state"),
        ("unrescue", {}, "vm_state"),
        ("rescue", {"vm_state": states.PAUSED}, "vm_state"),
        ("suspend", {"vm_state": states.STOPPED}, "vm_state"),
    ],
)
def test_an_instance_in_another_state_is_refused(cloud, hosts, ask, method, values, attr):
    with pytest.raises(exceptions.InstanceInvalidState, match=f"in {attr} .*Cannot {method}"):
        ask(method, **values)
    assert hosts.told == cloud.state()["table instance_actions"] == []


def test_a_busy_instance_is_not_even_stopped_by_force(hosts, ask):
    with pytest.raises(exceptions.UnexpectedTaskStateError):
        ask("force_stop", task_state=states.REBOOTING)
    assert hosts.told == []


@pytest.mark.parametrize("image_ref", ["", IMAGE])
def test_an_instance_that_boots_from_a_volume_is_not_rescued(cloud, hosts, ask, image_ref):
    server = cloud.boot("src", volumes=1, boot_from_volume=True)
    with pytest.raises(exceptions.InstanceNotRescuable, match="volume-backed"):
        ask("rescue", server=server, image_ref=image_ref)
    assert hosts.told == []


def test_an_instance_that_must_not_be_terminated_is_not_deleted(hosts, ask):
    assert ask("delete", disable_terminate=True).task_state is None
    assert hosts.told == []


def test_the_host_is_told_of_the_volumes_of_what_is_deleted(cloud, hosts, ask):
    ask("delete", server=cloud.boot("src", volumes=2))
    ((_, _, bdms),) = hosts.told
    assert [bdm.device_name for bdm in bdms] == ["/dev/vdb", "/dev/vdc"]
