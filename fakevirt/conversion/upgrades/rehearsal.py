"""A whole rolling upgrade in one process, step by step, as grenade rehearses it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fakevirt.cloud import Cloud
from fakevirt.conversion.check import uncollected
from fakevirt.conversion.upgrades.cause import Cause, causes_of
from fakevirt.conversion.upgrades.run import CellRun, watch
from fakevirt.manager.plan import ConversionPlan
from fakevirt.objects.instance import Instance
from fakevirt.releases import CURRENT, Release


@dataclass(frozen=True, slots=True)
class StepResult:
    """What came of a step.

    Args:
        step: The step.
        causes: Why it did not end as without an upgrade, none if it did.
    """

    step: str
    causes: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What came of an upgrade.

    Args:
        old: The release that it began with.
        new: The release that it led to.
        plan: Which call path each work item took, on every host.
        steps: Its steps.
    """

    old: Release
    new: Release
    plan: ConversionPlan
    steps: tuple[StepResult, ...]

    @property
    def passes(self) -> bool:
        """Whether every step ended as without an upgrade."""
        return not any(step.causes for step in self.steps)

    def to_primitive(self) -> dict[str, Any]:
        """Return it as plain data."""
        steps = [{"step": step.step, "causes": [str(cause) for cause in step.causes]} for step in self.steps]
        return {"old": self.old.name, "new": self.new.name, "plan": str(self.plan), "steps": steps}


def rehearse(old: Release, new: Release, plan: ConversionPlan, **cloud: Any) -> Rehearsal:
    """Upgrade a cloud while servers run in it, and tell of each step how it ended.

    The measure is a cloud of the release that the conversion is made in, of which the same is asked under the same
    plan: an upgrade in it is a restart.

    Args:
        old: The release that it begins with.
        new: The release that it leads to.
        plan: Which call path each work item takes, on every host.
        **cloud: Other arguments of the clouds.
    """
    measure = dict(_steps_of(CURRENT, CURRENT, plan, cloud))
    results = [StepResult(step, causes_of(run, measure[step])) for step, run in _steps_of(old, new, plan, cloud)]
    return Rehearsal(old, new, plan, tuple(results))


def _steps_of(
    old: Release, new: Release, plan: ConversionPlan, arguments: Mapping[str, Any]
) -> list[tuple[str, CellRun]]:
    with uncollected(), Cloud(plan=plan, conductor=old, hosts={"src": old, "dst": old}, **arguments) as cloud:
        tenant = _Tenant(cloud)
        steps: list[tuple[str, Callable[[], None]]] = [
            ("create", tenant.create),
            ("verify", tenant.verify),
            ("upgrade the conductor", lambda: cloud.upgrade_conductor(new)),
            ("verify with the new conductor", tenant.verify),
            ("upgrade src", lambda: cloud.upgrade_host("src", new)),
            ("migrate both ways between old and new", tenant.migrate),
            ("resize between old and new", tenant.resize),
            ("upgrade dst", lambda: cloud.upgrade_host("dst", new)),
            ("migrate both ways", tenant.migrate),
            ("unpin", lambda: cloud.pin(None)),
            ("verify what is not pinned", tenant.verify),
            ("migrate back", tenant.migrate),
            ("delete", tenant.delete),
        ]
        return [(name, watch(cloud, name, act)) for name, act in steps]


class _Tenant:
    """What is asked in each step, of one server on each host.

    Args:
        cloud: The cloud that is asked.
    """

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._servers: list[Instance] = []

    def create(self) -> None:
        for host in ("src", "dst"):
            server = self._cloud.create_server(host=host, through_conductor=True)
            self._servers.append(server)

    def verify(self) -> None:
        for server in self._servers:
            self._cloud.reboot(server, hard=True)
            self._cloud.get_console_output(server)
            self._cloud.get_diagnostics(server)
        for host in ("src", "dst"):
            self._cloud.run_periodic_task(host, "update_available_resource")

    def migrate(self) -> None:
        for server in map(self._cloud.refresh, self._servers):
            self._cloud.live_migrate(server, to="dst" if server.host == "src" else "src")

    def resize(self) -> None:
        for number, server in enumerate(self._servers, start=len(self._cloud.names)):
            self._cloud.resize(server, self._cloud.add_flavor(f"m1.flavor-{number}", memory_mb=2048, vcpus=2))
            self._cloud.confirm_resize(server)

    def delete(self) -> None:
        for server in self._servers:
            self._cloud.delete(server)
