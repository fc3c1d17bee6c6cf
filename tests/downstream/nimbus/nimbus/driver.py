"""The virt driver of Nimbus: it flushes volumes, and is told when to."""

from fakevirt.driver.fake import FakeVirtDriver
from fakevirt.driver.hypervisor import volume_id_of


class Driver(FakeVirtDriver):
    def __init__(self, parts):
        super().__init__(parts.hypervisor, peers=parts.peers, image_api=parts.image_api)
        self.flushed = []

    def flush_volume(self, connection_info, instance):
        self.flushed.append(volume_id_of(connection_info))
