import oslo_messaging as messaging
import pytest

from fakevirt.context import RequestContext
from fakevirt.fixtures.rpc import RPCFixture
from fakevirt.instrument.snapshot import Entity
from fakevirt.instrument.trace import Trace
from fakevirt.objects import Instance, NetworkRequestList
from fakevirt.objects import builders as builders_forms
from fakevirt.rpc.compute import ComputeAPI
from fakevirt.services import Service
from fakevirt.usage_error import UsageError

UUID = "0e9a3d4b-6a0e-4a06-8a4e-6a6e0c1a2b3c"


class AnyMethod:
    """Answers every method with its name."""

    target = messaging.Target(version="3.40")

    def __getattr__(self, name):
        return lambda context, **kwargs: {"answer": name}


@pytest.fixture
def rpc():
    with RPCFixture() as fixture:
        for host in ("src", "dst"):
            fixture.serve(Service("nova-compute", host, Trace()), "compute", AnyMethod())
        yield fixture


@pytest.fixture
def context():
    return RequestContext(user_id="me")


@pytest.fixture
def instance():
    return Instance(id=1, uuid=UUID, host="src", system_metadata={"a": "b"})


def api(rpc, *converted, version_cap="juno"):
    return ComputeAPI(rpc.transport, converted=converted.__contains__, version_cap=version_cap)


def sent(rpc):
    """The one message: kind, server, version, form of the instance, other arguments."""
    [effect] = rpc.trace
    arguments = dict(effect.arguments)
    instance, server = arguments.pop("instance"), arguments.pop("server")
    form = "object" if isinstance(instance, Entity) else "dict"
    return effect.details["kind"], server, effect.details["version"], form, arguments


@pytest.mark.parametrize(("cap", "version"), [("icehouse", "3.0"), ("3.31", "3.0"), ("juno", "3.32"), ("kilo", "3.32")])
@pytest.mark.parametrize("converted", [(), ("check_can_live_migrate_destination",)])
def test_the_destination_is_asked_with_an_object_whatever_is_converted(rpc, context, instance, converted, cap, version):
    answer = api(rpc, *converted, version_cap=cap).check_can_live_migrate_destination(
        context, instance, "dst", True, False
    )

    assert answer == {"answer": "check_can_live_migrate_destination"}
    assert sent(rpc) == ("call", "dst", version, "object", {"block_migration": True, "disk_over_commit": False})


@pytest.mark.parametrize(("cap", "version"), [("icehouse", "3.0"), ("juno", "3.32")])
def test_the_source_is_asked_at_the_instances_host(rpc, context, instance, cap, version):
    answer = api(rpc, version_cap=cap).check_can_live_migrate_source(context, instance, {"filename": "x"})

    assert answer == {"answer": "check_can_live_migrate_source"}
    assert sent(rpc) == ("call", "src", version, "object", {"dest_check_data": {"filename": "x"}})


def test_a_host_that_is_too_old_for_the_storage_checks_is_warned_of(rpc, context, instance, caplog):
    api(rpc, version_cap="icehouse").check_can_live_migrate_source(context, instance, {})

    assert "src may not tell shared storage apart" in caplog.text


@pytest.mark.parametrize(
    ("converted", "cap", "version", "form"),
    [
        (("live_migration",), "juno", "3.26", "object"),
        (("live_migration",), "3.26", "3.26", "object"),
        (("live_migration",), "3.25", "3.0", "dict"),
        (("live_migration",), "icehouse", "3.0", "dict"),
        (("detach_volume",), "juno", "3.0", "dict"),
    ],
)
def test_live_migration_is_cast_as_the_work_item_and_the_cap_allow(
    rpc, context, instance, converted, cap, version, form
):
    returned = api(rpc, *converted, version_cap=cap).live_migration(
        context, instance, "dst", False, "src", {"is_shared_storage": True}
    )

    assert returned is None
    arguments = {"dest": "dst", "block_migration": False, "migrate_data": {"is_shared_storage": True}}
    assert sent(rpc) == ("cast", "src", version, form, arguments)


def test_the_legacy_half_sends_a_flat_dict_without_versions(rpc, context, instance):
    api(rpc).live_migration(context, instance, "dst", False, "src")

    flat = rpc.trace.effects[0].arguments["instance"]
    assert flat["uuid"] == UUID
    assert flat["name"] == "instance-00000001"
    assert flat["system_metadata"] == {"a": "b"}


@pytest.mark.parametrize("converted", [(), ("live_migration",)])
def test_a_dict_is_sent_as_it_is(rpc, context, converted):
    api(rpc, *converted).live_migration(context, {"uuid": UUID}, "dst", False, "src")

    assert rpc.trace.effects[0].arguments["instance"] == {"uuid": UUID}


@pytest.mark.parametrize("cap", ["icehouse", "juno"])
def test_pre_live_migration_takes_an_object_since_icehouse(rpc, context, instance, cap):
    answer = api(rpc, version_cap=cap).pre_live_migration(context, instance, True, "disk", "dst", {"a": 1})

    assert answer == {"answer": "pre_live_migration"}
    arguments = {"block_migration": True, "disk": "disk", "migrate_data": {"a": 1}}
    assert sent(rpc) == ("call", "dst", "3.19", "object", arguments)


@pytest.mark.parametrize("cap", ["icehouse", "juno"])
def test_post_live_migration_at_destination_takes_an_object_since_icehouse(rpc, context, instance, cap):
    api(rpc, version_cap=cap).post_live_migration_at_destination(context, instance, True, "dst")

    assert sent(rpc) == ("cast", "dst", "3.14", "object", {"block_migration": True})


ROLLBACK = "_rollback_live_migration_at_destination"


@pytest.mark.parametrize(
    ("converted", "cap", "version", "form"),
    [
        ((ROLLBACK,), "juno", "3.32", "object"),
        ((), "juno", "3.32", "dict"),
        ((ROLLBACK,), "icehouse", "3.0", "object"),
        ((), "icehouse", "3.0", "dict"),
    ],
)
def test_the_rollback_tells_what_to_clean_up_to_hosts_that_know_it(
    rpc, context, instance, caplog, converted, cap, version, form
):
    api(rpc, *converted, version_cap=cap).rollback_live_migration_at_destination(
        context, instance, "dst", destroy_disks=False, migrate_data={"a": 1}
    )

    known = version == "3.32"
    arguments = {"destroy_disks": False, "migrate_data": {"a": 1}} if known else {}
    assert sent(rpc) == ("cast", "dst", version, form, arguments)
    assert ("told neither destroy_disks" in caplog.text) is not known


@pytest.mark.parametrize(
    ("converted", "cap", "version", "form"),
    [
        (("detach_volume",), "juno", "3.30", "object"),
        (("detach_volume",), "3.29", "3.0", "dict"),
        (("detach_volume",), "icehouse", "3.0", "dict"),
        (("live_migration",), "juno", "3.0", "dict"),
    ],
)
def test_remove_volume_connection_belongs_to_detach_volume(rpc, context, instance, converted, cap, version, form):
    api(rpc, *converted, version_cap=cap).remove_volume_connection(context, instance, "volume", "dst")

    assert sent(rpc) == ("call", "dst", version, form, {"volume_id": "volume"})


def test_a_cap_without_a_release_is_refused(rpc):
    with pytest.raises(UsageError, match="'essex' is neither"):
        api(rpc, version_cap="essex")


@pytest.mark.parametrize(
    ("method", "version"),
    [
        ("get_vnc_console", "3.2"),
        ("get_spice_console", "3.1"),
        ("get_rdp_console", "3.10"),
        ("get_serial_console", "3.34"),
    ],
)
def test_consoles_are_asked_for_with_an_object(rpc, context, instance, method, version):
    assert getattr(api(rpc), method)(context, instance, "type") == {"answer": method}
    assert sent(rpc) == ("call", "src", version, "object", {"console_type": "type"})


ATTR = "remaining_instance_attr"


@pytest.mark.parametrize(
    ("method", "arguments", "version"),
    [
        ("get_diagnostics", {}, "3.18"),
        ("validate_console_port", {"port": 5900, "console_type": "novnc"}, "3.3"),
    ],
)
def test_what_has_taken_objects_since_icehouse_is_sent_one(rpc, context, instance, method, arguments, version):
    getattr(api(rpc, version_cap="icehouse"), method)(context, instance, **arguments)
    assert sent(rpc) == ("call", "src", version, "object", arguments)


@pytest.mark.parametrize(
    ("converted", "cap", "version", "form"),
    [((ATTR,), "juno", "3.28", "object"), ((ATTR,), "icehouse", "3.0", "dict"), ((), "juno", "3.0", "dict")],
)
def test_console_output_is_asked_for_as_the_work_item_and_the_cap_allow(
    rpc, context, instance, converted, cap, version, form
):
    api(rpc, *converted, version_cap=cap).get_console_output(context, instance, 10)
    assert sent(rpc) == ("call", "src", version, form, {"tail_length": 10})


@pytest.mark.parametrize(("converted", "form"), [((ATTR,), "object"), ((), "dict")])
def test_diagnostics_in_novas_terms_have_one_version_for_both_forms(rpc, context, instance, converted, form):
    api(rpc, *converted).get_instance_diagnostics(context, instance)
    assert sent(rpc) == ("call", "src", "3.31", form, {})


def test_casts_that_have_taken_objects_all_along_are_sent_one(rpc, context, instance):
    client = api(rpc, version_cap="icehouse")
    client.stop_instance(context, instance)
    client.unrescue_instance(context, instance)
    client.rescue_instance(context, instance, "secret", "image")
    client.terminate_instance(context, instance, [])
    assert [(e.operation, e.details["kind"], e.details["version"]) for e in rpc.trace] == [
        ("stop_instance", "cast", "3.0"),
        ("unrescue_instance", "cast", "3.11"),
        ("rescue_instance", "cast", "3.9"),
        ("terminate_instance", "cast", "3.22"),
    ]
    assert "rescue_image_ref" not in rpc.trace.effects[2].arguments


def test_a_rescue_image_is_told_to_hosts_that_know_it(rpc, context, instance):
    api(rpc).rescue_instance(context, instance, None, "image")
    assert sent(rpc) == ("cast", "src", "3.24", "object", {"rescue_password": None, "rescue_image_ref": "image"})


@pytest.mark.parametrize(
    ("converted", "cap", "expected"),
    [
        (("run_instance",), "juno", ("3.27", "object")),
        (("run_instance",), "icehouse", ("3.0", "dict")),
        ((), "juno", ("3.0", "dict")),
    ],
)
def test_a_build_is_sent_the_schedulers_row_as_what_the_host_takes(rpc, context, converted, cap, expected):
    row = builders_forms.instance_forms(context, uuid=UUID).row
    api(rpc, *converted, version_cap=cap).run_instance(context, row, "src", {}, {}, None, [], "secret", True, node="n")
    kind, server, version, form, arguments = sent(rpc)
    assert (kind, server, version, form) == ("cast", "src", *expected)
    assert (arguments["node"], arguments["legacy_bdm_in_spec"]) == ("n", True)


@pytest.mark.parametrize(
    ("cap", "version", "networks"), [("juno", "3.33", "object"), ("icehouse", "3.23", [["net", None, None]])]
)
def test_the_successor_of_a_build_sends_networks_as_what_the_host_takes(rpc, context, instance, cap, version, networks):
    requested = NetworkRequestList.from_tuples([("net", None, None, None)])
    client = api(rpc, version_cap=cap)
    client.build_and_run_instance(context, instance, "src", {}, {}, {}, requested_networks=requested)
    kind, server, sent_as, form, arguments = sent(rpc)
    assert (kind, server, sent_as, form) == ("cast", "src", version, "object")
    got = arguments["requested_networks"]
    assert ("object" if isinstance(got, Entity) else got) == networks


def test_an_older_host_is_told_of_no_networks_where_none_were_asked_for(rpc, context, instance):
    api(rpc, version_cap="icehouse").build_and_run_instance(context, instance, "src", {}, {}, {})
    assert sent(rpc)[4]["requested_networks"] is None
