"""_live_migration_cleanup_flags: what a live migration leaves to be removed (Juno, on both paths)."""

from __future__ import annotations

from typing import Any


def live_migration_cleanup_flags(block_migration: bool, migrate_data: dict[str, Any] | None) -> tuple[bool, bool]:
    """Tell whether to clean up, and whether disks are among what is removed.

    On the source that is after a success, on the destination after a failure. Unless the pre-checks have found out
    more, a block migration means that nothing is shared, any other that everything is.

    Args:
        block_migration: Whether disks were copied.
        migrate_data: What the pre-checks found out.

    Returns:
        ``(do_cleanup, destroy_disks)``.
    """
    found = migrate_data or {}
    shared_path = found.get("is_shared_instance_path", not block_migration)
    shared_storage = found.get("is_shared_block_storage", not block_migration)
    return block_migration or not shared_path, not shared_storage
