"""Faults as a world feels them."""

import datetime

import oslo_messaging as messaging
import pytest

from fakevirt import services
from fakevirt.cloud import Cloud
from fakevirt.cloud.world import SECOND_WRITER
from fakevirt.db import api as db
from fakevirt.db.exceptions import DBConnectionError, DBDeadlock
from fakevirt.instrument.trace import Raised


@pytest.fixture
def cloud():
    with Cloud() as cloud:
        yield cloud


@pytest.fixture
def server(cloud):
    return cloud.boot("src")


def write(cloud, server, **values):
    with services.running_as(cloud._conductor):
        db.instance_update(cloud.context, server.uuid, values)


def test_a_commit_that_fails_is_rolled_back(cloud, server):
    cloud.faults.fail("db", "update instances", with_=DBDeadlock)
    with pytest.raises(DBDeadlock):
        write(cloud, server, display_name="other")
    assert cloud.refresh(server).display_name == "server-1"
    assert cloud.trace.on("db") == []


def test_a_commit_whose_answer_is_lost_took_effect(cloud, server):
    cloud.faults.after("db", "update instances", with_=DBConnectionError)
    with pytest.raises(DBConnectionError):
        write(cloud, server, display_name="other")
    assert cloud.refresh(server).display_name == "other"
    assert [effect.operation for effect in cloud.trace.on("db")] == ["update instances"]


def test_a_host_gets_an_error_of_the_database_as_a_remote_error(cloud, server):
    cloud.faults.fail("db", "update instances", with_=DBDeadlock)
    instance = cloud.refresh(server)
    instance.display_name = "other"
    with services.running_as(cloud.host("src").service), pytest.raises(messaging.RemoteError, match="DBDeadlock"):
        instance.save()


def test_a_reply_that_is_lost_times_out_after_the_method_did_its_work(cloud, server):
    cloud.faults.drop("conductor", "object_action Instance.save", reply=True)
    instance = cloud.refresh(server)
    instance.display_name = "other"
    with services.running_as(cloud.host("src").service), pytest.raises(messaging.MessagingTimeout):
        instance.save()
    assert cloud.refresh(server).display_name == "other"


def test_a_request_that_is_lost_times_out_without_effect(cloud, server):
    cloud.faults.drop("conductor", "object_action Instance.save")
    instance = cloud.refresh(server)
    instance.display_name = "other"
    with services.running_as(cloud.host("src").service), pytest.raises(messaging.MessagingTimeout):
        instance.save()
    assert cloud.refresh(server).display_name == "server-1"


def test_of_a_cast_that_is_lost_nobody_hears(cloud, server):
    cloud.faults.drop("rpc", "suspend_instance")
    cloud.suspend(server)
    assert cloud.trace.on("driver") == []
    assert cloud.refresh(server).task_state == "suspending"


def test_a_driver_call_can_fail_after_its_effect(cloud, server):
    cloud.faults.after("driver", "power_off", with_=RuntimeError)
    with pytest.raises(RuntimeError):
        cloud.host("src").driver.power_off(server)
    (domain,) = cloud.host("src").hypervisor.domains.values()
    assert not domain.active
    assert isinstance(cloud.trace.on("driver")[0].outcome, Raised)


def test_a_delay_moves_the_clock(cloud, server):
    before = cloud.clock.now
    cloud.faults.delay("driver", "power_off", 90)
    cloud.host("src").driver.power_off(server)
    assert cloud.clock.now - before == datetime.timedelta(seconds=90)


@pytest.mark.parametrize("change", SECOND_WRITER)
def test_a_second_writer_writes_the_row_unseen(cloud, server, change):
    cloud.faults.race("driver", "power_off", change)
    cloud.host("src").driver.power_off(server)
    ((column, value),) = SECOND_WRITER[change].items()
    assert getattr(cloud.refresh(server), column) == value
    assert cloud.trace.on("db") == []


def test_what_is_set_up_does_not_count(cloud):
    cloud.faults.fail("driver", "get_available_resource", with_=RuntimeError)
    cloud.boot("src")
    with pytest.raises(RuntimeError):
        cloud.host("src").driver.get_available_resource("src")
