"""Nova's words for the state of an instance: vm_state, task_state and power_state."""

from __future__ import annotations

ACTIVE = "active"
BUILDING = "building"
ERROR = "error"
PAUSED = "paused"
STOPPED = "stopped"

MIGRATING = "migrating"
DELETING = "deleting"

NOSTATE = 0x00
RUNNING = 0x01
POWER_PAUSED = 0x03
SHUTDOWN = 0x04
