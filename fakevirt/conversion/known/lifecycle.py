"""What converting the life of an instance changes: reboot, suspend, delete, unshelve."""

from __future__ import annotations

from fakevirt.conversion.difference import ABSENT
from fakevirt.conversion.known.shared import came_in, own_context, written_again

_ITEM = "remaining_instance_attr"

ALLOWANCES = (
    came_in(_ITEM, "reboot_instance", "task_state", legacy="reboot_started_hard", objects=None),
    came_in(_ITEM, "stop_instance", "task_state", legacy="powering-off", objects=None),
    came_in(_ITEM, "start_instance", "task_state", legacy="powering-on", objects=None),
    came_in(_ITEM, "suspend_instance", "task_state", legacy="suspending", objects=None),
    came_in(_ITEM, "suspend_instance", "vm_state", legacy="active", objects="error"),
    came_in(_ITEM, "suspend_instance", "system_metadata.old_vm_state", legacy="active", objects=ABSENT),
    came_in(_ITEM, "unshelve_instance", "task_state", legacy="spawning", objects=None),
    came_in(_ITEM, "terminate_instance", "task_state", legacy="deleting", objects=None),
    came_in(_ITEM, "terminate_instance", "vm_state", legacy="active", objects="error"),
    own_context(_ITEM),
    *written_again(_ITEM, "host", "node", "launched_on"),
)
