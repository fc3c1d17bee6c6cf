"""Nova's words for the state of an instance: vm_state, task_state and power_state (Juno)."""

from __future__ import annotations

# vm_state
ACTIVE = "active"
BUILDING = "building"
DELETED = "deleted"
ERROR = "error"
PAUSED = "paused"
RESCUED = "rescued"
RESIZED = "resized"
SHELVED = "shelved"
SHELVED_OFFLOADED = "shelved_offloaded"
SOFT_DELETED = "soft-delete"
STOPPED = "stopped"
SUSPENDED = "suspended"

ALLOW_SOFT_REBOOT = (ACTIVE,)
ALLOW_HARD_REBOOT = (*ALLOW_SOFT_REBOOT, STOPPED, PAUSED, SUSPENDED, ERROR)

# task_state
BLOCK_DEVICE_MAPPING = "block_device_mapping"
DELETING = "deleting"
IMAGE_BACKUP = "image_backup"
IMAGE_PENDING_UPLOAD = "image_pending_upload"
IMAGE_SNAPSHOT = "image_snapshot"
IMAGE_SNAPSHOT_PENDING = "image_snapshot_pending"
IMAGE_UPLOADING = "image_uploading"
MIGRATING = "migrating"
NETWORKING = "networking"
PAUSING = "pausing"
POWERING_OFF = "powering-off"
POWERING_ON = "powering-on"
REBOOTING = "rebooting"
REBOOTING_HARD = "rebooting_hard"
REBOOT_PENDING = "reboot_pending"
REBOOT_PENDING_HARD = "reboot_pending_hard"
REBOOT_STARTED = "reboot_started"
REBOOT_STARTED_HARD = "reboot_started_hard"
REBUILDING = "rebuilding"
REBUILD_BLOCK_DEVICE_MAPPING = "rebuild_block_device_mapping"
REBUILD_SPAWNING = "rebuild_spawning"
RESCUING = "rescuing"
RESIZE_CONFIRMING = "resize_confirming"
RESIZE_FINISH = "resize_finish"
RESIZE_MIGRATED = "resize_migrated"
RESIZE_MIGRATING = "resize_migrating"
RESIZE_PREP = "resize_prep"
RESIZE_REVERTING = "resize_reverting"
RESTORING = "restoring"
RESUMING = "resuming"
SCHEDULING = "scheduling"
SHELVING = "shelving"
SHELVING_IMAGE_PENDING_UPLOAD = "shelving_image_pending_upload"
SHELVING_IMAGE_UPLOADING = "shelving_image_uploading"
SHELVING_OFFLOADING = "shelving_offloading"
SOFT_DELETING = "soft-deleting"
SPAWNING = "spawning"
SUSPENDING = "suspending"
UNPAUSING = "unpausing"
UNRESCUING = "unrescuing"
UNSHELVING = "unshelving"
UPDATING_PASSWORD = "updating_password"

# Each kind of reboot: asked for, pending and started.
SOFT_REBOOT = (REBOOTING, REBOOT_PENDING, REBOOT_STARTED)
HARD_REBOOT = (REBOOTING_HARD, REBOOT_PENDING_HARD, REBOOT_STARTED_HARD)

# power_state
NOSTATE = 0x00
RUNNING = 0x01
POWER_PAUSED = 0x03
SHUTDOWN = 0x04
CRASHED = 0x06
POWER_SUSPENDED = 0x07

# What the power state of a guest may be that is not to run.
OFF = (NOSTATE, SHUTDOWN, CRASHED)
