"""Named ways to set up a cloud and to ask for something that enters a work item, a file per group."""

from fakevirt.conversion.scenarios import (
    build_and_run_instance,
    compute_utils,
    consoles,
    detach_volume,
    devices,
    host_start,
    lifecycle,
    live_migration,
    periodic,
    refresh_instance_security_rules,
    resize,
    run_instance,
)
from fakevirt.conversion.scenarios.registry import SCENARIOS, Scenario, declare, scenario, scenario_named

__all__ = [
    "SCENARIOS",
    "Scenario",
    "build_and_run_instance",
    "compute_utils",
    "consoles",
    "declare",
    "detach_volume",
    "devices",
    "host_start",
    "lifecycle",
    "live_migration",
    "periodic",
    "refresh_instance_security_rules",
    "resize",
    "run_instance",
    "scenario",
    "scenario_named",
]
