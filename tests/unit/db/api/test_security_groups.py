from __future__ import annotations

import pytest

from fakevirt import exceptions
from fakevirt.context import RequestContext
from fakevirt.db import api, builders, models

pytestmark = pytest.mark.usefixtures("active")


@pytest.fixture
def web(context: RequestContext) -> models.SecurityGroup:
    """A group with one instance, and with a rule that lets its own members in."""
    group = api.security_group_create(context, builders.security_group_row(id=None, name="web"))
    values = {"parent_group_id": group.id, "group_id": group.id, "protocol": "tcp", "from_port": 1, "to_port": 2}
    api.security_group_rule_create(context, values)
    row = builders.instance_row(id=None, host="src", system_metadata={"a": "1"}, security_groups=["web"])
    api.instance_create(context, row)
    return group


def test_a_new_group_has_no_rules(context: RequestContext) -> None:
    assert api.security_group_create(context, {"name": "db"})["rules"] == []


def test_a_group_comes_with_its_rules(context: RequestContext, web: models.SecurityGroup) -> None:
    found = api.security_group_get(context, web.id)
    assert [(rule["protocol"], rule["grantee_group"]["name"]) for rule in found["rules"]] == [("tcp", "web")]
    assert "instances" not in found


def test_instances_of_a_group_come_without_metadata_unless_joined(
    context: RequestContext, web: models.SecurityGroup
) -> None:
    (instance,) = api.security_group_get(context, web.id, columns_to_join=["instances"])["instances"]
    assert instance["host"] == "src"
    assert "system_metadata" not in instance
    joins = ["instances.info_cache", "instances.system_metadata"]
    (instance,) = api.security_group_get(context, web.id, columns_to_join=joins)["instances"]
    assert [item["key"] for item in instance["system_metadata"]] == ["a"]


def test_a_group_is_found_by_its_name(context: RequestContext, web: models.SecurityGroup) -> None:
    found = api.security_group_get_by_name(context, "fake_project", "web")
    assert (found.id, len(found["instances"]), len(found["rules"])) == (web.id, 1, 1)
    assert "instances" not in api.security_group_get_by_name(context, "fake_project", "web", columns_to_join=[])


def test_a_group_that_does_not_exist_is_not_found(context: RequestContext, web: models.SecurityGroup) -> None:
    with pytest.raises(exceptions.SecurityGroupNotFound):
        api.security_group_get(context, 99)
    with pytest.raises(exceptions.SecurityGroupNotFoundForProject):
        api.security_group_get_by_name(context, "other", "web")


def test_groups_are_found_by_instance(context: RequestContext, web: models.SecurityGroup) -> None:
    (instance,) = api.instance_get_all_by_host(context, "src")
    assert [group.id for group in api.security_group_get_by_instance(context, instance["uuid"])] == [web.id]
    assert api.security_group_get_by_instance(context, "other") == []


def test_a_destroyed_instance_leaves_its_groups(context: RequestContext, web: models.SecurityGroup) -> None:
    (instance,) = api.instance_get_all_by_host(context, "src")
    api.instance_destroy(context, instance["uuid"])
    assert api.security_group_get(context, web.id, columns_to_join=["instances"])["instances"] == []


def test_rules_come_with_the_instances_that_they_let_in(context: RequestContext, web: models.SecurityGroup) -> None:
    (rule,) = api.security_group_rule_get_by_security_group(context, web.id)
    (instance,) = rule["grantee_group"]["instances"]
    assert [item["key"] for item in instance["system_metadata"]] == ["a"]
    assert instance["info_cache"] is not None
    (rule,) = api.security_group_rule_get_by_security_group(context, web.id, columns_to_join=[])
    assert "grantee_group" not in rule


def test_two_lists_that_are_joined_do_not_multiply(context: RequestContext, web: models.SecurityGroup) -> None:
    values = {"parent_group_id": web.id, "protocol": "udp", "from_port": 3, "to_port": 4}
    api.security_group_rule_create(context, values)
    api.instance_create(context, builders.instance_row(id=None, host="dst", security_groups=["web"]))
    group = api.security_group_get(context, web.id, columns_to_join=["instances"])
    assert [rule["protocol"] for rule in group["rules"]] == ["tcp", "udp"]
    assert [instance["host"] for instance in group["instances"]] == ["src", "dst"]


def test_two_relationships_may_lead_to_the_same_table(context: RequestContext, web: models.SecurityGroup) -> None:
    joins = ["parent_group", "grantee_group"]
    (rule,) = api.security_group_rule_get_by_security_group(context, web.id, columns_to_join=joins)
    assert (rule["parent_group"]["name"], rule["grantee_group"]["name"]) == ("web", "web")
