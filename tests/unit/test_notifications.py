"""Notifications about instances: the usage payload, and ``compute.instance.update``."""

import datetime

import pytest

from fakevirt import notifications, services
from fakevirt.backends.notifier import Notifier
from fakevirt.context import RequestContext
from fakevirt.instrument.determinism import frozen
from fakevirt.instrument.trace import Trace
from fakevirt.objects.builders import instance_forms
from fakevirt.services import Service
from fakevirt.settings import Settings

FLAVOR = {"instance_type_name": "m1.small", "instance_type_flavorid": "2"}


@pytest.fixture
def context():
    return RequestContext(user_id="user", project_id="project")


@pytest.fixture
def row(context):
    """Return the row of an instance."""

    def row(**updates):
        values = {"system_metadata": {**FLAVOR, "image_base_image_ref": "ref"}, "metadata": {"role": "guest"}}
        return instance_forms(context, **{**values, **updates}).row

    return row


@pytest.fixture
def notifier():
    return Notifier("compute.src")


@pytest.fixture
def running(notifier):
    """Run a function as a service that is configured like this."""

    def running(function, *args, notifier=notifier, **settings):
        service = Service("nova-compute", "src", Trace(), notifier=notifier, settings=Settings(**settings))
        with services.running_as(service), frozen():
            return function(*args)

    return running


@pytest.fixture
def update(context, running, notifier):
    """Tell of a change; return what was told, None if nothing was."""

    def update(old, new, service=None, host=None, **settings):
        running(notifications.send_update, context, old, new, service, host, **settings)
        return notifier.messages[-1] if notifier.messages else None

    return update


def address(ip):
    return {"address": ip, "type": "fixed"}


VIFS = [
    {"address": "fa:16:3e:00:00:01", "network": {"label": "one", "subnets": [{"ips": [address("10.0.0.1")]}]}},
    {
        "address": "fa:16:3e:00:00:02",
        "network": {"label": "two", "subnets": [{"ips": [address("10.1.0.1")]}, {"ips": [address("10.2.0.1")]}]},
    },
]


def test_the_payload_tells_of_the_instance(row, running):
    instance = row(root_gb=10, ephemeral_gb=5, host="src", node="node", vm_state="active", image_ref="image")
    payload = running(notifications.usage_payload, instance.__getitem__)
    assert (
        payload.items()
        >= {
            "instance_id": instance["uuid"],
            "tenant_id": instance["project_id"],
            "instance_type": "m1.small",
            "instance_flavor_id": "2",
            "disk_gb": 15,
            "host": "src",
            "node": "node",
            "state": "active",
            "image_ref_url": "http://glance.example:9292/images/image",
            "image_meta": {"base_image_ref": "ref"},
            "metadata": {"role": "guest"},
        }.items()
    )


def test_what_is_unknown_is_empty(row, running):
    instance = row(launched_at=None, cell_name=None, progress=None, access_ip_v4=None, system_metadata={})
    payload = running(notifications.usage_payload, instance.__getitem__)
    for name in ("launched_at", "deleted_at", "cell_name", "state_description", "progress", "instance_type"):
        assert payload[name] == ""
    assert (payload["access_ip_v4"], payload["image_meta"]) == (None, {})


def test_times_are_told_as_a_dict_has_them_but_for_the_creation(context, running):
    launched_at = datetime.datetime(2014, 4, 17, 11, 30)
    forms = instance_forms(context, created_at=launched_at, launched_at=launched_at, security_groups=[])
    for read in (forms.row.__getitem__, lambda name: getattr(forms.object, name), forms.legacy.__getitem__):
        assert running(notifications.usage_payload, read)["launched_at"] == "2014-04-17T11:30:00.000000"
    assert running(notifications.usage_payload, forms.row.__getitem__)["created_at"] == "2014-04-17 11:30:00"


def test_that_an_instance_exists_is_told_for_the_month_before_or_for_this_one(row, running):
    bounds = {
        current: [payload["audit_period_beginning"], payload["audit_period_ending"]]
        for current in (False, True)
        for payload in [running(notifications.usage_exists_payload, row().__getitem__, current)]
    }
    assert bounds == {
        False: ["2014-03-01 00:00:00", "2014-04-01 00:00:00"],
        True: ["2014-04-01 00:00:00", "2014-04-17 12:00:00"],
    }


def test_that_an_instance_exists_is_told_with_what_else_is_given(row):
    payload = notifications.usage_exists_payload(
        row().__getitem__, False, {"instance_type_name": "m1.large"}, bandwidth={"private": {"bw_in": 1, "bw_out": 2}}
    )
    assert payload["bandwidth"] == {"private": {"bw_in": 1, "bw_out": 2}}
    assert (payload["instance_type"], "fixed_ips" in payload) == ("m1.large", False)


@pytest.mark.parametrize(
    ("now", "current", "bounds"),
    [
        ((2014, 1, 1), False, [(2013, 11, 1), (2013, 12, 1)]),
        ((2014, 1, 1), True, [(2013, 12, 1), (2014, 1, 1)]),
        ((2014, 1, 2), False, [(2013, 12, 1), (2014, 1, 1)]),
        ((2014, 3, 31), False, [(2014, 2, 1), (2014, 3, 1)]),
    ],
)
def test_a_month_is_over_when_the_next_has_begun(now, current, bounds):
    with frozen(epoch=datetime.datetime(*now)):
        assert notifications.audit_period_bounds(current) == tuple(datetime.datetime(*bound) for bound in bounds)


def test_the_forms_of_an_instance_have_one_payload(context, running):
    forms = instance_forms(context, system_metadata=FLAVOR, metadata={"role": "guest"}, security_groups=[])

    def payload(read):
        told = running(notifications.usage_payload, read)
        return {name: value for name, value in told.items() if not name.endswith("_at")}

    of_an_object = payload(lambda name: getattr(forms.object, name))
    assert of_an_object == payload(forms.legacy.__getitem__) == payload(forms.row.__getitem__)


def test_system_metadata_that_is_given_takes_the_place_of_the_instances(row, running):
    payload = running(notifications.usage_payload, row().__getitem__, None, {"instance_type_name": "m1.large"})
    assert (payload["instance_type"], payload["image_meta"]) == ("m1.large", {})


def test_without_network_information_no_addresses_are_told(row, running):
    assert "fixed_ips" not in running(notifications.usage_payload, row().__getitem__)
    assert running(notifications.usage_payload, row().__getitem__, [])["fixed_ips"] == []


def test_every_fixed_address_is_told_with_its_interface(row, running):
    told = running(notifications.usage_payload, row().__getitem__, VIFS)["fixed_ips"]
    assert [(a["address"], a["vif_mac"][-1], a["label"]) for a in told] == [
        ("10.0.0.1", "1", "one"),
        ("10.1.0.1", "2", "two"),
        ("10.2.0.1", "2", "two"),
    ]


def test_more_can_be_told_and_takes_the_place_of_what_is_there(row):
    payload = notifications.usage_payload(row().__getitem__, host="override", image_name="cirros")
    assert (payload["host"], payload["image_name"]) == ("override", "cirros")


def test_outside_any_service_there_is_no_image_service(row):
    payload = notifications.usage_payload(row(image_ref="image").__getitem__)
    assert payload["image_ref_url"] == "/images/image"


def test_a_change_of_task_state_tells_the_states_before_and_after(row, update):
    told = update(row(vm_state="active", task_state="migrating"), row(vm_state="active", task_state=None))
    assert (told.event_type, told.priority) == ("compute.instance.update", "INFO")
    assert (
        told.payload.items()
        >= {
            "old_state": "active",
            "state": "active",
            "old_task_state": "migrating",
            "new_task_state": None,
            "bandwidth": {},
            "audit_period_beginning": datetime.datetime(2014, 4, 1),
            "audit_period_ending": datetime.datetime(2014, 4, 17, 12),
        }.items()
    )


def test_a_change_of_nothing_but_the_host_tells_the_present_states(row, update):
    told = update(row(host="src", task_state="migrating"), row(host="dst", task_state="migrating"))
    assert (told.payload["host"], told.payload["old_task_state"]) == ("dst", "migrating")


@pytest.mark.parametrize(
    ("option", "told_before"), [("vm_state", None), ("vm_and_task_state", "migrating")], ids=lambda value: str(value)
)
def test_the_option_says_whether_a_change_of_task_state_counts(row, update, option, told_before):
    told = update(row(task_state="migrating"), row(task_state=None), notify_on_state_change=option)
    assert told.payload["old_task_state"] == told_before


@pytest.mark.parametrize("option", ["vm_state", "vm_and_task_state"])
def test_a_change_of_vm_state_counts_with_either_option(row, update, option):
    told = update(row(vm_state="building"), row(vm_state="active"), notify_on_state_change=option)
    assert (told.payload["old_state"], told.payload["state"]) == ("building", "active")


def test_a_new_name_is_told_with_the_old_one(row, update):
    assert update(row(display_name="old"), row(display_name="new")).payload["old_display_name"] == "old"
    assert "old_display_name" not in update(row(display_name="new"), row(display_name="new")).payload


@pytest.mark.parametrize(
    ("service", "host", "publisher"),
    [(None, None, "None.src"), ("conductor", None, "conductor.src"), ("conductor", "elsewhere", "conductor.elsewhere")],
)
def test_the_publisher_is_the_service_on_its_host(row, update, service, host, publisher):
    assert update(row(), row(), service, host).publisher_id == publisher


def test_without_the_option_nothing_is_told(row, update):
    assert update(row(vm_state="building"), row(vm_state="active"), notify_on_state_change=None) is None


def test_a_service_without_a_notifier_tells_nothing(context, row, running, notifier):
    running(notifications.send_update, context, row(vm_state="building"), row(), notifier=None)
    assert notifier.messages == []


def test_outside_any_service_nothing_is_told(context, row, notifier):
    notifications.send_update(context, row(vm_state="building"), row())
    assert notifier.messages == []
