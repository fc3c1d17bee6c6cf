import contextvars
import dataclasses

import pytest

from fakevirt import services
from fakevirt.instrument.trace import Trace
from fakevirt.services import Service
from fakevirt.settings import Settings


@pytest.fixture
def compute():
    return Service("nova-compute", "src", Trace())


@pytest.fixture
def conductor():
    return Service("nova-conductor", "controller", Trace())


def test_no_service_runs_outside_any():
    assert services.current() is None


def test_a_service_runs_within_its_block_only(compute):
    with services.running_as(compute) as running:
        assert running is compute
        assert services.current() is compute
    assert services.current() is None


def test_the_caller_runs_again_when_the_callee_is_done(compute, conductor):
    with services.running_as(compute):
        with services.running_as(conductor):
            assert services.current() is conductor
        assert services.current() is compute


def test_the_caller_runs_again_when_the_callee_raised(compute, conductor):
    with services.running_as(compute):
        with pytest.raises(ValueError, match="callee"), services.running_as(conductor):
            raise ValueError("callee")
        assert services.current() is compute


def test_what_an_rpc_server_runs_has_a_service(compute):
    with services.running_as(compute):
        assert services.running() is compute
    with pytest.raises(AssertionError, match="as a service"):
        services.running()


def test_another_context_does_not_see_the_service(compute):
    elsewhere = contextvars.copy_context()
    with services.running_as(compute):
        assert elsewhere.run(services.current) is None


def test_a_compute_host_has_no_database_unless_given_one(compute):
    assert compute.database is None
    assert compute.indirection_api is None


def test_a_service_without_settings_has_nova_s_defaults(compute):
    assert compute.settings == Settings()


def test_two_services_of_the_same_description_are_two_services():
    trace = Trace()
    assert Service("nova-compute", "src", trace) != Service("nova-compute", "src", trace)


def test_a_running_service_cannot_be_changed(compute):
    with pytest.raises(dataclasses.FrozenInstanceError):
        compute.host = "dst"
