"""usage_volume_info: the notification ``volume.usage``.

What changed: on the legacy path the conductor sends it, which reads the row; the object path tells of the
``VolumeUsage`` that it saved (Liberty), so only that path comes here.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from fakevirt.context import RequestContext
from fakevirt.notifications import volume_usage_payload

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.volume_usage import VolumeUsage


def notify_about_volume_usage(manager: ComputeManager, context: RequestContext, usage: VolumeUsage) -> None:
    """Tell what was read from and written to a volume."""
    manager.notifier.info(context, "volume.usage", volume_usage_payload(functools.partial(getattr, usage)))
