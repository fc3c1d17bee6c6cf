"""The volume service."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fakevirt import exceptions
from fakevirt.backends.volume import VolumeAPI
from fakevirt.instrument import determinism

SRC = {"host": "src", "ip": "192.0.2.11", "initiator": "iqn.src"}
DST = {"host": "dst", "ip": "192.0.2.12", "initiator": "iqn.dst"}


@pytest.fixture
def volume_api() -> VolumeAPI:
    return VolumeAPI()


@pytest.fixture
def volume_id(volume_api: VolumeAPI) -> str:
    created: str = volume_api.create(None, 1, "data", "", metadata={"tier": "gold"})["id"]
    return created


def test_a_created_volume_is_available(volume_api: VolumeAPI, volume_id: str) -> None:
    volume = volume_api.get(None, volume_id)
    assert (volume["status"], volume["attach_status"], volume["size"]) == ("available", "detached", 1)
    assert volume["display_name"] == "data"
    assert volume["volume_metadata"] == {"tier": "gold"}
    assert "instance_uuid" not in volume
    assert volume_api.get_all(None) == [volume]


def test_a_volume_remembers_its_snapshot(volume_api: VolumeAPI) -> None:
    assert volume_api.create(None, 1, "", "", snapshot={"id": "snap"})["snapshot_id"] == "snap"


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("get", ()),
        ("delete", ()),
        ("reserve_volume", ()),
        ("unreserve_volume", ()),
        ("begin_detaching", ()),
        ("roll_detaching", ()),
        ("attach", ("uuid-1", "/dev/vdb")),
        ("detach", ()),
        ("initialize_connection", (SRC,)),
        ("terminate_connection", (SRC,)),
        ("get_volume_encryption_metadata", ()),
    ],
)
def test_a_volume_that_does_not_exist_is_not_found(
    volume_api: VolumeAPI, method: str, arguments: tuple[Any, ...]
) -> None:
    with pytest.raises(exceptions.VolumeNotFound, match="Volume nowhere could not be found"):
        getattr(volume_api, method)(None, "nowhere", *arguments)


def test_a_volume_is_reserved_attached_and_detached(volume_api: VolumeAPI, volume_id: str) -> None:
    volume_api.reserve_volume(None, volume_id)
    assert volume_api.get(None, volume_id)["status"] == "attaching"
    volume_api.attach(None, volume_id, "uuid-1", "/dev/vdb")
    volume = volume_api.get(None, volume_id)
    assert (volume["status"], volume["attach_status"]) == ("in-use", "attached")
    assert (volume["instance_uuid"], volume["mountpoint"]) == ("uuid-1", "/dev/vdb")
    volume_api.begin_detaching(None, volume_id)
    assert volume_api.get(None, volume_id)["status"] == "detaching"
    volume_api.detach(None, volume_id)
    volume_api.detach(None, volume_id)
    volume = volume_api.get(None, volume_id)
    assert (volume["status"], volume["attach_status"], volume["mountpoint"]) == ("available", "detached", "")


def test_a_reservation_can_be_taken_back(volume_api: VolumeAPI, volume_id: str) -> None:
    volume_api.reserve_volume(None, volume_id)
    volume_api.unreserve_volume(None, volume_id)
    assert volume_api.get(None, volume_id)["status"] == "available"


def test_detaching_can_be_rolled_back(volume_api: VolumeAPI, volume_id: str) -> None:
    volume_api.attach(None, volume_id, "uuid-1", "/dev/vdb")
    volume_api.begin_detaching(None, volume_id)
    volume_api.roll_detaching(None, volume_id)
    volume = volume_api.get(None, volume_id)
    assert (volume["status"], volume["instance_uuid"]) == ("in-use", "uuid-1")


@pytest.mark.parametrize("status", ["available", "in-use"])
def test_there_is_nothing_to_roll_back_of_a_volume_that_is_not_being_detached(
    volume_api: VolumeAPI, volume_id: str, status: str
) -> None:
    volume_api.volumes[volume_id].status = status
    volume_api.roll_detaching(None, volume_id)
    assert volume_api.get(None, volume_id)["status"] == status


@pytest.mark.parametrize("method", ["unreserve_volume", "begin_detaching"])
def test_an_available_volume_is_in_the_wrong_state_for(volume_api: VolumeAPI, volume_id: str, method: str) -> None:
    with pytest.raises(exceptions.InvalidVolume, match="is available, and only one that is"):
        getattr(volume_api, method)(None, volume_id)
    assert volume_api.get(None, volume_id)["status"] == "available"


@pytest.mark.parametrize(("method", "arguments"), [("reserve_volume", ()), ("attach", ("uuid-2", "/dev/vdb"))])
def test_a_volume_in_use_cannot_be_had_by_another(
    volume_api: VolumeAPI, volume_id: str, method: str, arguments: tuple[str, ...]
) -> None:
    volume_api.attach(None, volume_id, "uuid-1", "/dev/vdb")
    with pytest.raises(exceptions.InvalidVolume, match="is in-use"):
        getattr(volume_api, method)(None, volume_id, *arguments)
    assert volume_api.get(None, volume_id)["instance_uuid"] == "uuid-1"


def test_checks_read_the_view_that_they_are_given(volume_api: VolumeAPI, volume_id: str) -> None:
    available = volume_api.get(None, volume_id)
    volume_api.check_attach(None, available)
    with pytest.raises(exceptions.InvalidVolume, match="must be 'in-use'"):
        volume_api.check_attached(None, available)
    with pytest.raises(exceptions.InvalidVolume, match="already detached"):
        volume_api.check_detach(None, available)
    volume_api.attach(None, volume_id, "uuid-1", "/dev/vdb")
    in_use = volume_api.get(None, volume_id)
    volume_api.check_attached(None, in_use)
    volume_api.check_detach(None, in_use)
    with pytest.raises(exceptions.InvalidVolume, match="must be 'available'"):
        volume_api.check_attach(None, in_use)
    with pytest.raises(exceptions.InvalidVolume, match="already attached"):
        volume_api.check_attach(None, {**in_use, "status": "available"})


def test_each_host_has_a_connection_of_its_own(volume_api: VolumeAPI, volume_id: str) -> None:
    here = volume_api.initialize_connection(None, volume_id, SRC)
    there = volume_api.initialize_connection(None, volume_id, DST)
    assert here["data"]["volume_id"] == there["data"]["volume_id"] == volume_id
    assert here["data"]["target_lun"] != there["data"]["target_lun"]
    assert list(volume_api.volumes[volume_id].connections) == ["src", "dst"]
    volume_api.terminate_connection(None, volume_id, SRC)
    volume_api.terminate_connection(None, volume_id, SRC)
    assert list(volume_api.volumes[volume_id].connections) == ["dst"]


def test_connecting_twice_is_the_same_connection(volume_api: VolumeAPI, volume_id: str) -> None:
    first = volume_api.initialize_connection(None, volume_id, SRC)
    assert volume_api.initialize_connection(None, volume_id, SRC) == first


def test_a_connection_that_was_ended_is_not_the_next_one(volume_api: VolumeAPI, volume_id: str) -> None:
    first = volume_api.initialize_connection(None, volume_id, SRC)
    volume_api.terminate_connection(None, volume_id, SRC)
    assert volume_api.initialize_connection(None, volume_id, SRC) != first


def test_encryption_is_told(volume_api: VolumeAPI, volume_id: str) -> None:
    assert volume_api.get_volume_encryption_metadata(None, volume_id) == {}
    assert not volume_api.initialize_connection(None, volume_id, SRC)["data"]["encrypted"]
    volume_api.volumes[volume_id].encryption = {"provider": "luks"}
    assert volume_api.get_volume_encryption_metadata(None, volume_id) == {"provider": "luks"}
    assert volume_api.initialize_connection(None, volume_id, SRC)["data"]["encrypted"]


def test_only_a_volume_that_nothing_uses_is_deleted(volume_api: VolumeAPI, volume_id: str) -> None:
    volume_api.initialize_connection(None, volume_id, SRC)
    with pytest.raises(exceptions.InvalidVolume):
        volume_api.delete(None, volume_id)
    volume_api.terminate_connection(None, volume_id, SRC)
    volume_api.delete(None, volume_id)
    assert volume_api.get_all(None) == []


def test_a_volume_is_created_as_soon_as_its_time_has_passed(volume_api: VolumeAPI) -> None:
    with determinism.frozen() as clock:
        volume_api.seconds_to_create = 5
        created = volume_api.create(None, 1, "volume", "")
        assert created["status"] == "creating"
        clock.advance(4)
        assert volume_api.get(None, created["id"])["status"] == "creating"
        clock.advance(1)
        assert volume_api.get(None, created["id"])["status"] == "available"


def test_a_volume_is_made_from_a_snapshot_or_from_an_image(volume_api: VolumeAPI, volume_id: str) -> None:
    snapshot = volume_api.create_snapshot(None, volume_id, "snapshot", "")
    assert volume_api.get_snapshot(None, snapshot["id"]) == snapshot
    copy = volume_api.create(None, None, "copy", "", snapshot)
    assert (copy["snapshot_id"], copy["size"]) == (snapshot["id"], snapshot["volume_size"])
    made = volume_api.create(None, 1, "made", "", image_id="image")
    assert volume_api.volumes[made["id"]].image_id == "image"


def test_a_snapshot_that_is_not_there_is_not_found(volume_api: VolumeAPI) -> None:
    with pytest.raises(exceptions.SnapshotNotFound):
        volume_api.get_snapshot(None, "nonsense")


def test_the_state_is_plain_and_complete(volume_api: VolumeAPI, volume_id: str) -> None:
    volume_api.initialize_connection(None, volume_id, SRC)
    volume_api.create_snapshot(None, volume_id, "snapshot", "")
    state = volume_api.to_primitive()
    assert json.loads(json.dumps(state)) == state
    (volume,), (snapshot,) = state["volumes"], state["snapshots"]
    assert (volume["id"], volume["status"], volume["connections"]) == (volume_id, "available", {"src": 1})
    assert snapshot["volume_id"] == volume_id
