"""add_instance_fault_from_exc, on both call paths: a fault row for an instance."""

import pytest

from fakevirt import exceptions
from fakevirt.manager.plan import ConversionPlan
from fakevirt.objects.primitive import legacy_dict


@pytest.fixture
def add(cloud, src, as_sent, table):
    """Add a fault to a server and return its row."""

    def add(error):
        src._add_instance_fault_from_exc(cloud.context, as_sent(cloud.boot("src")), error)
        (row,) = table(cloud, "instance_faults")
        return row

    return add


def test_the_row_says_whose_fault_it_is_and_where(cloud, add):
    row = add(RuntimeError("what"))
    assert cloud.names[row["instance_uuid"]] == "server-1"
    assert row["host"] == "src"


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (exceptions.MigrationError(reason="what"), 500, "Migration error: what"),
        (exceptions.NotFound("Host dst not found"), 404, "Host dst not found"),
        (RuntimeError("disk full"), 500, "disk full"),
        (RuntimeError(), 500, "RuntimeError"),
        (exceptions.MigrationError(reason="x" * 300), 500, "Migration error: " + "x" * 238),
    ],
    ids=["of the field", "with a code", "of another kind", "without a text", "too long"],
)
def test_code_and_message_are_those_of_the_error(add, error, code, message):
    row = add(error)
    assert (row["code"], row["message"]) == (code, message)


def test_a_server_error_has_its_details(add):
    with pytest.raises(exceptions.MigrationError) as caught:
        raise exceptions.MigrationError(reason="what")
    assert 'raise exceptions.MigrationError(reason="what")' in add(caught.value)["details"]


def test_a_clients_error_has_no_details(add):
    assert add(exceptions.NotFound("gone"))["details"] == ""


def test_it_goes_through_a_raw_conductor_method_on_the_legacy_path_only(cloud, add, on_legacy):
    add(RuntimeError("what"))
    operations = [effect.operation for effect in cloud.trace.on("conductor")]
    assert operations == ["instance_fault_create" if on_legacy else "object_action InstanceFault.create"]


@pytest.mark.parametrize(
    ("plan", "form"),
    [(ConversionPlan.objects(), legacy_dict), (ConversionPlan.legacy(), lambda instance: instance)],
    ids=["a dict on the object path", "an object on the legacy path"],
)
def test_an_instance_of_the_other_form_does(build_with, table, plan, form):
    cloud = build_with(plan)
    server = cloud.boot("src")
    cloud.host("src").manager._add_instance_fault_from_exc(cloud.context, form(server), RuntimeError("what"))
    assert [row["instance_uuid"] for row in table(cloud, "instance_faults")] == [server.uuid]
