"""What a probe adds to a driver call: the limit is 20 µs."""

import pytest

from fakevirt import services
from fakevirt.cloud import Cloud
from fakevirt.context import RequestContext
from fakevirt.driver.interface import ComputeDriver
from fakevirt.instrument.faults import FaultPlan
from fakevirt.instrument.probe import probe
from fakevirt.instrument.trace import Trace
from fakevirt.objects.instance import Instance
from fakevirt.objects.primitive import legacy_dict

LIMIT = 20e-6
BLOCK_DEVICE_INFO = {
    "root_device_name": "/dev/vda",
    "block_device_mapping": [
        {"mount_device": f"/dev/vd{letter}", "connection_info": {"serial": letter}} for letter in "bc"
    ],
}


class Driver(ComputeDriver):
    def post_live_migration(self, context, instance, block_device_info, migrate_data=None):
        pass


@pytest.fixture(scope="module")
def instances():
    """Return a server as drivers get it: with everything joined, with nothing joined, and as a dict."""
    with Cloud() as cloud:
        server = cloud.boot("src")
        with services.running_as(cloud.host("src").service):
            columns = Instance.get_by_uuid(cloud.context, server.uuid, expected_attrs=[])
    return {"text": server.uuid, "columns": columns, "object": server, "legacy": legacy_dict(server)}


@pytest.mark.parametrize("form", ["text", "columns", "object", "legacy"])
def test_probed_driver_call(benchmark, hold, added, instances, form):
    context = RequestContext(user_id="user", project_id="project")
    arguments = (context, instances[form], BLOCK_DEVICE_INFO, {"is_volume_backed": True})
    driver, trace = Driver(None), Trace()
    probed = probe(driver, "driver", trace, FaultPlan(), service="src")

    def call():
        probed.post_live_migration(*arguments)

    benchmark(call)
    # A trace of a million effects would measure the garbage collector.
    trace.effects.clear()
    hold(added(call, lambda: driver.post_live_migration(*arguments)), LIMIT)
