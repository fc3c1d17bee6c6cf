"""fakevirt's own compute manager with an object path that ``fakevirt convert`` has made of the legacy one.

``make converted-manager`` runs it against the legacy path and prints what passes without a hand's help.
"""

from __future__ import annotations

import inspect
import sys
import types
from pathlib import Path
from typing import Any

from fakevirt.audit.reading import read
from fakevirt.audit.settings import Settings
from fakevirt.convert.conversion import convert_file
from fakevirt.manager.compute import ComputeManager
from fakevirt.manager.paths import SharedStep, WorkItemMethod

#: The modules that were converted, by the names of those that they were made of.
_CONVERTED: dict[str, types.ModuleType] = {}


def _converted(module: types.ModuleType) -> types.ModuleType:
    """Return a module with everything in it converted."""
    if module.__name__ not in _CONVERTED:
        path = Path(inspect.getfile(module)).resolve()
        new = types.ModuleType(f"converted.{module.__name__}")
        _CONVERTED[module.__name__] = new
        # Data classes and annotations look their module up.
        sys.modules[new.__name__] = new
        text = convert_file(read(path), Settings(objects="fakevirt.objects")).after
        exec(compile(text, f"<{path.name}, converted>", "exec"), vars(new))
    return _CONVERTED[module.__name__]


def _legacy(pair: Any) -> Any:
    """Return the converted form of the legacy function of a method that has both paths."""
    if isinstance(pair, types.ModuleType):
        return _converted(pair).legacy
    module = inspect.getmodule(inspect.unwrap(pair.legacy))
    assert module is not None
    name = next(name for name, value in vars(module).items() if value is pair)
    return getattr(_converted(module), name).legacy


def _methods(*, with_shared_steps: bool) -> dict[str, Any]:
    """Return the methods whose object path is a converted one."""
    methods = {}
    for name, method in vars(ComputeManager).items():
        if isinstance(method, WorkItemMethod):
            methods[name] = WorkItemMethod(
                _converted_pair(method._pair), method.work_item, with_arguments=method.with_arguments
            )
        elif isinstance(method, SharedStep) and with_shared_steps:
            methods[name] = SharedStep(_converted_pair(method._pair), method._work_item)
    return methods


def _converted_pair(pair: Any) -> Any:
    return types.SimpleNamespace(legacy=pair.legacy, objects=_legacy(pair))


#: The work items are converted; the steps that several of them share are those of the object path.
Manager = type("Manager", (ComputeManager,), _methods(with_shared_steps=False))
#: The shared steps are converted as well, each file for itself.
WithSharedSteps = type("WithSharedSteps", (ComputeManager,), _methods(with_shared_steps=True))
