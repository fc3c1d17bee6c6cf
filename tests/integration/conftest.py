"""Bugs that are planted in the manager."""

import functools
import types

import pytest

from fakevirt import states

# The manager's own imports leave oslo.messaging's backend to whoever builds a cloud of it.
from fakevirt.cloud import Cloud  # noqa: F401
from fakevirt.manager import post_live_migration_at_destination
from fakevirt.manager.compat import object_compat
from fakevirt.manager.compute import ComputeManager
from fakevirt.manager.decorators import reverts_task_state, wrap_exception, wrap_instance_event, wrap_instance_fault
from fakevirt.manager.paths import SharedStep, WorkItemMethod
from fakevirt.manager.remaining_instance_attr import power


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


@pytest.fixture
def forget_the_node(plant, monkeypatch):
    """Have the object path of post_live_migration_at_destination assign the node when all is saved."""

    def settle_without_the_node(manager, context, instance, node, power_state):
        instance.host = manager.host
        instance.power_state = power_state
        instance.vm_state = states.ACTIVE
        instance.task_state = None
        instance.save(expected_task_state=states.MIGRATING)
        instance.node = node

    @functools.wraps(post_live_migration_at_destination.objects)
    def forgets_the_node(*args, **kwargs):
        with monkeypatch.context() as patch:
            patch.setattr(post_live_migration_at_destination, "_settle", settle_without_the_node)
            post_live_migration_at_destination.objects(*args, **kwargs)

    plant("post_live_migration_at_destination", forgets_the_node, post_live_migration_at_destination)


@pytest.fixture
def forget_the_state(plant):
    """Have the object path of unrescue_instance assign the state when all is saved."""

    @object_compat
    @wrap_exception("unrescue_instance")
    @reverts_task_state
    @wrap_instance_event("unrescue_instance")
    @wrap_instance_fault
    def forgets_the_state(manager, context, instance):
        context = context.elevated()
        network_info = manager._get_instance_nw_info(context, instance)
        manager._notify_about_instance_usage(context, instance, "unrescue.start", network_info=network_info)
        with manager._error_out_instance_on_exception(context, instance):
            manager.driver.unrescue(instance, network_info)
        instance.power_state = manager._get_power_state(context, instance)
        instance.task_state = None
        instance.save(expected_task_state=states.UNRESCUING)
        instance.vm_state = states.ACTIVE
        manager._notify_about_instance_usage(context, instance, "unrescue.end", network_info=network_info)

    plant("unrescue_instance", forgets_the_state, power.unrescue_instance)
