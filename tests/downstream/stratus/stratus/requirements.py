"""What Stratus cannot do, and why."""

from fakevirt.suite import Requirements
from stratus.driver import UNSUPPORTED

REQUIREMENTS = Requirements(
    unsupported=dict.fromkeys(UNSUPPORTED, "Stratus has no use for it"),
    left_out={
        "disks_too_large": "disks may be larger than the storage of a host",
        "driver_fails_to_move_a_volume_backed_guest": "guests without disks share everything",
        "rebooted_without_a_failed_volume": "volumes that fail stay where they are",
        "refused_by_the_destination": "all hosts have the same processors",
    },
)
