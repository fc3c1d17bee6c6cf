from fakevirt.conductor.block_device import legacy_mapping
from fakevirt.db.builders import block_device_mapping_row


def mapping(*rows):
    return legacy_mapping([block_device_mapping_row(**row) for row in rows])


def test_a_volume_keeps_what_both_formats_know():
    [bdm] = mapping({"volume_id": "v", "device_name": "/dev/vdb", "connection_info": "{}"})

    assert (bdm["volume_id"], bdm["device_name"], bdm["connection_info"]) == ("v", "/dev/vdb", "{}")
    assert bdm["virtual_name"] is None
    assert not {"source_type", "destination_type", "device_type", "disk_bus", "boot_index"} & bdm.keys()


def test_swap_and_ephemeral_disks_are_named_and_numbered():
    blank = {"source_type": "blank", "destination_type": "local"}

    named = mapping({**blank, "guest_format": "ext4"}, {**blank, "guest_format": "swap"}, blank)

    assert [bdm["virtual_name"] for bdm in named] == ["ephemeral0", "swap", "ephemeral1"]


def test_an_image_on_a_local_disk_is_left_out_and_one_on_a_volume_is_not():
    image = {"source_type": "image", "device_name": "/dev/vda"}

    assert mapping({**image, "destination_type": "local"}) == []
    assert len(mapping({**image, "destination_type": "volume"})) == 1


def test_a_device_that_is_switched_off_stays():
    [bdm] = mapping({"source_type": "image", "destination_type": "local", "no_device": True})

    assert (bdm["no_device"], bdm["virtual_name"]) == (True, None)
