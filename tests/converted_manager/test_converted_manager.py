"""What the tool makes of the legacy half of a file is an object path."""

import pytest

from converted_manager import Manager, WithSharedSteps
from converted_manager.__main__ import passes
from fakevirt.cloud.factories import factory_named
from fakevirt.conversion.board import chosen_scenarios, fill_board
from fakevirt.manager.compute import ComputeManager


@pytest.mark.parametrize(
    "work_item",
    [
        "check_can_live_migrate_source",
        "live_migration",
        "_rollback_live_migration",
        "_rollback_live_migration_at_destination",
        "refresh_instance_security_rules",
        "detach_volume",
    ],
)
def test_a_work_item_passes_without_a_hand_s_help(work_item):
    manager = factory_named("converted_manager:Manager", "manager", where="here")
    (row,) = fill_board(chosen_scenarios(work_item, manager=manager), work_item=work_item).rows
    assert passes(row), row


def test_the_object_path_is_another_one_than_by_hand():
    converted = vars(Manager)["detach_volume"].function("objects")
    assert converted.__module__ == "converted.fakevirt.manager.detach_volume"
    assert vars(Manager)["detach_volume"].function("legacy") is vars(ComputeManager)["detach_volume"].function("legacy")


def test_shared_steps_are_converted_where_they_are_to_be():
    assert "_build_instance" in vars(WithSharedSteps)
    assert "_build_instance" not in vars(Manager)
