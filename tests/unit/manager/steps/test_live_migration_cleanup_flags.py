"""_live_migration_cleanup_flags: what a live migration leaves to be removed."""

import pytest

from fakevirt.manager.steps.live_migration_cleanup_flags import live_migration_cleanup_flags

PATH, STORAGE = "is_shared_instance_path", "is_shared_block_storage"


@pytest.mark.parametrize(
    ("block_migration", "migrate_data", "do_cleanup", "destroy_disks"),
    [
        (False, None, False, False),
        (False, {}, False, False),
        (True, None, True, True),
        (True, {}, True, True),
        (False, {PATH: True, STORAGE: True}, False, False),
        (False, {PATH: False, STORAGE: True}, True, False),
        (False, {PATH: True, STORAGE: False}, False, True),
        (False, {PATH: False, STORAGE: False}, True, True),
        (True, {PATH: True, STORAGE: True}, True, False),
        (True, {PATH: False, STORAGE: False}, True, True),
        (False, {PATH: False}, True, False),
        (True, {STORAGE: True}, True, False),
    ],
)
def test_what_the_checks_found_wins_over_what_the_kind_of_migration_suggests(
    block_migration, migrate_data, do_cleanup, destroy_disks
):
    assert live_migration_cleanup_flags(block_migration, migrate_data) == (do_cleanup, destroy_disks)
