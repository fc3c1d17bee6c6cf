"""Hooks of the plugin: what a project adds to fakevirt's lists, in its ``conftest.py`` or in a plugin of its own.

They are called once, when pytest starts, before the manager and the driver that options name are looked for. What they
return is taken off the lists when pytest ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from fakevirt.conversion.allowance import Allowance
    from fakevirt.manager.work_items import WorkItem
    from fakevirt.releases import Release


@pytest.hookspec
def pytest_fakevirt_work_items() -> Iterable[WorkItem]:  # type: ignore[empty-body]
    """Return work items of the project's own, which plans, markers and the board have besides the blueprint's."""


@pytest.hookspec
def pytest_fakevirt_scenarios() -> Iterable[str]:  # type: ignore[empty-body]
    """Return the names of modules that declare scenarios; they are imported when a test first needs scenarios."""


@pytest.hookspec
def pytest_fakevirt_releases() -> Iterable[Release]:  # type: ignore[empty-body]
    """Return releases of the project's own, which are then known by their names."""


@pytest.hookspec
def pytest_fakevirt_allowances() -> Iterable[Allowance]:  # type: ignore[empty-body]
    """Return differences that the project's own conversion makes wherever they show, each with its reason.

    A test that allows a difference for itself has the marker ``allow``, and must make use of it.
    """


@pytest.hookspec
def pytest_fakevirt_canonical_forms() -> Mapping[type, Callable[[Any], Any]]:  # type: ignore[empty-body]
    """Return functions, by the type of what they are given, that tell what a trace is to have of such an argument.

    What they return is plain data. Without one, a trace has the name of the type.
    """


@pytest.hookspec
def pytest_fakevirt_dict_forms() -> Mapping[str, Iterable[str]]:  # type: ignore[empty-body]
    """Return the keys by which a dict is told that stands for an object, by the name of the object's class.

    Such a dict on the legacy path is then the same as the object on the object path, and is counted as unversioned
    where an object belongs.
    """
