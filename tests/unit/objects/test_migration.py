import pytest

from fakevirt import exceptions
from fakevirt.objects import Migration, MigrationList


def test_a_migration_is_created_read_and_saved(context, uuid):
    migration = Migration(context, instance_uuid=uuid, status="migrating", source_compute="src", source_node="node")
    migration.create()
    migration.dest_compute = "dst"
    migration.save()
    assert Migration.get_by_id(context, migration.id).dest_compute == "dst"
    with pytest.raises(exceptions.ObjectActionError, match="already created"):
        migration.create()


def test_a_migration_that_is_not_there_is_not_found(context, database):
    with pytest.raises(exceptions.MigrationNotFound):
        Migration.get_by_id(context, 1)


def test_migrations_that_ended_are_not_in_progress(context, uuid):
    for status in ("migrating", "confirmed"):
        Migration(context, instance_uuid=uuid, status=status, source_compute="src", source_node="node").create()
    in_progress = MigrationList.get_in_progress_by_host_and_node(context, "src", "node")
    assert [migration.status for migration in in_progress] == ["migrating"]
