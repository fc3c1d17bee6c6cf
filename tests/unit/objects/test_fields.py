import datetime

import netaddr
import pytest
from oslo_versionedobjects import fields as oslo_fields

from fakevirt.objects import fields

UTC = datetime.UTC
NOON = datetime.datetime(2014, 10, 16, 12, 0, 0, 250, tzinfo=UTC)
OTHER_ZONE = datetime.timezone(datetime.timedelta(hours=2), "UTC+02:00")


@pytest.mark.parametrize(
    "value",
    [
        NOON,
        NOON.replace(tzinfo=None),
        NOON.astimezone(OTHER_ZONE),
        "2014-10-16T12:00:00Z",
        "2014-10-16T12:00:00.000250",
        "2014-10-16 12:00:00+00:00",
    ],
)
def test_a_time_is_taken_and_given_as_oslo_does(value):
    ours, theirs = fields.DateTimeField(), oslo_fields.DateTimeField()
    taken = ours.coerce(None, "launched_at", value)
    assert taken == theirs.coerce(None, "launched_at", value)
    given = ours.to_primitive(None, "launched_at", taken)
    assert given == theirs.to_primitive(None, "launched_at", taken)


def test_a_time_comes_back_from_the_wire_without_its_fraction():
    field = fields.DateTimeField()
    assert field.from_primitive(None, "launched_at", field.to_primitive(None, "launched_at", NOON)) == NOON.replace(
        microsecond=0
    )


@pytest.mark.parametrize("value", ["no time", 7])
def test_what_is_no_time_is_refused(value):
    with pytest.raises(ValueError, match=r"no time|int"):
        fields.DateTimeField().coerce(None, "launched_at", value)


def test_a_uuid_is_text_and_anything_else_is_warned_of():
    uuid = "7c4e5b4c-0000-4000-8000-000000000000"
    assert fields.UUIDField().coerce(None, "uuid", uuid) == uuid
    with pytest.warns(FutureWarning, match="invalid UUID"):
        assert fields.UUIDField().coerce(None, "uuid", 7) == "7"


def test_a_dict_coerces_what_it_is_made_of_and_what_is_put_in():
    metadata = fields.DictOfStringsField().coerce(None, "metadata", {"a": "b", "c": 1})
    metadata["d"] = 2
    assert metadata == {"a": "b", "c": "1", "d": "2"}
    with pytest.raises(ValueError, match="cannot be None"):
        metadata["e"] = None
    assert fields.DictOfNullableStringsField().coerce(None, "stats", {"a": None}) == {"a": None}
    with pytest.raises(ValueError, match="dict is required"):
        fields.DictOfStringsField().coerce(None, "metadata", "text")


def test_a_dict_of_texts_is_a_copy_that_coerces():
    given = {"a": "b"}
    metadata = fields.DictOfStringsField().coerce(None, "metadata", given)
    metadata["c"] = 1
    assert (given, metadata) == ({"a": "b"}, {"a": "b", "c": "1"})


def test_network_information_is_vifs_or_their_json():
    field = fields.NetworkModelField(nullable=True)
    vifs = [{"id": "vif-1"}]
    assert field.coerce(None, "network_info", vifs) == vifs
    wire = field.to_primitive(None, "network_info", vifs)
    assert wire == '[{"id": "vif-1"}]'
    assert field.from_primitive(None, "network_info", wire) == vifs
    assert field.stringify(vifs) == "NetworkModel(vif-1)"
    with pytest.raises(ValueError, match="network model is required"):
        field.coerce(None, "network_info", 7)


def test_addresses_are_oslos():
    assert fields.IPAddressField().coerce(None, "host_ip", "192.0.2.1") == netaddr.IPAddress("192.0.2.1")
