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


def test_a_migration_is_found_by_its_instance_and_status(context, uuid):
    Migration(context, instance_uuid=uuid, status="finished").create()
    assert Migration.get_by_instance_and_status(context, uuid, "finished").instance_uuid == uuid
    with pytest.raises(exceptions.MigrationNotFoundByStatus):
        Migration.get_by_instance_and_status(context, uuid, "error")


def test_migrations_that_nobody_confirmed_are_found_by_their_destination(context, uuid):
    migration = Migration(context, instance_uuid=uuid, status="migrating", dest_compute="dst")
    migration.create()
    migration.status = "finished"
    migration.save()
    assert len(MigrationList.get_unconfirmed_by_dest_compute(context, 0, "dst", use_slave=True)) == 1
    assert len(MigrationList.get_unconfirmed_by_dest_compute(context, 60, "dst")) == 0
