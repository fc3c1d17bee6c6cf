"""The proof that a comparison can fail: a conversion bug of each class, planted in the object path, is seen.

The letters are the classes of conversion bugs; each happened in Nova's own conversion, or nearly did.
"""

import functools
import types

import pytest

from fakevirt import exceptions, states
from fakevirt.conversion.check import ConversionError, check
from fakevirt.conversion.comparison import Verdict
from fakevirt.conversion.difference import ABSENT
from fakevirt.manager import (
    live_migration,
    post_live_migration,
    post_live_migration_at_destination,
    rollback_live_migration,
)
from fakevirt.manager.compute import ComputeManager
from fakevirt.manager.compute_utils import network_info
from fakevirt.manager.paths import SharedStep, WorkItemMethod
from fakevirt.manager.plan import ConversionPlan
from fakevirt.manager.steps import get_compute_info
from fakevirt.objects.block_device import BlockDeviceMappingList
from fakevirt.objects.instance import Instance
from fakevirt.objects.primitive import legacy_dict
from fakevirt.objects.service import Service
from fakevirt.rpc.compute import ComputeAPI


@pytest.fixture
def plant(monkeypatch):
    """Put a function in the place of the object path of a method, for the rest of the test."""

    def plant(name, buggy, of):
        present = ComputeManager.__dict__[name]
        pair = types.SimpleNamespace(legacy=of.legacy, objects=buggy)
        if isinstance(present, SharedStep):
            replacement = SharedStep(pair)
        else:
            replacement = WorkItemMethod(pair, present.work_item, with_arguments=present.with_arguments)
            replacement.__set_name__(ComputeManager, name)
        monkeypatch.setattr(ComputeManager, name, replacement)

    return plant


def divergence(work_item, scenario, plan=None):
    """Return the first divergence, having seen that the comparison fails and names it."""
    with pytest.raises(ConversionError) as caught:
        check(work_item, scenario, plan=plan)
    comparison = caught.value.comparison
    assert comparison.verdict is Verdict.DIVERGED
    first = comparison.divergences[0]
    assert f"the first: {first.channel} {first.operation} on" in str(caught.value)
    return first


def place(difference):
    return difference.channel, difference.operation, difference.field


@pytest.mark.parametrize(
    ("work_item", "scenario"),
    [
        ("_rollback_live_migration", "pre_migration_fails"),
        ("_rollback_live_migration", "rollback_without_info_cache"),
        ("_rollback_live_migration", "wrong_task_state_at_the_rollback"),
        ("_post_live_migration", "shared_storage_one_volume"),
        ("live_migration", "shared_storage"),
        ("check_can_live_migrate_destination", "destination_without_compute_node"),
    ],
)
def test_without_a_planted_bug_these_scenarios_pass(work_item, scenario):
    assert check(work_item, scenario).verdict.passes


def test_class_a_an_object_rebound_to_the_dict_of_a_legacy_helper(plant):
    def rebinds(manager, context, instance, dest, block_migration, migrate_data=None):
        instance = manager._instance_update(
            context, instance.uuid, vm_state=states.ACTIVE, task_state=None, expected_task_state=states.MIGRATING
        )
        BlockDeviceMappingList.get_by_instance_uuid(context, instance.uuid)

    plant("_rollback_live_migration", rebinds, rollback_live_migration)
    first = divergence("_rollback_live_migration", "pre_migration_fails")
    assert place(first) == ("rpc", "live_migration", "raised.exception")
    assert first.objects == "AttributeError"


def test_class_b_a_callee_switched_to_attributes_before_its_caller_sends_objects(plant):
    def without_compat(manager, context, instance, dest, block_migration=False, migrate_data=None):
        BlockDeviceMappingList.get_by_instance_uuid(context, instance.uuid)

    plant("_post_live_migration", without_compat, post_live_migration)
    plan = ConversionPlan.only("_post_live_migration")
    first = divergence("_post_live_migration", "shared_storage", plan)
    assert place(first) == ("rpc", "live_migration", "raised")
    assert first.objects == {"exception": "AttributeError", "message": "'dict' object has no attribute 'uuid'"}


def test_class_d_a_server_that_wants_objects_while_the_client_still_sends_dicts(plant, monkeypatch):
    def wants_an_object(manager, context, dest, instance, block_migration, migrate_data):
        manager.driver.get_info(instance)
        manager._post_live_migration(context, instance.obj_clone(), dest, block_migration, migrate_data)

    def sends_a_dict(self, work_item, converted_in, instance):
        return converted_in, legacy_dict(instance) if isinstance(instance, Instance) else instance

    monkeypatch.setattr(ComputeAPI, "_choose", sends_a_dict)
    plant("live_migration", wants_an_object, live_migration)
    first = divergence("live_migration", "shared_storage")
    assert place(first) == ("rpc", "live_migration", "raised")
    assert first.objects["exception"] == "AttributeError"


def test_class_d_a_client_that_sends_dicts_leaves_an_unversioned_argument(monkeypatch):
    def sends_a_dict(self, work_item, converted_in, instance):
        return converted_in, legacy_dict(instance) if isinstance(instance, Instance) else instance

    assert not check("live_migration", "shared_storage").objects.leftovers("live_migration").unversioned_arguments
    monkeypatch.setattr(ComputeAPI, "_choose", sends_a_dict)
    comparison = check("live_migration", "shared_storage")
    (left,) = comparison.objects.leftovers("live_migration").unversioned_arguments
    assert (left.channel, left.operation) == ("rpc", "live_migration")


def test_class_e_an_object_built_without_the_context_that_loads_its_joined_fields(plant):
    def orphans(manager, context, instance, dest, block_migration, migrate_data=None):
        orphan = Instance._from_db_object(context, Instance(), legacy_dict(instance), expected_attrs=[])
        orphan._context = None
        rollback_live_migration.objects(manager, context, orphan, dest, block_migration, migrate_data)

    plant("_rollback_live_migration", orphans, rollback_live_migration)
    first = divergence("_rollback_live_migration", "pre_migration_fails")
    assert place(first) == ("rpc", "live_migration", "raised.exception")
    assert first.objects == "OrphanedObjectError"


def test_class_f_a_nested_object_that_is_none(plant):
    def forgets_none(manager, instance):
        return list(instance.info_cache.network_info)

    plant("_get_nw_info_for_instance", forgets_none, network_info)
    first = divergence("compute_utils", "rollback_without_info_cache")
    assert place(first) == ("rpc", "live_migration", "raised.exception")
    assert first.objects == "AttributeError"


def test_class_i_an_attribute_set_and_never_saved(plant):
    def forgets_to_save(manager, context, instance, block_migration):
        monkey = pytest.MonkeyPatch()
        with monkey.context() as patch:
            patch.setattr(post_live_migration_at_destination, "_settle", settle_without_the_node)
            post_live_migration_at_destination.objects(manager, context, instance, block_migration)

    def settle_without_the_node(manager, context, instance, node, power_state):
        instance.host = manager.host
        instance.power_state = power_state
        instance.vm_state = states.ACTIVE
        instance.task_state = None
        instance.save(expected_task_state=states.MIGRATING)
        instance.node = node

    plant("post_live_migration_at_destination", forgets_to_save, post_live_migration_at_destination)
    first = divergence("_post_live_migration", "shared_storage")
    assert place(first) == ("db", "update instances", "arguments.values.node")


def test_class_k_an_extra_column(plant):
    def resets_progress(manager, context, instance, dest, block_migration, migrate_data=None):
        instance.progress = 0
        rollback_live_migration.objects(manager, context, instance, dest, block_migration, migrate_data)

    plant("_rollback_live_migration", resets_progress, rollback_live_migration)
    first = divergence("_rollback_live_migration", "pre_migration_fails")
    assert place(first) == ("db", "update instances", "arguments.values.progress")


def test_class_k_a_lost_update_of_the_resource_tracker(plant, monkeypatch):
    @functools.wraps(post_live_migration.objects)
    def forgets_resources(manager, *args, **kwargs):
        with monkeypatch.context() as patch:
            patch.setattr(manager, "update_available_resource", lambda context: None)
            post_live_migration.objects(manager, *args, **kwargs)

    plant("_post_live_migration", forgets_resources, post_live_migration)
    first = divergence("_post_live_migration", "shared_storage")
    assert place(first) == ("manager", "update_available_resource", None)
    assert first.objects is ABSENT


def test_class_t_an_except_clause_that_waits_for_what_the_object_path_cannot_raise(plant):
    def waits_for_an_index_error(manager, context, host):
        service = Service.get_by_compute_host(context, host)
        try:
            return service.compute_node
        except IndexError:
            raise exceptions.NotFound(f"Host {host} not found") from None

    plant("_get_compute_info", waits_for_an_index_error, get_compute_info)
    first = divergence("check_can_live_migrate_destination", "destination_without_compute_node")
    assert place(first) == ("rpc", "check_can_live_migrate_destination", "raised.exception")
    assert (first.legacy, first.objects) == ("NotFound", "ServiceNotFound")


def test_class_u_an_expected_state_that_is_not_checked_since_nothing_is_dirty(plant):
    def saves_before_it_assigns(manager, context, instance, dest, block_migration, migrate_data=None):
        instance.save(expected_task_state=[states.MIGRATING])
        instance.vm_state = states.ACTIVE
        instance.task_state = None
        instance.save()

    plant("_rollback_live_migration", saves_before_it_assigns, rollback_live_migration)
    first = divergence("_rollback_live_migration", "wrong_task_state_at_the_rollback")
    assert place(first) == ("rpc", "live_migration", "raised.exception")
    assert (first.legacy, first.objects) == ("UnexpectedTaskStateError", "MigrationError")
