"""default_device_names_for_instance: a name for every disk that has none (Juno, on both paths)."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from fakevirt.block_device import get_next_device_name
from fakevirt.objects.block_device import BlockDeviceMapping


def default_device_names_for_instance(root_device_name: str, *lists: Iterable[BlockDeviceMapping]) -> None:
    """Give every mapping a name that has none, and save it.

    Args:
        root_device_name: The name of the root device, which is taken.
        *lists: The mappings, in order.
    """
    bdms = list(itertools.chain(*lists))
    in_use = [root_device_name, *(bdm.device_name for bdm in bdms if bdm.device_name)]
    for bdm in bdms:
        if not bdm.device_name:
            bdm.device_name = get_next_device_name(in_use, root_device_name)
            bdm.save()
            in_use.append(bdm.device_name)
