"""Bugs that are planted in the manager."""

import types

import pytest

# The manager's own imports leave oslo.messaging's backend to whoever builds a cloud of it.
from fakevirt.cloud import Cloud  # noqa: F401
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
