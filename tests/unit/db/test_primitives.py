from __future__ import annotations

import json

import pytest

from fakevirt.context import RequestContext
from fakevirt.db import api, builders
from fakevirt.db.primitives import legacy_dict

pytestmark = pytest.mark.usefixtures("active")


@pytest.fixture
def uuid(context: RequestContext) -> str:
    row = builders.instance_row(id=None, metadata={"key": "value"}, security_groups=["default"])
    uuid = api.instance_create(context, row)["uuid"]
    assert isinstance(uuid, str)
    return uuid


def test_times_are_text_as_icehouse_wrote_them(context: RequestContext, uuid: str) -> None:
    assert legacy_dict(api.instance_get_by_uuid(context, uuid))["created_at"] == "2014-10-16T12:00:00.000000"


def test_an_instance_carries_its_name(context: RequestContext, uuid: str) -> None:
    assert legacy_dict(api.instance_get_by_uuid(context, uuid))["name"] == "instance-00000001"


def test_joined_relationships_are_nested_rows(context: RequestContext, uuid: str) -> None:
    legacy = legacy_dict(api.instance_get_by_uuid(context, uuid))
    assert [(item["key"], item["value"]) for item in legacy["metadata"]] == [("key", "value")]
    assert legacy["system_metadata"] == []
    assert legacy["info_cache"]["network_info"] == "[]"
    assert [(group["name"], group["rules"]) for group in legacy["security_groups"]] == [("default", [])]


def test_relationships_that_were_not_joined_are_left_out(context: RequestContext, uuid: str) -> None:
    legacy = legacy_dict(api.instance_get_by_uuid(context, uuid, columns_to_join=["metadata"]))
    assert "metadata" in legacy
    assert "system_metadata" not in legacy


def test_the_dict_can_go_over_the_wire(context: RequestContext, uuid: str) -> None:
    legacy = legacy_dict(api.instance_get_by_uuid(context, uuid))
    assert json.loads(json.dumps(legacy)) == legacy


def test_a_row_without_a_name_gets_none(context: RequestContext) -> None:
    assert "name" not in legacy_dict(api.service_create(context, builders.service_row(id=None)))
