"""What an instance read from and wrote to a volume."""

# ruff: noqa: RUF012 - fields and versions are declared as oslo.versionedobjects has it

from __future__ import annotations

from fakevirt.db import api as db
from fakevirt.objects import base, fields


@base.NovaVersionedObjectRegistry.register
class VolumeUsage(base.NovaObject):
    """The counters of one volume (Liberty: until then the conductor had a raw method for them)."""

    # 1.0: Liberty's fields
    VERSION: str = "1.0"

    fields: base.Fields = {
        "id": fields.IntegerField(read_only=True),
        "volume_id": fields.UUIDField(),
        "instance_uuid": fields.UUIDField(nullable=True),
        "project_id": fields.StringField(nullable=True),
        "user_id": fields.StringField(nullable=True),
        "availability_zone": fields.StringField(nullable=True),
        "tot_last_refreshed": fields.DateTimeField(nullable=True, read_only=True),
        "tot_reads": fields.IntegerField(read_only=True),
        "tot_read_bytes": fields.IntegerField(read_only=True),
        "tot_writes": fields.IntegerField(read_only=True),
        "tot_write_bytes": fields.IntegerField(read_only=True),
        "curr_last_refreshed": fields.DateTimeField(nullable=True, read_only=True),
        "curr_reads": fields.IntegerField(),
        "curr_read_bytes": fields.IntegerField(),
        "curr_writes": fields.IntegerField(),
        "curr_write_bytes": fields.IntegerField(),
    }

    @base.remotable
    def save(self, update_totals: bool = False) -> None:
        """Write the current counters.

        Args:
            update_totals: Add them to the totals: the volume is being detached.
        """
        row = db.vol_usage_update(
            self._context,
            self.volume_id,
            self.curr_reads,
            self.curr_read_bytes,
            self.curr_writes,
            self.curr_write_bytes,
            self.instance_uuid,
            self.project_id,
            self.user_id,
            self.availability_zone,
            update_totals=update_totals,
        )
        self._from_db_object(self._context, self, row)
