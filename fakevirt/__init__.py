"""Each work item of Nova's virt layer on the dict and on the object call path, and what differs between the two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fakevirt.cloud import Cloud
    from fakevirt.conversion.comparison import compare
    from fakevirt.decorator import both_call_paths
    from fakevirt.instrument.faults import FaultPlan
    from fakevirt.instrument.trace import Trace
    from fakevirt.manager.plan import ConversionPlan
    from fakevirt.manager.work_items import WorkItem

    __version__: str

__all__ = ["Cloud", "ConversionPlan", "FaultPlan", "Trace", "WorkItem", "both_call_paths", "compare"]

#: Where each name is defined. It is imported when it is asked for: pytest loads this package in every run.
_HOMES = {
    "Cloud": "fakevirt.cloud",
    "ConversionPlan": "fakevirt.manager.plan",
    "FaultPlan": "fakevirt.instrument.faults",
    "Trace": "fakevirt.instrument.trace",
    "WorkItem": "fakevirt.manager.work_items",
    "both_call_paths": "fakevirt.decorator",
    "compare": "fakevirt.conversion.comparison",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        import importlib

        value = getattr(importlib.import_module(_HOMES[name]), name)
    elif name == "__version__":
        import importlib.metadata

        value = importlib.metadata.version("fakevirt")
    else:
        raise AttributeError(f"module 'fakevirt' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, "__version__"})
