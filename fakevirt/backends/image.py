"""The image service as a compute manager calls it, with images and who deleted which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from oslo_utils import timeutils, uuidutils

from fakevirt import exceptions


@dataclass(slots=True)
class Image:
    """An image.

    Args:
        id: Its uuid.
        name: What its owner calls it.
        status: Glance's word for its state.
        size: Its size, in bytes.
        min_ram: The memory that a guest of it needs at least, in MiB.
        min_disk: The root disk that a guest of it needs at least, in GiB.
        disk_format: The format of its content.
        properties: What it says of itself besides.
        created_at: When it was made.
    """

    id: str
    name: str
    status: str = "active"
    size: int = 1 << 20
    min_ram: int = 0
    min_disk: int = 0
    disk_format: str = "qcow2"
    properties: dict[str, str] = field(default_factory=dict)
    created_at: str = ""


@dataclass(slots=True, eq=False)
class ImageAPI:
    """Nova's ``image_api``.

    Args:
        images: The images by id; :meth:`create` adds one.
    """

    images: dict[str, Image] = field(default_factory=dict)

    def get(self, context: Any, image_id: str) -> dict[str, Any]:
        """Return Nova's view of an image; ImageNotFound."""
        return _view(self._image(image_id))

    def get_all(self, context: Any) -> list[dict[str, Any]]:
        """Return Nova's view of every image."""
        return [_view(image) for image in self.images.values()]

    def create(self, context: Any, image_info: Mapping[str, Any]) -> dict[str, Any]:
        """Create an image and return Nova's view of it.

        Args:
            context: The request.
            image_info: Columns of the image; its ``id`` may be among them.
        """
        image = Image(
            **{"id": uuidutils.generate_uuid(), "created_at": timeutils.utcnow().isoformat(), **dict(image_info)}
        )
        self.images[image.id] = image
        return _view(image)

    def update(self, context: Any, image_id: str, image_info: Mapping[str, Any]) -> dict[str, Any]:
        """Write columns of an image and return Nova's view of it; ImageNotFound."""
        image = self._image(image_id)
        for name, value in image_info.items():
            setattr(image, name, value)
        return _view(image)

    def delete(self, context: Any, image_id: str) -> None:
        """Delete an image; ImageNotFound."""
        self._image(image_id)
        del self.images[image_id]

    def to_primitive(self) -> list[dict[str, Any]]:
        """Return its whole state as plain data."""
        return [asdict(image) for image in self.images.values()]

    def _image(self, image_id: str) -> Image:
        try:
            return self.images[image_id]
        except KeyError:
            raise exceptions.ImageNotFound(image_id=image_id) from None


def _view(image: Image) -> dict[str, Any]:
    return {
        **asdict(image),
        "container_format": "bare",
        "checksum": None,
        "owner": None,
        "is_public": True,
        "deleted": False,
        "deleted_at": None,
        "updated_at": None,
    }
