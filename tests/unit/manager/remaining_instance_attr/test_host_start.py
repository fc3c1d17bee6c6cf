"""init_host, on both call paths."""

import pytest

from fakevirt import states
from fakevirt.settings import Settings


@pytest.fixture
def evacuated():
    """Start a host whose server was evacuated to another one; return what the driver was told."""

    def evacuated(cloud, arguments, **values):
        cloud.update_server(cloud.boot("src"), host="dst", node="dst", **values)
        cloud.restart("src")
        if not [e for e in cloud.trace.on("driver") if e.operation == "destroy"]:
            return None
        return arguments(cloud, "driver", "destroy")["destroy_disks"]

    return evacuated


@pytest.mark.parametrize("shared_storage", [True, False])
def test_disks_that_the_other_host_uses_stay(build, evacuated, arguments, shared_storage):
    assert evacuated(build(shared_storage=shared_storage), arguments) is not shared_storage


@pytest.mark.parametrize(
    "values",
    [
        *({"task_state": s} for s in (states.MIGRATING, states.RESIZE_MIGRATING, states.RESIZE_MIGRATED)),
        {"task_state": states.RESIZE_FINISH},
        {"vm_state": states.RESIZED},
    ],
    ids=str,
)
def test_a_guest_that_is_on_its_way_stays(cloud, evacuated, arguments, values):
    assert evacuated(cloud, arguments, **values) is None


def test_what_the_service_had_in_memory_is_lost(cloud, src):
    server = cloud.boot("src")
    assert server.uuid in src.pending_events
    cloud.restart("src")
    assert src.pending_events == {}


@pytest.mark.parametrize("defer", [True, False])
def test_rules_are_put_off_if_that_is_wanted(build, steps, defer):
    cloud = build(settings=Settings(defer_iptables_apply=defer))
    cloud.boot("src")
    cloud.restart("src")
    wanted = ["driver src: filter_defer_apply_on", "driver src: filter_defer_apply_off"]
    assert [step for step in steps(cloud) if "defer" in step] == (wanted if defer else [])


@pytest.mark.parametrize(("version_cap", "version"), [("icehouse", "3.0"), ("juno", "3.29")], ids=["icehouse", "juno"])
def test_the_other_host_is_asked_with_what_it_understands(build, on_legacy, evacuated, arguments, version_cap, version):
    cloud = build(version_cap=version_cap)
    evacuated(cloud, arguments)
    (asked,) = [e for e in cloud.trace.on("rpc") if e.operation == "check_instance_shared_storage"]
    assert asked.details["version"] == ("3.0" if on_legacy else version)
