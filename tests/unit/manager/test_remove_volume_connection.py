"""remove_volume_connection, on both call paths: the destination lets go of a volume in a rollback."""

import pytest

from fakevirt import exceptions
from fakevirt.manager.plan import ConversionPlan
from fakevirt.objects.primitive import legacy_dict


@pytest.fixture
def disconnecting(entering):
    """Return the disconnection of the one volume of a server that could not move, held back."""

    def disconnecting(cloud, server=None):
        server = server or cloud.boot("src", volumes=1)
        cloud.cut_off("dst")
        return entering(cloud, "dst", "remove_volume_connection", lambda: cloud.live_migrate(server, to="dst"))

    return disconnecting


@pytest.fixture
def volume(cloud):
    """The only volume, once there is one."""
    return lambda: next(iter(cloud.volumes.volumes.values()))


def test_the_steps_in_their_order(cloud, disconnecting, steps):
    disconnecting(cloud)()
    assert steps(cloud) == [
        "driver dst: instance_exists",
        "driver dst: detach_volume",
        "driver dst: get_volume_connector",
        "volume: terminate_connection",
    ]


def test_the_volume_stays_attached_and_connected_to_the_source(cloud, disconnecting, volume, table):
    disconnecting(cloud)()
    assert list(volume().connections) == ["src"]
    assert (volume().status, volume().attach_status) == ("in-use", "attached")
    (bdm,) = table(cloud, "block_device_mapping")
    assert bdm["deleted"] == 0


def test_the_driver_and_the_message_have_the_instance_in_the_form_of_the_path(
    cloud, disconnecting, arguments, form_of, form
):
    disconnecting(cloud)()
    assert form_of(arguments(cloud, "manager", "remove_volume_connection")["instance"]) == form
    assert form_of(arguments(cloud, "driver", "detach_volume")["instance"]) == form


@pytest.mark.parametrize(
    ("channel", "operation", "error"),
    [
        ("driver", "detach_volume", lambda: exceptions.DiskNotFound(location="vdb")),
        ("driver", "get_volume_connector", lambda: exceptions.NotFound("gone")),
        ("volume", "terminate_connection", lambda: exceptions.VolumeNotFound(volume_id="gone")),
    ],
)
def test_what_is_gone_already_needs_no_removing(cloud, disconnecting, steps, channel, operation, error):
    disconnect = disconnecting(cloud)
    cloud.faults.fail(channel, operation, with_=error)
    disconnect()
    assert not any(step.startswith(("db", "notifier")) for step in steps(cloud))


def test_a_volume_that_no_instance_has_is_nothing_to_remove(cloud, as_sent, steps):
    server = cloud.boot("src")
    cloud.host("dst").manager.remove_volume_connection(cloud.context, "no-such-volume", as_sent(server))
    assert steps(cloud) == []


def test_a_driver_that_fails_tells_the_volume_service_and_everybody(cloud, disconnecting, steps, volume):
    disconnect = disconnecting(cloud)
    cloud.faults.fail("driver", "detach_volume", with_=lambda: RuntimeError("busy"))
    with pytest.raises(RuntimeError, match="busy"):
        disconnect()
    # No fault row: Juno's method has no such decorator.
    assert steps(cloud) == [
        "driver dst: instance_exists",
        "driver dst: detach_volume",
        "volume: roll_detaching",
        "notifier dst: remove_volume_connection",
    ]
    assert sorted(volume().connections) == ["dst", "src"]


def test_a_dict_from_an_old_node_becomes_an_object(build_with, arguments, form_of):
    cloud = build_with(ConversionPlan.objects())
    server = cloud.boot("src", volumes=1)
    (volume_id,) = cloud.volumes.volumes
    cloud.host("src").manager.remove_volume_connection(cloud.context, volume_id, legacy_dict(server))
    assert form_of(arguments(cloud, "driver", "detach_volume")["instance"]) == "object"


@pytest.mark.parametrize(("plan", "version"), [(ConversionPlan.legacy(), "3.0"), (ConversionPlan.objects(), "3.30")])
def test_the_clients_half_follows_the_plan(build_with, plan, version):
    cloud = build_with(plan)
    server = cloud.boot("src", volumes=1)
    cloud.cut_off("dst")
    cloud.live_migrate(server, to="dst")
    (message,) = [e for e in cloud.trace.on("rpc") if e.operation == "remove_volume_connection"]
    assert message.details["version"] == version
