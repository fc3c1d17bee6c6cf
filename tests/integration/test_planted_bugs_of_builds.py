"""Bugs of Nova's own conversion of run_instance, planted again: the comparison sees each of them."""

import contextlib

import pytest

from fakevirt import exceptions, states
from fakevirt.conversion.check import ConversionError, check
from fakevirt.conversion.difference import ABSENT
from fakevirt.manager import build_and_run_instance
from fakevirt.manager.building import build_instance, prebuild_instance
from fakevirt.manager.compute import ComputeManager
from fakevirt.manager.paths import BothPaths, SharedStep
from fakevirt.manager.steps import set_instance_error_state


def divergences(scenario):
    """Return what differs, as channel, operation and field with both values."""
    with pytest.raises(ConversionError) as caught:
        check("run_instance", scenario)
    return {(d.channel, d.operation, d.field): (d.legacy, d.objects) for d in caught.value.comparison.divergences}


def test_class_j_a_save_that_was_refused_is_written_by_the_next_one(plant):
    def saves_all_that_was_assigned(manager, context, instance):
        instance.vm_state = states.ERROR
        instance.save()

    plant("_set_instance_error_state", saves_all_that_was_assigned, set_instance_error_state)
    found = divergences("another_task_while_it_is_built")
    assert found["state", "table instances", "arguments.content[0].task_state"] == ("rebuilding", None)


def test_class_j_a_note_that_was_refused_is_written_by_the_next_save(monkeypatch):
    monkeypatch.setattr(build_and_run_instance, "unsaved_forgotten", lambda instance: contextlib.nullcontext())
    found = divergences("another_task_before_the_conductors_build_asks_for_ports")
    assert found["db", "update instances", "arguments.values.task_state"] == (ABSENT, "networking")


def test_class_t_the_network_information_is_missed_before_the_instance(monkeypatch):
    waits_for = (exceptions.InstanceNotFound, exceptions.UnexpectedDeletingTaskStateError)
    monkeypatch.setattr(build_instance, "_GONE", waits_for)
    _, raised = divergences("deleted_while_it_is_spawned")["rpc", "run_instance", "raised"]
    assert raised["exception"] == "InstanceInfoCacheNotFound"


def test_class_n_a_helper_takes_the_instance_and_one_caller_still_passes_the_uuid(monkeypatch):
    def passes_the_uuid(manager, context, instance):
        manager._start_building(context, instance.uuid)

    pair = BothPaths(prebuild_instance.legacy, passes_the_uuid)
    monkeypatch.setattr(ComputeManager, "_prebuild_instance", SharedStep(pair))
    _, raised = divergences("server_built")["rpc", "run_instance", "raised"]
    assert raised["exception"] == "AttributeError"
