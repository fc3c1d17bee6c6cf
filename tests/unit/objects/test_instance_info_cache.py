import pytest
from sqlalchemy import delete

from fakevirt import exceptions
from fakevirt.db import api as db
from fakevirt.db import models
from fakevirt.objects import InstanceInfoCache


@pytest.fixture
def cache(context, uuid) -> InstanceInfoCache:
    return InstanceInfoCache.get_by_instance_uuid(context, uuid)


def test_network_information_is_a_list_of_vifs(cache):
    assert cache.network_info == [{"id": "vif-1"}]


def test_what_is_not_there_is_not_found(context, database):
    with pytest.raises(exceptions.InstanceInfoCacheNotFound):
        InstanceInfoCache.get_by_instance_uuid(context, "another")


def test_network_information_is_saved_if_it_was_set(database, context, uuid, cache):
    database.trace.effects.clear()
    cache.save()
    assert database.trace.on("db") == []
    cache.network_info = []
    cache.save()
    assert InstanceInfoCache.get_by_instance_uuid(context, uuid).network_info == []
    assert cache.obj_what_changed() == set()


def test_refresh_takes_over_what_others_wrote(context, uuid, cache):
    db.instance_info_cache_update(context, uuid, {"network_info": '[{"id": "vif-2"}]'})
    cache.refresh()
    assert cache.network_info == [{"id": "vif-2"}]


def test_a_deleted_cache_is_gone(context, uuid, cache):
    cache.delete()
    with pytest.raises(exceptions.InstanceInfoCacheNotFound):
        cache.refresh()


def test_a_new_cache_makes_its_row_when_it_is_saved(context, database, uuid):
    with database.database.transaction() as connection:
        connection.execute(delete(models.InstanceInfoCache))
    InstanceInfoCache.new(context, uuid).save()
    assert InstanceInfoCache.get_by_instance_uuid(context, uuid).network_info is None
