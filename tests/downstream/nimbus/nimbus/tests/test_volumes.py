import sys

import testtools
from testtools.matchers import Equals

from fakevirt import ConversionPlan
from fakevirt.conversion.check import check
from fakevirt.exceptions import DeviceIsBusy
from fakevirt.fixtures.cloud import CloudFixture
from fakevirt.matchers import ChangedRows, MadeDriverCalls, Notified, SameEffects
from nimbus.driver import Driver
from nimbus.manager import Manager


class TestDetach(testtools.TestCase):
    def detached(self, plan, **fault):
        cloud = self.useFixture(CloudFixture(manager=Manager, driver=Driver, plan=plan)).cloud
        server = cloud.boot("src", volumes=2)
        if fault:
            cloud.faults.fail("driver", **fault)
        cloud.detach_volume(server, cloud.attached_volumes(server)[0])
        return cloud

    def test_a_volume_is_flushed_before_it_is_detached(self):
        cloud = self.detached(ConversionPlan.objects())
        self.assertThat(cloud.trace, MadeDriverCalls("flush_volume", "detach_volume", service="src"))
        self.assertThat(cloud.trace, Notified("compute.instance.volume.detach"))

    def test_a_volume_that_cannot_be_flushed_stays(self):
        cloud = self.detached(ConversionPlan.objects(), operation="flush_volume", with_=DeviceIsBusy)
        self.assertThat([call.operation for call in cloud.trace.driver.calls("detach_volume")], Equals([]))
        self.assertThat(len(cloud.host("src").hypervisor.connected_volumes), Equals(2))

    def test_both_call_paths_have_the_same_effects(self):
        legacy = self.detached(ConversionPlan.legacy())
        self.assertThat(self.detached(ConversionPlan.only("detach_volume")), SameEffects(legacy))

    def test_the_mapping_is_deleted(self):
        self.assertThat(self.detached(ConversionPlan.objects()), ChangedRows("block_device_mapping", deleted=1))

    def test_every_effect_is_the_same_in_a_scenario_of_fakevirts(self):
        comparison = check("detach_volume", "volume_detached", manager=Manager, driver=Driver)
        self.assertThat(comparison.verdict.passes, Equals(True))

    def test_nothing_of_this_needs_pytest(self):
        self.assertThat([name for name in sys.modules if name.partition(".")[0] in ("pytest", "_pytest")], Equals([]))
