"""The contract of drivers for Nova 34: the one of Juno's, asked through :mod:`fakevirt.suite.nova`.

Nova chooses threads or eventlet before anything else is imported, so that its fixtures come first::

    OS_NOVA_DISABLE_EVENTLET_PATCHING=True pytest -p fakevirt.fixtures.nova --pyargs fakevirt.suite.nova_driver \\
        --fakevirt-driver=fakevirt.suite.nova:in_memory --fakevirt-requirements=fakevirt.suite.nova:IN_MEMORY_DRIVER
"""

from __future__ import annotations

import inspect
from typing import Any

import pytest

# It says what is missing where Nova is not.
from fakevirt.suite.nova import JunoInterface  # isort: skip
from nova.virt import driver

from fakevirt import exceptions, states
from fakevirt.cloud import Cloud
from fakevirt.instrument.probe import unwrap
from fakevirt.suite import driver_errors, driver_readings, test_driver
from fakevirt.suite.guest import Guest

#: What Nova's drivers do not refuse: a guest that is active goes on.
_GOES_ON = ("resume what was not suspended", "unrescue what was not rescued")
_REFUSALS = [refusal for refusal in driver_errors.REFUSALS if refusal.name not in _GOES_ON]
_METHODS = [
    name for name, _ in inspect.getmembers(driver.ComputeDriver, inspect.isfunction) if not name.startswith("_")
]


class TestNovaDriver(test_driver.TestDriver):
    """A driver for Nova 34 keeps to the contract; what Nova has otherwise stands here."""

    @pytest.fixture(params=["object"])
    def form(self, request: pytest.FixtureRequest) -> str:
        """Return in which form calls carry the instance: Nova has objects only."""
        form: str = request.param
        return form

    @pytest.fixture(autouse=True)
    def novas(self, fake_cloud: Cloud) -> Any:
        """Return the driver of the host ``src``, as Nova has it."""
        ours = unwrap(fake_cloud.host("src").driver)
        if not isinstance(ours, JunoInterface):
            pytest.fail(
                f"expected:     a driver for Nova, behind fakevirt.suite.nova.JunoInterface\n"
                f"happened:     it is {type(ours).__name__}\n"
                f"where:        --fakevirt-driver\n"
                f"how to go on: name fakevirt.suite.nova:in_memory, or a function of yours that does as that one does",
                pytrace=False,
            )
        return ours.driver

    @pytest.mark.parametrize("method", _METHODS)
    def test_a_method_can_be_called_as_the_interface_has_it(self, method: str, novas: Any) -> None:
        """It takes Nova's parameters in their order and by their names, and needs no others."""
        asked = [p for p in inspect.signature(getattr(driver.ComputeDriver, method)).parameters.values()][1:]
        named = [p.name for p in asked if p.kind is not p.VAR_POSITIONAL]
        signature = inspect.signature(getattr(novas, method))
        bound = signature.bind(*named).arguments
        assert {name: value for name, value in bound.items() if name in named} == dict(zip(named, named, strict=True))
        signature.bind(**dict.fromkeys(named))

    def test_a_guest_that_is_active_goes_on(self, guest: Guest) -> None:
        """It is neither resumed nor unrescued, and that is no error."""
        had = dict(guest.domain.volumes)
        guest.call("resume", guest.context, guest.instance, guest.vifs, guest.block_device_info)
        guest.call("unrescue", guest.instance, guest.vifs)
        assert guest.state == states.RUNNING
        assert guest.domain.volumes == had

    @pytest.mark.parametrize(
        ("fake_cloud", "refusal"),
        [pytest.param(refusal.disks, refusal, id=refusal.name) for refusal in _REFUSALS],
        indirect=["fake_cloud"],
    )
    def test_it_cannot(self, guest: Guest, refusal: driver_errors.Refusal) -> None:
        """It is refused."""
        super().test_it_cannot(guest, refusal)

    @test_driver.DISKS_OF_ITS_OWN
    @pytest.mark.parametrize("obstacle", driver_errors.OBSTACLES)
    def test_a_live_migration_is_recovered_from_since(self, guest: Guest, obstacle: str) -> None:
        """The callback is told of which migration, and the guest has not left; why not is in Nova's log only."""
        obstruct, _ = driver_errors.OBSTACLES[obstacle]
        data = guest.prepare_migration(guest.check_migration(copied=True))
        obstruct(guest)
        with pytest.raises(exceptions.MigrationError, match="it was recovered from"):
            guest.live_migrate(data)
        (told,) = guest.ended
        assert told == ("recover", guest.context, told[2], guest.elsewhere, True, data)
        assert told[2]["uuid"] == guest.server.uuid
        assert guest.server.name in guest.call("list_instances")

    @pytest.mark.parametrize("method", [name for name in test_driver.RESTARTS if name != "poll_rebooting_instances"])
    def test_a_guest_is_restarted_on_a_host_that_is_full(self, guest: Guest, method: str) -> None:
        """Its memory is free when it stops, and it boots from its disks."""
        super().test_a_guest_is_restarted_on_a_host_that_is_full(guest, method)

    def test_a_guest_is_unrescued_on_a_host_that_is_full(self, guest: Guest) -> None:
        """Twice is as good as once."""
        guest.hypervisor().memory_mb = guest.hypervisor().memory_mb_used
        guest.call("rescue", guest.context, guest.instance, guest.vifs, {}, "secret")
        for _ in range(2):
            guest.call("unrescue", guest.instance, guest.vifs)
            assert guest.state == states.RUNNING

    def test_usage_is_counted(self, guest: Guest) -> None:
        """Of the volumes and of a disk."""
        asked = [{"instance": guest.instance, "instance_bdms": [_bdm(guest)]}]
        usages = guest.call("get_all_volume_usage", guest.context, asked)
        assert [usage["volume"] for usage in usages] == guest.volumes
        assert len(guest.call("block_stats", guest.server.name, "vdb")) == 5

    def test_usage_is_what_the_guest_has_counted(self, counted: Guest) -> None:
        """Of its volumes and of a disk."""
        asked = [{"instance": counted.instance, "instance_bdms": [_bdm(counted)]}]
        (usage,) = counted.call("get_all_volume_usage", counted.context, asked)
        told = [usage[name] for name in ("rd_req", "rd_bytes", "wr_req", "wr_bytes")]
        assert (usage["volume"], told) == (counted.volumes[0], driver_readings.DISK[:4])
        assert counted.call("block_stats", counted.server.name, "vdb") == driver_readings.DISK


def _bdm(guest: Guest) -> dict[str, str]:
    return {"volume_id": guest.volumes[0], "device_name": "/dev/vdb"}
