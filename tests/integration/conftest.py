"""Bugs that are planted in the manager."""

import functools
import types

import pytest

from fakevirt import states

# The manager's own imports leave oslo.messaging's backend to whoever builds a cloud of it.
from fakevirt.cloud import Cloud  # noqa: F401
from fakevirt.manager import post_live_migration_at_destination
from fakevirt.manager.compute import ComputeManager
from fakevirt.manager.paths import SharedStep, WorkItemMethod


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
