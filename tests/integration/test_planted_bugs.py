"""The proof that a comparison can fail: a conversion bug of each class, planted in the object path, is seen.

The letters are the classes of conversion bugs; each happened in Nova's own conversion, or nearly did.
"""

import functools
import json
import types

import pytest

from fakevirt import exceptions, notifications, services, states
from fakevirt.cloud import Cloud
from fakevirt.conversion.check import ConversionError, check
from fakevirt.conversion.comparison import Verdict
from fakevirt.conversion.difference import ABSENT
from fakevirt.db import api as db
from fakevirt.manager import (
    detach_volume,
    live_migration,
    post_live_migration,
    remove_volume_connection,
    rollback_live_migration,
)
from fakevirt.manager.compat import object_compat
from fakevirt.manager.compute_utils import network_info, usage
from fakevirt.manager.decorators import reverts_task_state, wrap_instance_fault
from fakevirt.manager.plan import ConversionPlan
from fakevirt.manager.security_group_api import SecurityGroupAPI
from fakevirt.manager.steps import get_compute_info, write_compute_node
from fakevirt.objects.base import NovaVersionedObjectRegistry
from fakevirt.objects.block_device import BlockDeviceMapping, BlockDeviceMappingList
from fakevirt.objects.instance import Instance
from fakevirt.objects.instance_action import InstanceActionEvent
from fakevirt.objects.primitive import legacy_dict
from fakevirt.objects.service import Service
from fakevirt.rpc.compute import ComputeAPI


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
        ("remaining_instance_attr", "running_deleted_instance_without_info_cache_reaped"),
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


def test_class_c_a_row_in_the_variable_named_instance(monkeypatch):
    def dots_rows(self, context, group_ids):
        for group_id in group_ids:
            for instance in db.security_group_get(context, group_id, columns_to_join=["instances"])["instances"]:
                if instance.host is not None:
                    self._rpcapi.refresh_instance_security_rules(context, instance.host, instance)

    monkeypatch.setattr(SecurityGroupAPI, "_refresh_objects", dots_rows)
    first = divergence("refresh_instance_security_rules", "rules_changed")
    assert place(first) == ("rpc", "refresh_instance_security_rules", "arguments.instance")
    assert isinstance(first.objects, list)


def sends_a_dict(self, work_item, converted_in, instance):
    return converted_in, legacy_dict(instance) if isinstance(instance, Instance) else instance


def test_class_d_a_server_that_wants_objects_while_the_client_still_sends_dicts(plant, monkeypatch):
    def wants_an_object(manager, context, dest, instance, block_migration, migrate_data):
        manager.driver.get_info(instance)
        manager._post_live_migration(context, instance.obj_clone(), dest, block_migration, migrate_data)

    monkeypatch.setattr(ComputeAPI, "_choose", sends_a_dict)
    plant("live_migration", wants_an_object, live_migration)
    first = divergence("live_migration", "shared_storage")
    assert place(first) == ("rpc", "live_migration", "raised")
    assert first.objects["exception"] == "AttributeError"


def test_class_d_a_client_that_sends_dicts_leaves_an_unversioned_argument(monkeypatch):
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
    first = divergence("compute_utils", "running_deleted_instance_without_info_cache_reaped")
    assert place(first) == ("manager", "_get_nw_info_for_instance", "raised")
    assert first.objects["exception"] == "AttributeError"


def test_class_g_an_exception_that_crosses_the_line_before_it_is_made_text(plant, monkeypatch):
    finish = InstanceActionEvent.__dict__["event_finish_with_failure"].__func__
    # Without serialize_args, which makes text of exceptions and tracebacks.
    monkeypatch.setattr(InstanceActionEvent, "event_finish_with_failure", classmethod(finish.__wrapped__))
    first = divergence("compute_utils", "clean_up_fails_at_the_source")
    assert first.scope == "compute_utils"


def test_class_h_a_slip_on_a_path_that_only_a_rollback_with_volumes_takes(plant):
    def misplaces_a_parenthesis(manager, context, volume_id, instance):
        bdm = BlockDeviceMapping.get_by_volume_id(context, volume_id)
        manager._driver_detach_volume(context, Instance._from_db_object(context, instance, bdm))

    plant("remove_volume_connection", misplaces_a_parenthesis, remove_volume_connection)
    assert check("_rollback_live_migration", "rollback_without_info_cache").verdict.passes
    first = divergence("detach_volume", "pre_migration_fails")
    assert place(first) == ("rpc", "live_migration", "raised.exception")
    assert first.objects == "AttributeError"


def test_class_i_an_attribute_set_and_never_saved(forget_the_node):
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


def test_class_l_a_compat_decorator_that_looks_in_the_wrong_place(plant):
    # The volume's id is the first argument, and an old node's client is not the only one that passes it by position.
    plant("remove_volume_connection", object_compat(remove_volume_connection.objects), remove_volume_connection)
    with Cloud() as cloud, services.running_as(cloud.host("src").service):
        server = cloud.boot("src", volumes=1)
        (volume_id,) = cloud.attached_volumes(server)
        with pytest.raises(TypeError):
            cloud.host("src").manager.remove_volume_connection(cloud.context, volume_id, server)


def test_class_l_a_state_decorator_that_stands_outside_the_compat_decorator(plant):
    @reverts_task_state
    @object_compat
    @wrap_instance_fault
    def in_the_wrong_order(manager, context, volume_id, instance):
        detach_volume.objects.__wrapped__.__wrapped__.__wrapped__.__wrapped__(manager, context, volume_id, instance)

    plant("detach_volume", in_the_wrong_order, detach_volume)
    first = divergence("detach_volume", "detach_fails_with_an_old_node")
    assert place(first) == ("db", "update instances", None)
    assert first.objects is ABSENT


def test_class_o_a_type_test_that_a_subclass_does_not_pass(plant, monkeypatch):
    subclass = type("Instance", (Instance,), {})

    def too_narrow(manager, instance):
        if type(instance) is Instance:
            return network_info.objects(manager, instance)
        return json.loads(instance["info_cache"]["network_info"])

    plant("_get_nw_info_for_instance", too_narrow, network_info)
    assert check("compute_utils", "running_deleted_instance_reaped").verdict.passes
    classes = NovaVersionedObjectRegistry.obj_classes()["Instance"]
    monkeypatch.setitem(NovaVersionedObjectRegistry.obj_classes(), "Instance", [subclass, *classes])
    first = divergence("compute_utils", "running_deleted_instance_reaped")
    assert place(first) == ("manager", "_get_nw_info_for_instance", "raised")
    assert first.objects["exception"] == "TypeError"


def test_class_p_a_helper_that_relies_on_the_dict_interface(plant):
    def asks_for_a_key_that_dicts_may_lack(manager, context, instance, *args, **kwargs):
        payload = {"pci": instance.get("pci_requests")}
        usage.objects(manager, context, instance, *args, extra_usage_info=payload, **kwargs)

    plant("_notify_about_instance_usage", asks_for_a_key_that_dicts_may_lack, usage)
    first = divergence("compute_utils", "shared_storage")
    assert (first.channel, first.objects["exception"]) == ("rpc", "AttributeError")


def test_class_q_a_row_that_reaches_code_which_expects_an_object(monkeypatch):
    def tells_of_an_object(context, old, new, service=None):
        assert services.current().binary != "nova-conductor" or new.obj_what_changed() == set()

    converted = types.SimpleNamespace(**vars(notifications) | {"send_update": tells_of_an_object})
    monkeypatch.setattr("fakevirt.objects.instance.notifications", converted)
    first = divergence("_rollback_live_migration", "pre_migration_fails")
    assert place(first) == ("rpc", "live_migration", "raised.exception")
    assert first.objects == "AttributeError"


def test_class_r_a_direct_database_call_in_a_process_without_a_database(plant):
    def asks_the_database(manager, context, volume_id, instance):
        db.block_device_mapping_get_by_volume_id(context, volume_id)

    plant("detach_volume", asks_the_database, detach_volume)
    first = divergence("detach_volume", "volume_detached")
    assert place(first) == ("rpc", "detach_volume", "raised")
    assert first.objects["exception"] == "DBNotAllowed"


def test_class_s_an_orphaned_object(plant):
    def orphans(manager, context, node, values):
        if node is not None:
            node._context = None
        return write_compute_node.objects(manager, context, node, values)

    plant("_write_compute_node", orphans, write_compute_node)
    first = divergence("delete_orphan_compute_nodes", "shared_storage")
    assert first.objects["exception"] == "OrphanedObjectError"


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


def test_class_w_get_that_loads_what_a_dict_lacks(plant):
    def tells_the_fault_if_there_is_one(manager, context, instance, *args, **kwargs):
        fault = instance.get("fault")
        extra = {"fault": fault.message} if fault else {}
        usage.objects(manager, context, instance, *args, extra_usage_info=extra, **kwargs)

    plant("_notify_about_instance_usage", tells_the_fault_if_there_is_one, usage)
    assert check("compute_utils", "shared_storage").verdict.passes
    first = divergence("compute_utils", "pre_migration_fails")
    assert place(first)[1:] == ("compute.instance.live_migration._rollback.start", "arguments.payload.fault")
