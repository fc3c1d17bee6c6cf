"""What a save that was refused leaves on an object, and a dict never had."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from oslo_utils import excutils

from fakevirt import exceptions

if TYPE_CHECKING:
    from fakevirt.objects.instance import Instance


@contextlib.contextmanager
def unsaved_forgotten(instance: Instance) -> Iterator[None]:
    """Bring the object back to what its row says if the block fails.

    Or else the next save, which only means to say that the instance is in error, would write what was refused. (Nova's
    Juno release does so: a server that is being deleted while it is built ends up active.)
    """
    try:
        yield
    except Exception:
        with excutils.save_and_reraise_exception():
            try:
                with contextlib.suppress(exceptions.InstanceNotFound, exceptions.InstanceInfoCacheNotFound):
                    instance.refresh()
            finally:
                instance.obj_reset_changes(recursive=True)
