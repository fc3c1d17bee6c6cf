"""A host, the driver on it, and a guest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fakevirt.driver.fake import FakeVirtDriver
from fakevirt.driver.hypervisor import Hypervisor

BDI = Callable[..., dict[str, Any]]


@pytest.fixture
def host() -> Hypervisor:
    return Hypervisor("src", my_ip="192.0.2.11")


@pytest.fixture
def driver(host: Hypervisor) -> FakeVirtDriver:
    return FakeVirtDriver(host, peers={"src": Hypervisor("src")}.__getitem__)


@pytest.fixture
def pristine(host: Hypervisor) -> dict[str, Any]:
    return host.to_primitive()


@pytest.fixture
def spawn(driver: FakeVirtDriver, instance: Any, network_info: Any, context: Any) -> Callable[..., None]:
    def run(block_device_info: Any = None) -> None:
        driver.spawn(context, instance, {}, [], None, network_info, block_device_info)

    return run


@pytest.fixture
def spawned(spawn: Callable[..., None], bdi: BDI) -> None:
    spawn(bdi("v1"))
