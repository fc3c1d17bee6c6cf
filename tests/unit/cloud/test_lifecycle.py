"""Servers that are stopped and started."""

import pytest

from fakevirt import states
from fakevirt.cloud import Cloud
from fakevirt.manager.plan import ConversionPlan


@pytest.fixture(params=[ConversionPlan.legacy(), ConversionPlan.objects()], ids=str)
def cloud(request):
    with Cloud(plan=request.param) as cloud:
        yield cloud


def test_a_server_is_stopped_and_started(cloud):
    server = cloud.boot("src")
    for ask, vm_state, power_state in (
        (cloud.stop, states.STOPPED, states.SHUTDOWN),
        (cloud.start, states.ACTIVE, states.RUNNING),
    ):
        ask(server)
        assert (cloud.refresh(server).vm_state, cloud.refresh(server).power_state) == (vm_state, power_state)
