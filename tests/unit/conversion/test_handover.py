"""Who handed what on, and in which form."""

import datetime

from fakevirt.conversion.check import run
from fakevirt.conversion.handover import Handover, handovers
from fakevirt.conversion.observation import Observation
from fakevirt.conversion.scenarios import SCENARIOS
from fakevirt.instrument.canonical import Canonicalizer
from fakevirt.instrument.snapshot import Entity
from fakevirt.instrument.trace import Effect, Trace
from fakevirt.manager.plan import ConversionPlan


def handed(channel, scope="live_migration", **arguments):
    trace = Trace()
    trace.effects = [Effect(channel, "spawn", arguments, scope=scope)]
    effects = Canonicalizer(datetime.datetime(2014, 4, 17)).effects(trace)
    return handovers(Observation(ConversionPlan.legacy(), trace, tuple(effects)))


INSTANCE = Entity("Instance", "dict", {"info_cache": Entity("InstanceInfoCache", "object", {})})


def test_a_method_of_a_module_is_handed_its_arguments_but_not_what_is_within_them():
    (handover,) = handed("driver", instance=INSTANCE, name="server-1", context=Entity("RequestContext", "object", {}))
    assert handover == Handover("live_migration", "driver.spawn", "Instance", "dict")
    assert handover.to_module


def test_messages_and_rows_are_handed_to_no_module():
    assert handed("rpc", instance=INSTANCE) == handed("db", instance=INSTANCE) == frozenset()


def test_a_work_item_is_handed_an_instance_by_whoever_calls_it():
    plan = ConversionPlan.only("_post_live_migration")
    found = {h for h in handovers(run(SCENARIOS["shared_storage"], plan)) if not h.to_module}
    assert Handover(None, "live_migration", "Instance", "dict") in found
    assert Handover("live_migration", "_post_live_migration", "Instance", "dict") in found
    # The destination has got an object since Icehouse, and this is the other half of the same work item.
    assert Handover("_post_live_migration", "_post_live_migration", "Instance", "object") in found
