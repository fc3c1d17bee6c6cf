"""Server groups in the database."""

from __future__ import annotations

import pytest

from fakevirt import exceptions
from fakevirt.context import RequestContext
from fakevirt.db import api

pytestmark = pytest.mark.usefixtures("active")


def test_a_group_has_its_policies_and_members(context: RequestContext) -> None:
    made = api.instance_group_create(context, {"name": "apart"}, ["anti-affinity"], ["one", "two"])
    found = api.instance_group_get(context, made["uuid"])
    assert (found["name"], found["policies"], found["members"]) == ("apart", ["anti-affinity"], ["one", "two"])


def test_a_project_has_its_own_groups(context: RequestContext) -> None:
    for project in ("mine", "yours"):
        api.instance_group_create(context, {"name": project, "project_id": project})
    assert [group["name"] for group in api.instance_group_get_all_by_project_id(context, "mine")] == ["mine"]


def test_members_are_added_once_and_to_a_group_that_is_there(context: RequestContext) -> None:
    made = api.instance_group_create(context, {"name": "apart"}, members=["one"])
    assert api.instance_group_members_add(context, made["uuid"], ["one", "two"]) == ["one", "two"]
    assert api.instance_group_get(context, made["uuid"])["members"] == ["one", "two"]
    with pytest.raises(exceptions.InstanceGroupNotFound):
        api.instance_group_members_add(context, "nonsense", ["one"])
