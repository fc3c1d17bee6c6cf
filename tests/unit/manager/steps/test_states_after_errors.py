"""What sets states after errors writes these, and nothing that an earlier save could not write; on both paths."""

import pytest

from fakevirt import exceptions
from fakevirt.manager.plan import CallPath
from fakevirt.objects.primitive import legacy_dict


def set_to_error(manager, context, instance):
    manager._set_instance_error_state(context, instance)


def set_back(manager, context, instance):
    manager._revert_task_state(context, instance)


def error_out(manager, context, instance):
    with (
        pytest.raises(NotImplementedError),
        manager._error_out_instance_on_exception(context, instance, instance_state="active"),
    ):
        raise NotImplementedError


def reschedule(manager, context, instance):
    spec = {"instance_type": {}}
    properties = {"retry": {"num_attempts": 1, "hosts": []}}
    error = exceptions.ComputeResourcesUnavailable(reason="no")
    manager._reschedule(context, spec, properties, instance, lambda *args: None, (), "resize_prep", error)


@pytest.mark.parametrize("step", [set_to_error, set_back, error_out, reschedule])
def test_what_was_refused_is_not_written_with_the_state(cloud, inside, step):
    server = cloud.boot("src")
    legacy = cloud.plan.path_of("live_migration") is CallPath.LEGACY
    server.memory_mb = 9999
    step(inside, cloud.context, legacy_dict(server) if legacy else server)
    assert cloud.refresh(server).memory_mb == 512
    (update,) = [effect for effect in cloud.trace.on("db") if effect.operation == "update instances"]
    assert update.arguments["values"].keys() <= {"vm_state", "task_state", "updated_at"}
