import pytest

from fakevirt.objects import Instance, Quotas


@pytest.fixture
def usage(database):
    def usage():
        rows = database.database.content()["quota_usages"]
        return {row["resource"]: (row["in_use"], row["reserved"]) for row in rows}

    return usage


@pytest.fixture
def reserved(context, uuid):
    quotas = Quotas(context)
    quotas.reserve(project_id="fake_project", user_id="fake_user", cores=1)
    return quotas


def test_what_was_reserved_is_committed(reserved, usage):
    reserved.commit()
    assert (usage(), reserved.reservations) == ({"cores": (2, 0)}, None)


def test_what_was_reserved_is_rolled_back(reserved, usage):
    reserved.rollback()
    assert (usage(), reserved.reservations) == ({"cores": (1, 0)}, None)


def test_reservations_that_came_along_are_those_of_the_instances_owner(context, uuid, reserved, usage):
    instance = Instance.get_by_uuid(context, uuid)
    administrator = context.elevated()
    administrator.project_id = "admin"
    quotas = Quotas.from_reservations(administrator, reserved.reservations, instance=instance)
    assert (quotas.project_id, quotas.user_id) == ("fake_project", "fake_user")
    quotas.commit()
    assert usage() == {"cores": (2, 0)}


@pytest.mark.parametrize("reservations", [None, []])
def test_nothing_reserved_is_nothing_to_settle(context, uuid, usage, reservations):
    quotas = Quotas.from_reservations(context, reservations, instance=Instance.get_by_uuid(context, uuid))
    quotas.commit()
    quotas.rollback()
    assert usage() == {}


def test_a_host_settles_through_the_conductor(reserved, conductor, compute_host, usage):
    reserved.commit()
    assert [call for call, *_ in conductor.calls] == ["Quotas.commit"]
    assert (usage(), reserved.reservations) == ({"cores": (2, 0)}, None)
