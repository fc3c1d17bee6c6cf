"""Forbidding the conductor's raw methods."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, Any

import pytest

from fakevirt import services
from fakevirt.conductor.api import ConductorAPI
from fakevirt.conversion.observation import observed_plan
from fakevirt.instrument.trace import current_scope
from fakevirt.manager.plan import CallPath
from fakevirt.usage_error import UsageError

if TYPE_CHECKING:
    from pytest_mock import MockerFixture


def forbid(mocker: MockerFixture) -> None:
    """Let every raw method fail the test that calls it.

    Args:
        mocker: pytest-mock's fixture, which undoes it.
    """
    for name, method in inspect.getmembers(ConductorAPI, inspect.isfunction):
        if not name.startswith("_"):
            mocker.patch.object(ConductorAPI, name, _forbidden(name, method))


def _forbidden(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    def forbidden(api: ConductorAPI, *args: Any, **kwargs: Any) -> Any:
        if _may_be():
            return method(api, *args, **kwargs)
        work_item = current_scope()
        error = UsageError(
            expected="no call of a raw conductor method",
            happened=f"{name} was called" + (f" in the work item {work_item}" if work_item else ""),
            where=_place(sys._getframe(1)),
            how_to_go_on="let a versioned object do it, or remove the fixture raw_conductor_forbidden",
        )
        # No Exception: none of the manager's handlers is to catch it.
        pytest.fail(str(error), pytrace=False)

    return forbidden


def _may_be() -> bool:
    """Tell whether the call sets up a cloud, or belongs to a comparison's run that has not converted its caller."""
    running = services.current()
    if running is not None and running.trace.is_muted:
        return True
    plan, work_item = observed_plan(), current_scope()
    return plan is not None and work_item is not None and plan.path_of(work_item) is CallPath.LEGACY


def _place(frame: FrameType) -> str:
    return f"{frame.f_code.co_filename}:{frame.f_lineno} in {frame.f_code.co_name}"
