import oslo_messaging as messaging
import pytest

from fakevirt import services
from fakevirt.db import api as db
from fakevirt.db import builders
from fakevirt.db.engine import Database
from fakevirt.fixtures.conductor import ConductorFixture
from fakevirt.fixtures.rpc import RPCFixture


def test_a_conductor_works_on_the_database_and_transport_that_it_is_given(context):
    database = Database()
    with RPCFixture() as rpc:
        with ConductorFixture(database=database, rpc=rpc) as conductor:
            with services.running_as(conductor.service):
                created = db.service_create(context, builders.service_row(id=None, host="src"))
            found = conductor.conductor_api.service_get_by_compute_host(context, "src")

        assert found["id"] == created.id
        assert [effect.operation for effect in rpc.trace.on("conductor")] == ["service_get_all_by"]
        with database.session() as session:
            assert session.connection().exec_driver_sql("select host from services").scalar() == "src"
    database.dispose()


def test_two_conductors_do_not_see_each_other(context, conductor, add_host):
    add_host("src")

    with ConductorFixture() as other, pytest.raises(Exception, match="src could not be found"):
        other.conductor_api.service_get_by_compute_host(context, "src")


def test_it_is_gone_with_the_fixture(context):
    with ConductorFixture() as conductor:
        api = conductor.conductor_api

    with pytest.raises(messaging.MessagingTimeout):
        api.service_get_by_compute_host(context, "src")


@pytest.mark.parametrize(("cap", "version"), [("icehouse", "3.0"), ("juno", "3.32")])
def test_its_compute_client_has_the_cap_that_it_is_given(context, row, in_conductor, cap, version):
    from fakevirt.objects import Instance

    with ConductorFixture(version_cap=cap) as conductor:
        task = conductor.manager.additional_endpoints[0]
        with pytest.raises(messaging.MessagingTimeout):
            task.compute_api.check_can_live_migrate_destination(
                context, in_conductor(Instance.get_by_uuid, context, row.uuid), "dst", False, False
            )

    assert conductor.rpc.trace.effects[-1].details["version"] == version
