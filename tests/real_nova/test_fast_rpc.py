"""Nova's messages go over fakevirt's transport in Nova's own functional tests."""

# Nova chooses which threads there are, before anything else is imported.
from fakevirt.fixtures import nova as fixtures  # isort: skip

from fixtures import MultipleExceptions
from nova import rpc
from nova.tests.functional import integrated_helpers

from fakevirt.rpc.transport import FakevirtDriver
from fakevirt.usage_error import UsageError


class FastRPC(integrated_helpers.ProviderUsageBaseTestCase):
    compute_driver = "fake.MediumFakeDriver"
    casts = "asynchronous"

    def setUp(self):
        self.useFixture(fixtures.FastRPCFixture(casts=self.casts))
        super().setUp()
        self._start_compute("src")
        self._start_compute("dst")

    def test_a_server_moves(self):
        server = self._create_server(host="src", networks="none")
        self._live_migrate(server, host="dst")
        self.assertIsInstance(rpc.TRANSPORT._driver, FakevirtDriver)
        self.assertEqual("dst", self.api.get_server(server["id"])["OS-EXT-SRV-ATTR:host"])


class CastsAsCalls(FastRPC):
    casts = "calls"

    def test_a_server_is_paused_when_the_request_ends(self):
        server = self._create_server(networks="none")
        self.api.post_server_action(server["id"], {"pause": {}})
        self.assertEqual("PAUSED", self.api.get_server(server["id"])["status"])


class TooLate(integrated_helpers.ProviderUsageBaseTestCase):
    compute_driver = "fake.MediumFakeDriver"

    def test_a_transport_that_is_open_is_not_replaced_in_silence(self):
        failed = self.assertRaises(MultipleExceptions, fixtures.FastRPCFixture().setUp)
        self.assertIn("before super", str(failed.args[0][1]))

    def test_a_choice_that_there_is_not_is_refused(self):
        with self.assertRaisesRegex(UsageError, "casts='sometimes'"):
            fixtures.FastRPCFixture(casts="sometimes")
