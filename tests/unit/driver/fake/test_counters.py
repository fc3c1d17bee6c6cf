"""What guests have counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fakevirt.driver.fake import FakeVirtDriver
from fakevirt.driver.hypervisor import Hypervisor

NAME = "instance-00000001"
BDI = Callable[..., dict[str, Any]]


def test_block_stats_are_the_counters_of_a_disk(driver: FakeVirtDriver, host: Hypervisor, spawned: None) -> None:
    assert driver.block_stats(NAME, "vdb") == [0, 0, 0, 0, 0]
    host.lookup(NAME).block_io["vdb"] = [1, 512, 2, 1024, 0]
    assert driver.block_stats(NAME, "vdb") == [1, 512, 2, 1024, 0]


@pytest.mark.parametrize(("name", "disk"), [(NAME, "vdz"), ("instance-00000002", "vdb")])
def test_block_stats_of_what_is_gone_are_none(driver: FakeVirtDriver, spawned: None, name: str, disk: str) -> None:
    assert driver.block_stats(name, disk) is None
