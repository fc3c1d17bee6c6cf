"""What services are wired to, and what is served as each: the same wherever they run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fakevirt.backends.consoleauth import ConsoleAuth
from fakevirt.backends.image import ImageAPI
from fakevirt.backends.network import NetworkAPI
from fakevirt.backends.scheduler import Scheduler
from fakevirt.backends.scheduler_manager import SchedulerManager
from fakevirt.backends.volume import VolumeAPI
from fakevirt.cloud.factories import ManagerFactory, made
from fakevirt.conductor.api import ComputeTaskAPI, ConductorAPI
from fakevirt.conductor.manager import ConductorManager
from fakevirt.driver.interface import ComputeDriver
from fakevirt.instrument.faults import FaultPlan
from fakevirt.instrument.probe import probe
from fakevirt.instrument.trace import Trace
from fakevirt.manager.compute import ComputeManager, ManagerParts
from fakevirt.manager.plan import CallPath, ConversionPlan
from fakevirt.releases import Release
from fakevirt.rpc.compute import ComputeAPI
from fakevirt.rpc.scheduler import SchedulerAPI
from fakevirt.rpc.versions import newest_version
from fakevirt.services import Service
from fakevirt.settings import Settings

#: Starts the server of a service, given its topic and its endpoints.
Serve = Callable[..., None]


@dataclass(slots=True)
class Wiring:
    """What services reach of the world around them.

    Args:
        transport: What carries their messages.
        plan: Which call path each work item takes.
        settings: How they are configured.
        trace: Where effects are recorded.
        faults: What is planted.
        network_api: The network service, probed, as the others.
        volume_api: The volume service.
        image_api: The image service.
        consoleauth: The service that keeps console tokens.
        sleep: Lets some seconds pass.
        pin: Returns what the services are pinned to: a release or version, None if they are not.
    """

    transport: Any
    plan: ConversionPlan
    settings: Settings
    trace: Trace
    faults: FaultPlan
    network_api: NetworkAPI
    volume_api: VolumeAPI
    image_api: ImageAPI
    consoleauth: ConsoleAuth
    sleep: Callable[[float], None]
    pin: Callable[[], str | None]
    _compute_apis: dict[Release, ComputeAPI] = field(default_factory=dict)

    def compute_api_of(self, release: Release) -> ComputeAPI:
        """Return the client that services of a release have."""
        if release not in self._compute_apis:

            def converted(work_item: str) -> bool:
                return self.plan.path_of(work_item) is CallPath.OBJECTS and work_item in release.converted

            def version_cap() -> str:
                return newest_version(release, self.pin())

            self._compute_apis[release] = ComputeAPI(self.transport, converted=converted, version_cap=version_cap)
        return self._compute_apis[release]

    def read_pins(self) -> None:
        """Let the clients find out anew what they are pinned to."""
        for api in self._compute_apis.values():
            api.reset()

    def serve_controllers(self, conductor: Service, scheduler: Service, serve: Serve) -> Scheduler:
        """Serve the conductor and the scheduler.

        Args:
            conductor: The conductor's service.
            scheduler: The scheduler's.
            serve: Starts a server.

        Returns:
            What chooses hosts.
        """
        chooser = Scheduler(scheduler)
        probed = probe(chooser, "scheduler", self.trace, self.faults)
        manager = ConductorManager(
            network_api=self.network_api,
            notifier=conductor.notifier,
            compute_api=self.compute_api_of(conductor.release),
            scheduler=probed,
            image_api=self.image_api,
        )
        serve("conductor", conductor, manager, *manager.additional_endpoints)
        scheduler_manager = SchedulerManager(
            scheduler=probed,
            compute_api=self.compute_api_of(scheduler.release),
            notifier=scheduler.notifier,
            max_attempts=self.settings.scheduler_max_attempts,
        )
        serve("scheduler", scheduler, scheduler_manager)
        return chooser

    def serve_host(
        self, service: Service, driver: ComputeDriver, make_manager: ManagerFactory, serve: Serve
    ) -> ComputeManager:
        """Serve a compute host, and return its manager.

        Args:
            service: Its service.
            driver: Its virt driver, probed.
            make_manager: Makes its manager.
            serve: Starts a server.

        Raises:
            UsageError: The manager lacks a method.
        """
        manager = make_manager(
            ManagerParts(
                service=service,
                plan=self.plan,
                driver=driver,
                network_api=self.network_api,
                volume_api=self.volume_api,
                image_api=self.image_api,
                consoleauth_rpcapi=self.consoleauth,
                conductor_api=ConductorAPI(self.transport),
                compute_rpcapi=self.compute_api_of(service.release),
                compute_task_api=ComputeTaskAPI(self.transport),
                scheduler_rpcapi=SchedulerAPI(self.transport),
                sleep=self.sleep,
                notifier=service.notifier,
            )
        )
        made(manager, ComputeManager, "manager")
        serve("compute", service, manager, *manager.additional_endpoints)
        return manager
