import pytest

from fakevirt import exceptions
from fakevirt.db import api as db
from fakevirt.db import builders
from fakevirt.objects import BlockDeviceMapping, BlockDeviceMappingList, Instance
from fakevirt.objects.builders import block_device_mapping_forms


@pytest.fixture
def bdm(context, uuid) -> BlockDeviceMapping:
    row = db.block_device_mapping_create(
        context, builders.block_device_mapping_row(id=None, instance_uuid=uuid, volume_id="vol-1"), legacy=False
    )
    return BlockDeviceMapping._from_db_object(context, BlockDeviceMapping(context), row)


def test_a_mapping_is_found_by_its_volume(context, uuid, bdm):
    found = BlockDeviceMapping.get_by_volume_id(context, "vol-1", instance_uuid=uuid)
    assert (found.id, found.instance_uuid) == (bdm.id, uuid)
    assert not found.obj_attr_is_set("instance")


def test_a_volume_without_a_mapping_is_not_found(context, database):
    with pytest.raises(exceptions.VolumeBDMNotFound):
        BlockDeviceMapping.get_by_volume_id(context, "vol-1")


def test_a_volume_of_another_instance_is_refused(context, bdm):
    with pytest.raises(exceptions.InvalidVolume):
        BlockDeviceMapping.get_by_volume_id(context, "vol-1", instance_uuid="another")


def test_the_instance_can_be_joined_or_loaded(context, uuid, bdm, monkeypatch):
    joined = BlockDeviceMapping.get_by_volume_id(context, "vol-1", expected_attrs=["instance"])
    assert bdm.instance.uuid == uuid
    assert bdm.obj_what_changed() == set()
    monkeypatch.setattr(Instance, "get_by_uuid", None)
    assert joined.instance.uuid == uuid


def test_nothing_but_the_instance_is_loaded(context):
    with pytest.raises(exceptions.ObjectActionError, match="volume_id not lazy-loadable"):
        _ = BlockDeviceMapping(context).volume_id


def test_the_mappings_of_an_instance_know_the_root(context, uuid, bdm):
    root = BlockDeviceMapping(
        context, instance_uuid=uuid, boot_index=0, source_type="image", destination_type="local", device_name="/dev/vda"
    )
    root.create()
    bdms = BlockDeviceMappingList.get_by_instance_uuid(context, uuid)
    assert [found.id for found in bdms] == [bdm.id, root.id]
    assert bdms.root_bdm().id == root.id
    assert [found.is_volume for found in bdms] == [True, False]
    assert [found.is_image for found in bdms] == [False, True]
    assert BlockDeviceMappingList(objects=[bdm]).root_bdm() is None


def test_what_was_set_is_saved(context, bdm):
    bdm.connection_info = '{"serial": "vol-1"}'
    bdm.save()
    assert BlockDeviceMapping.get_by_volume_id(context, "vol-1").connection_info == '{"serial": "vol-1"}'
    assert bdm.obj_what_changed() == set()


def test_an_instance_object_is_not_saved_with_it(context, bdm):
    bdm.instance = Instance(context)
    with pytest.raises(exceptions.ObjectActionError, match="instance changed"):
        bdm.save()
    with pytest.raises(exceptions.ObjectActionError, match="instance assigned"):
        BlockDeviceMapping(context, instance=Instance(context)).create()


def test_it_is_created_and_destroyed_once(context, bdm):
    with pytest.raises(exceptions.ObjectActionError, match="already created"):
        bdm.create()
    bdm.destroy()
    with pytest.raises(exceptions.ObjectActionError, match="already destroyed"):
        bdm.destroy()
    with pytest.raises(exceptions.VolumeBDMNotFound):
        BlockDeviceMapping.get_by_volume_id(context, "vol-1")


def test_a_host_destroys_a_mapping_through_the_conductor(context, bdm, compute_host):
    bdm.destroy()
    with pytest.raises(exceptions.VolumeBDMNotFound):
        BlockDeviceMapping.get_by_volume_id(context, "vol-1")


def test_none_for_a_flag_is_its_default(context):
    bdm = block_device_mapping_forms(context, no_device=None, delete_on_termination=None).object
    assert (bdm.no_device, bdm.delete_on_termination) == (False, False)
