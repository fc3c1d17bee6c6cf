"""To which work item a function belongs."""

from pathlib import Path

import pytest

from fakevirt.audit.settings import Settings
from fakevirt.audit.work_items import work_item_of


@pytest.mark.parametrize(
    ("path", "function", "item"),
    [
        ("nova/compute/manager.py", "live_migration", "live_migration"),
        (
            "nova/compute/manager.py",
            "rollback_live_migration_at_destination",
            "_rollback_live_migration_at_destination",
        ),
        ("nova/compute/manager.py", "_start_building", "run_instance"),
        ("nova/compute/manager.py", "reboot_instance", "remaining_instance_attr"),
        ("nova/compute/manager.py", "", "remaining_instance_attr"),
        ("nova/compute/utils.py", "usage_volume_info", "compute_utils"),
        ("manager/post_live_migration.py", "legacy", "_post_live_migration"),
        ("manager/remaining_instance_attr/reboot.py", "legacy", "remaining_instance_attr"),
        ("nova/network/api.py", "allocate", ""),
    ],
)
def test_it_is_told_by_the_function_or_by_the_file(path, function, item):
    assert work_item_of(Path(path), function, Settings()) == item
