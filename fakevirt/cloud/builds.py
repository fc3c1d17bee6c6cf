"""Requests for new servers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fakevirt import services, states
from fakevirt.cloud.servers import default_flavor
from fakevirt.cloud.world import IMAGE, World
from fakevirt.conductor.build_instances import build_request_spec
from fakevirt.objects.block_device import BlockDeviceMapping
from fakevirt.objects.instance import Instance
from fakevirt.objects.instance_action import InstanceAction
from fakevirt.objects.instance_group import InstanceGroup
from fakevirt.objects.instance_info_cache import InstanceInfoCache
from fakevirt.objects.network_request import NetworkRequestList
from fakevirt.objects.security_group import make_secgroup_list

_SECURITY_GROUPS = ["default"]


class BuildRequests(World):
    """Asks for servers to be built, and sets up what they are built of."""

    def create_server(
        self,
        *,
        host: str | None = None,
        block_devices: Sequence[Mapping[str, Any]] = (),
        boot_from_volume: bool = False,
        memory_mb: int = 512,
        root_gb: int = 1,
        requested_networks: Sequence[Sequence[str | None]] | None = None,
        injected_files: Sequence[tuple[str, str]] = (),
        access_ip_v4: str | None = None,
        root_device_name: str | None = None,
        group: str | None = None,
        is_first_time: bool = True,
        through_conductor: bool = False,
    ) -> Instance:
        """Ask the API for a server.

        It asks the scheduler, which lets a host run ``run_instance``, as it was until Juno; or the conductor, which
        lets a host run ``build_and_run_instance``, as it is since.

        Args:
            host: The host that it must be built on, which means that nothing is tried elsewhere; any unless given.
            block_devices: Columns of the block device mappings besides that of the image: ``source_type``,
                ``destination_type``, ``volume_id``, ``snapshot_id``, ``image_id``, ``volume_size``, ``boot_index`` …
            boot_from_volume: Whether it has no image: one of the block devices has boot index 0 then.
            memory_mb: Its memory, in MiB.
            root_gb: The size of its root disk, in GiB.
            requested_networks: Tuples of network, address, port and PCI request; every network unless given.
            injected_files: Paths and base64 contents of files to be put into it.
            access_ip_v4: The address at which its owner says that it can be reached.
            root_device_name: The name of its root device, where the image has one.
            group: The uuid or name of the server group that it is to be in; :meth:`add_server_group` makes one.
            is_first_time: Whether the request says that it was never built before; only ``run_instance`` is told.
            through_conductor: Whether the conductor is asked.

        Returns:
            The instance as the API made it. What fails later, fails unseen: everything after that is a cast.

        Raises:
            InstanceGroupNotFound: There is no such group.
            UsageError: There is no such host.
        """
        if host is not None:
            self.host(host)
        self._report_resources()
        with services.running_as(self._api):
            image = {} if boot_from_volume else self.images.get(self.context, IMAGE)
            instance = self._new_instance(
                image_ref="" if boot_from_volume else IMAGE,
                memory_mb=memory_mb,
                root_gb=root_gb,
                access_ip_v4=access_ip_v4,
                root_device_name=root_device_name,
            )
            self._map_block_devices(instance, block_devices)
            filter_properties: dict[str, Any] = {"force_hosts": [host]} if host else {}
            if group is not None:
                found = InstanceGroup.get_by_hint(self.context, group)
                InstanceGroup.add_members(self.context, found.uuid, [instance.uuid])
                filter_properties["scheduler_hints"] = {"group": group}
            InstanceAction.action_start(self.context, instance.uuid, "create", want_result=False)
            if through_conductor:
                networks = NetworkRequestList.from_tuples(requested_networks) if requested_networks else None
                self._compute_task_api.build_instances(
                    self.context,
                    [instance],
                    image,
                    filter_properties,
                    "secret",
                    injected_files,
                    networks,
                    _SECURITY_GROUPS,
                    None,
                    legacy_bdm=False,
                )
            else:
                request_spec = {**build_request_spec(image, [instance]), "security_group": _SECURITY_GROUPS}
                self._scheduler_api.run_instance(
                    self.context,
                    request_spec,
                    "secret",
                    injected_files,
                    requested_networks,
                    is_first_time,
                    filter_properties,
                    legacy_bdm_in_spec=False,
                )
            return instance

    def add_server_group(self, name: str, policy: str) -> str:
        """Set up a server group and return its uuid.

        Args:
            name: Its name.
            policy: ``affinity`` or ``anti-affinity``.
        """
        with self.trace.muted(), services.running_as(self._api):
            group = InstanceGroup(self.context, name=name, project_id=self.context.project_id, policies=[policy])
            group.create()
            uuid: str = group.uuid
            self.names[uuid] = name
            return uuid

    def _new_instance(self, **values: Any) -> Instance:
        name = self._next_server_name()
        instance = Instance(
            self.context,
            user_id=self.context.user_id,
            project_id=self.context.project_id,
            vm_state=states.BUILDING,
            task_state=states.SCHEDULING,
            power_state=states.NOSTATE,
            hostname=name,
            display_name=name,
            launch_index=0,
            instance_type_id=1,
            vcpus=1,
            ephemeral_gb=0,
            metadata={"role": "guest"},
            system_metadata={"image_base_image_ref": IMAGE},
            security_groups=make_secgroup_list(_SECURITY_GROUPS),
            info_cache=InstanceInfoCache(network_info=[]),
            **values,
        )
        instance.set_flavor(default_flavor())
        instance.create()
        self.names[instance.uuid] = name
        return instance

    def _map_block_devices(self, instance: Instance, block_devices: Sequence[Mapping[str, Any]]) -> None:
        root = {
            "source_type": "image",
            "destination_type": "local",
            "image_id": instance.image_ref,
            "boot_index": 0,
            "delete_on_termination": True,
            "device_type": "disk",
        }
        for values in [*([root] if instance.image_ref else []), *block_devices]:
            BlockDeviceMapping(self.context, instance_uuid=instance.uuid, **values).create()
