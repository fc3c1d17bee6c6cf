"""detach_volume, on both call paths: the same steps, and the same end when something fails."""

import pytest

from fakevirt import exceptions
from fakevirt.cloud import Cloud
from fakevirt.manager.plan import ConversionPlan
from fakevirt.settings import Settings

POLLED = Settings(volume_usage_poll_interval=60)


@pytest.fixture(params=["legacy", "objects"])
def plan(request):
    return getattr(ConversionPlan, request.param)()


def detached(plan, *, settings=None, plant=lambda cloud, server: None, **boot):
    """Return a cloud in which the first volume of a server was detached, the server and the volume."""
    with Cloud(plan=plan, settings=settings) as cloud:
        server = cloud.boot("src", **{"volumes": 1, **boot})
        volume = cloud.attached_volumes(server)[0]
        plant(cloud, server)
        cloud.detach_volume(server, volume)
        # The state is read while the world stands.
        return cloud, server, cloud.volumes.get(cloud.context, volume), cloud.attached_volumes(server), cloud.state()


def steps(cloud, *channels):
    return [effect.operation for effect in cloud.trace.on(*channels)]


def test_the_steps_are_in_novas_order(plan):
    cloud, *_ = detached(plan)
    assert steps(cloud, "driver", "volume", "db", "notifier") == [
        "instance_exists",
        "detach_volume",
        "get_volume_connector",
        "terminate_connection",
        "detach",
        "update block_device_mapping",
        "compute.instance.volume.detach",
    ]


def test_the_volume_is_available_and_the_mapping_gone(plan):
    _, _, volume, left, state = detached(plan, volumes=2)
    assert volume["status"] == "available"
    assert len(left) == 1
    assert state["hypervisor src"]["connected_volumes"].keys() == set(left)


def test_usage_is_not_asked_for_unless_it_is_polled(plan):
    cloud, *_ = detached(plan)
    assert "block_stats" not in steps(cloud, "driver")
    assert cloud.trace.on("notifier")[0].operation == "compute.instance.volume.detach"


def test_polled_usage_is_added_to_the_totals_and_told(plan):
    def count(cloud, server):
        cloud.host("src").hypervisor.lookup(server.name).block_io["vdb"] = [2, 1024, 3, 4096, 0]

    cloud, server, *_, state = detached(plan, settings=POLLED, plant=count)
    (usage,) = state["table volume_usage_cache"]
    assert (usage["tot_reads"], usage["tot_read_bytes"]) == (2, 1024)
    assert (usage["tot_writes"], usage["tot_write_bytes"]) == (3, 4096)
    told = cloud.trace.on("notifier")[0]
    assert (told.operation, told.arguments["payload"]["write_bytes"]) == ("volume.usage", 4096)
    assert told.arguments["payload"]["instance_id"] == server.uuid


def test_the_guest_is_asked_by_its_name_and_the_device_without_its_folder(plan):
    cloud, server, *_ = detached(plan, settings=POLLED)
    (asked,) = [effect for effect in cloud.trace.on("driver") if effect.operation == "block_stats"]
    assert asked.arguments == {"instance_name": server.name, "disk_id": "vdb"}


def test_a_driver_that_does_not_count_tells_nothing(plan):
    def plant(cloud, server):
        cloud.faults.fail("driver", "block_stats", with_=NotImplementedError)

    cloud, _, volume, *_ = detached(plan, settings=POLLED, plant=plant)
    assert volume["status"] == "available"
    assert "volume.usage" not in steps(cloud, "notifier")


def test_a_guest_that_the_hypervisor_does_not_have_has_no_usage(plan):
    def lose(cloud, server):
        del cloud.host("src").hypervisor.domains[server.name]

    cloud, _, volume, *_ = detached(plan, settings=POLLED, plant=lose)
    assert volume["status"] == "available"
    assert "volume.usage" not in steps(cloud, "notifier")


def test_the_driver_is_told_how_an_encrypted_volume_is_encrypted(plan):
    cloud, *_ = detached(plan, encrypted=True)
    (told,) = [effect for effect in cloud.trace.on("driver") if effect.operation == "detach_volume"]
    assert told.arguments["encryption"]["cipher"] == "aes-xts-plain64"


def test_a_failure_of_the_driver_leaves_the_volume_in_use_and_the_instance_free(plan):
    def plant(cloud, server):
        cloud.update_server(server, task_state="detaching")
        cloud.faults.fail("driver", "detach_volume", with_=lambda: exceptions.DeviceIsBusy(device="vdb"))

    cloud, _, volume, left, state = detached(plan, plant=plant)
    assert volume["status"] == "in-use"
    assert len(left) == 1
    assert state["table instances"][0]["task_state"] is None
    assert [fault["message"] for fault in state["table instance_faults"]] == ["The supplied device (vdb) is busy."]
    assert steps(cloud, "notifier")[-1] == "detach_volume"


def test_a_failure_to_revert_does_not_hide_the_error(plan):
    def plant(cloud, server):
        cloud.faults.fail("driver", "detach_volume", with_=lambda: exceptions.DeviceIsBusy(device="vdb"))
        revert = "instance_update" if plan == ConversionPlan.legacy() else "object_action Instance.save"
        cloud.faults.fail("conductor", revert, with_=RuntimeError)

    cloud, *_ = detached(plan, plant=plant)
    (message,) = cloud.trace.on("rpc")
    assert message.outcome.failure.kind == "DeviceIsBusy"


def test_an_unexpected_task_state_is_not_reverted(plan):
    def plant(cloud, server):
        cloud.faults.fail(
            "driver",
            "detach_volume",
            with_=lambda: exceptions.UnexpectedTaskStateError(expected="None", actual="deleting"),
        )
        cloud.update_server(server, task_state="deleting")

    *_, state = detached(plan, plant=plant)
    assert state["table instances"][0]["task_state"] == "deleting"


@pytest.mark.parametrize("boot", [{"volumes": 2, "boot_from_volume": True}])
def test_the_api_refuses_the_root_volume(plan, boot):
    with pytest.raises(exceptions.InvalidVolume, match="root device"):
        detached(plan, **boot)


def test_the_api_refuses_a_volume_of_another_server(plan):
    with Cloud(plan=plan) as cloud:
        one, other = cloud.boot("src", volumes=1), cloud.boot("src", volumes=1)
        with pytest.raises(exceptions.InvalidVolume, match="is not attached"):
            cloud.detach_volume(one, cloud.attached_volumes(other)[0])
        assert len(cloud.trace.on("rpc")) == 0


def test_the_api_refuses_a_volume_that_is_being_detached(plan):
    with Cloud(plan=plan) as cloud:
        server = cloud.boot("src", volumes=1)
        (volume,) = cloud.attached_volumes(server)
        cloud.volumes.begin_detaching(cloud.context, volume)
        with pytest.raises(exceptions.InvalidVolume):
            cloud.detach_volume(server, volume)


def test_an_unconverted_client_sends_a_dict_and_a_converted_one_an_object(plan):
    cloud, *_ = detached(plan)
    (message,) = cloud.trace.on("rpc")
    converted = plan == ConversionPlan.objects()
    assert message.details["version"] == ("3.25" if converted else "3.0")
    assert isinstance(message.arguments["instance"], dict) is not converted
