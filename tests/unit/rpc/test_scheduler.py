"""The scheduler's client."""

import oslo_messaging as messaging

from fakevirt.context import RequestContext
from fakevirt.fixtures.rpc import RPCFixture
from fakevirt.instrument.trace import Trace
from fakevirt.rpc.scheduler import SchedulerAPI
from fakevirt.services import Service


class Scheduler:
    target = messaging.Target(version="3.0")

    def run_instance(self, context, **arguments):
        self.arguments = arguments


def test_a_request_for_a_host_is_cast_with_everything_that_is_asked_for():
    with RPCFixture() as rpc:
        scheduler = Scheduler()
        rpc.serve(Service("nova-scheduler", "scheduler", Trace()), "scheduler", scheduler)
        SchedulerAPI(rpc.transport).run_instance(
            RequestContext(), {"image": {}}, "secret", [["/etc/motd", ""]], [["net", None]], True, {"retry": {}}
        )
        [effect] = rpc.trace
    assert (effect.channel, effect.operation, effect.details["kind"]) == ("rpc", "run_instance", "cast")
    assert scheduler.arguments == {
        "request_spec": {"image": {}},
        "admin_password": "secret",
        "injected_files": [["/etc/motd", ""]],
        "requested_networks": [["net", None]],
        "is_first_time": True,
        "filter_properties": {"retry": {}},
        "legacy_bdm_in_spec": True,
    }
