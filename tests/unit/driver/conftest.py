"""Instances in both forms, and hosts to run them on."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from fakevirt.context import RequestContext, admin_context
from fakevirt.driver.fake import FakeVirtDriver
from fakevirt.driver.hypervisor import Hypervisor
from fakevirt.driver.storage import Storage

UUID = "c3f1b1a4-0000-4000-8000-000000000001"


@pytest.fixture
def context() -> RequestContext:
    """The request."""
    return admin_context()


@pytest.fixture
def fields() -> dict[str, Any]:
    """The fields of an instance that a driver may read."""
    return {
        "uuid": UUID,
        "name": "instance-00000001",
        "memory_mb": 512,
        "vcpus": 1,
        "root_gb": 1,
        "ephemeral_gb": 0,
        "image_ref": "cirros",
        "host": "src",
        "project_id": "a-project",
        "kernel_id": "",
        "ramdisk_id": "",
        "os_type": None,
        "config_drive": "",
        "launched_at": None,
    }


@pytest.fixture(params=["dict", "object"])
def instance(request: pytest.FixtureRequest, fields: dict[str, Any]) -> Any:
    """The instance, in each form."""
    return fields if request.param == "dict" else SimpleNamespace(**fields)


@pytest.fixture
def network_info() -> list[dict[str, Any]]:
    """One VIF."""
    return [{"id": "vif-1", "address": "fa:16:3e:00:00:01"}]


@pytest.fixture
def bdi() -> Callable[..., dict[str, Any]]:
    """Return a function that makes block_device_info with these volumes from /dev/vdb on."""

    def make(*volume_ids: str, lun: int = 1, first: str = "b", **more: Any) -> dict[str, Any]:
        mapping = [
            {
                "connection_info": {"data": {"volume_id": volume_id, "target_lun": lun}},
                "mount_device": f"/dev/vd{chr(ord(first) + n)}",
            }
            for n, volume_id in enumerate(volume_ids)
        ]
        return {"swap": None, "ephemerals": [], "block_device_mapping": mapping, **more}

    return make


@dataclass
class Hosts:
    """Two hosts, the drivers on them and what a manager does with the drivers."""

    source: FakeVirtDriver
    dest: FakeVirtDriver
    context: RequestContext
    instance: Any
    network_info: list[dict[str, Any]]
    calls: list[tuple[Any, ...]] = field(default_factory=list)

    def spawn(self, block_device_info: dict[str, Any] | None = None) -> None:
        """Run the instance on the source."""
        self.source.spawn(self.context, self.instance, {}, [], None, self.network_info, block_device_info)

    def check(
        self,
        *,
        block_migration: bool = False,
        disk_over_commit: bool = False,
        volume_backed: bool = False,
        block_device_info: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Run the checks on both sides and return migrate_data."""
        data = self.dest.check_can_live_migrate_destination(
            self.context,
            self.instance,
            self.source.get_available_resource("src"),
            self.dest.get_available_resource("dst"),
            block_migration,
            disk_over_commit,
        )
        data["is_volume_backed"] = volume_backed
        try:
            return self.source.check_can_live_migrate_source(self.context, self.instance, data, block_device_info)
        finally:
            self.dest.check_can_live_migrate_destination_cleanup(self.context, data)

    def prepare(self, migrate_data: dict[str, Any], block_device_info: dict[str, Any] | None = None) -> dict[str, Any]:
        """Prepare the destination and return migrate_data with its answer."""
        disk_info = self.source.get_instance_disk_info("instance-00000001", block_device_info)
        answer = self.dest.pre_live_migration(
            self.context, self.instance, block_device_info or {}, self.network_info, disk_info, migrate_data
        )
        self.dest.ensure_filtering_rules_for_instance(self.instance, self.network_info)
        return {**migrate_data, "pre_live_migration_result": json.loads(json.dumps(answer))}

    def migrate(self, migrate_data: dict[str, Any] | None, *, dest: str = "dst", block_migration: bool = False) -> None:
        """Move the guest; which callback was called, and with what, is in ``calls``."""
        self.source.live_migration(
            self.context,
            self.instance,
            dest,
            lambda *args: self.calls.append(("post", *args)),
            lambda *args: self.calls.append(("recover", *args)),
            block_migration,
            migrate_data,
        )


@pytest.fixture
def make_hosts(context: RequestContext, instance: Any, network_info: list[dict[str, Any]]) -> Callable[..., Hosts]:
    """Return a function that makes two hosts, on one storage or each on its own."""

    def make(*, shared: bool = False, src: dict[str, Any] | None = None, dst: dict[str, Any] | None = None) -> Hosts:
        storage = {"instances_path": Storage("nfs")} if shared else {}
        source = Hypervisor("src", my_ip="192.0.2.11", **{**storage, **(src or {})})
        dest = Hypervisor("dst", my_ip="192.0.2.12", **{**storage, **(dst or {})})
        peers = {"src": source, "dst": dest, source.my_ip: source, dest.my_ip: dest}.__getitem__
        return Hosts(
            FakeVirtDriver(source, peers=peers),
            FakeVirtDriver(dest, peers=peers),
            context,
            instance,
            network_info,
        )

    return make
