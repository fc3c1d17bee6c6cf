"""_error_out_instance_on_exception: what an instance's state is after its block has failed.

NotImplementedError puts it back to the state that it had, InstanceFaultRollback to active (and raises what the driver
rolled back from), anything else to error. What changed: the legacy path writes through ``_instance_update``; the object
path assigns, saves and updates the resource tracker (Liberty). It writes the states and nothing else: an object still
has what an earlier save could not write.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from oslo_utils import excutils

from fakevirt import exceptions, states
from fakevirt.context import RequestContext

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.instance import Instance

LOG = logging.getLogger(__name__)


@contextlib.contextmanager
def legacy(
    manager: ComputeManager,
    context: RequestContext,
    instance: Any,
    quotas: Any = None,
    instance_state: str = states.ACTIVE,
) -> Iterator[None]:
    def set_back(vm_state: str) -> None:
        manager._instance_update(context, instance["uuid"], vm_state=vm_state, task_state=None)

    with _states_after_errors(manager, context, instance, quotas, instance_state, set_back):
        yield


@contextlib.contextmanager
def objects(
    manager: ComputeManager,
    context: RequestContext,
    instance: Instance,
    quotas: Any = None,
    instance_state: str = states.ACTIVE,
) -> Iterator[None]:
    def set_back(vm_state: str) -> None:
        instance.obj_reset_changes(recursive=True)
        instance.vm_state = vm_state
        instance.task_state = None
        instance.save()
        manager._update_resource_tracker(context, instance)

    with _states_after_errors(manager, context, instance, quotas, instance_state, set_back):
        yield


@contextlib.contextmanager
def _states_after_errors(
    manager: ComputeManager,
    context: RequestContext,
    instance: Any,
    quotas: Any,
    instance_state: str,
    set_back: Callable[[str], None],
) -> Iterator[None]:
    try:
        yield
    except NotImplementedError:
        with excutils.save_and_reraise_exception():
            _roll_back(quotas)
            set_back(instance_state)
    except exceptions.InstanceFaultRollback as error:
        _roll_back(quotas)
        set_back(states.ACTIVE)
        raise error.inner_exception from error
    except Exception:
        LOG.exception("Setting the instance to error")
        with excutils.save_and_reraise_exception():
            _roll_back(quotas)
            manager._set_instance_error_state(context, instance)


def _roll_back(quotas: Any) -> None:
    if quotas is not None:
        quotas.rollback()
