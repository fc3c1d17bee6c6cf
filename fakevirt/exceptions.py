"""The errors of the field: what a database, a driver or a manager of Nova's Juno cycle raises."""

from __future__ import annotations

from typing import Any


class NovaException(Exception):
    """Base of the field's errors; it survives the wire with its class and its keyword arguments.

    Args:
        message: The whole text; without it the text is ``msg_fmt % kwargs``.
        **kwargs: What ``msg_fmt`` names, and ``code`` (an HTTP status) to override the class's own.
    """

    msg_fmt = "An unknown exception occurred."
    code = 500

    def __init__(self, message: str | None = None, **kwargs: Any) -> None:
        self.kwargs: dict[str, Any] = {"code": self.code, **kwargs}
        super().__init__(self.msg_fmt % kwargs if message is None else message)

    def format_message(self) -> str:
        """Return the text without what a remote exception appends to it."""
        return str(self.args[0])


class NotFound(NovaException):
    msg_fmt = "Resource could not be found."
    code = 404


class InstanceNotFound(NotFound):
    msg_fmt = "Instance %(instance_id)s could not be found."


class InstanceInfoCacheNotFound(NotFound):
    msg_fmt = "Info cache for instance %(instance_uuid)s could not be found."


class InstanceActionNotFound(NovaException):
    msg_fmt = "Action for request_id %(request_id)s on instance %(instance_uuid)s not found"


class InstanceActionEventNotFound(NovaException):
    msg_fmt = "Event %(event)s not found for action id %(action_id)s"


class ServiceNotFound(NotFound):
    msg_fmt = "Service %(service_id)s could not be found."


class ServiceBinaryExists(NovaException):
    msg_fmt = "Service with host %(host)s binary %(binary)s exists."


class ServiceTopicExists(NovaException):
    msg_fmt = "Service with host %(host)s topic %(topic)s exists."


class HostNotFound(NotFound):
    msg_fmt = "Host %(host)s could not be found."


class ComputeHostNotFound(HostNotFound):
    msg_fmt = "Compute host %(host)s could not be found."


class ComputeServiceUnavailable(NovaException):
    msg_fmt = "Compute service of %(host)s is unavailable at this time."
    code = 400


class MigrationNotFound(NotFound):
    msg_fmt = "Migration %(migration_id)s could not be found."


class MigrationNotFoundByStatus(MigrationNotFound):
    msg_fmt = "Migration not found for instance %(instance_id)s with status %(status)s."


class FlavorNotFound(NotFound):
    msg_fmt = "Flavor %(flavor_id)s could not be found."


class SecurityGroupNotFound(NotFound):
    msg_fmt = "Security group %(security_group_id)s not found."


class SecurityGroupNotFoundForProject(SecurityGroupNotFound):
    msg_fmt = "Security group %(security_group_id)s not found for project %(project_id)s."


class InstanceGroupNotFound(NotFound):
    msg_fmt = "Instance group %(group_uuid)s could not be found."


class VolumeNotFound(NotFound):
    msg_fmt = "Volume %(volume_id)s could not be found."


class VolumeBDMNotFound(NotFound):
    msg_fmt = "No volume Block Device Mapping with id %(volume_id)s."


class SnapshotNotFound(NotFound):
    msg_fmt = "Snapshot %(snapshot_id)s could not be found."


class VolumeNotCreated(NovaException):
    msg_fmt = (
        "Volume %(volume_id)s did not finish being created even after we waited %(seconds)s seconds"
        " or %(attempts)s attempts."
    )


class OverQuota(NovaException):
    msg_fmt = "Quota exceeded for resources: %(overs)s"


class DiskNotFound(NotFound):
    msg_fmt = "No disk at %(location)s"


class ImageNotFound(NotFound):
    msg_fmt = "Image %(image_id)s could not be found."


class ImageNotActive(NovaException):
    msg_fmt = "Image %(image_id)s is not active."


class NetworkNotFound(NotFound):
    msg_fmt = "Network %(network_id)s could not be found."


class ImageNotAuthorized(NovaException):
    msg_fmt = "Not authorized for image %(image_id)s."


class Invalid(NovaException):
    msg_fmt = "Unacceptable parameters."
    code = 400


class InvalidUUID(Invalid):
    msg_fmt = "Expected a uuid but received %(uuid)s."


class InvalidVolume(Invalid):
    msg_fmt = "Invalid volume: %(reason)s"


class InvalidBDM(Invalid):
    msg_fmt = "Block Device Mapping is Invalid."


class InvalidDevicePath(Invalid):
    msg_fmt = "The supplied device path (%(path)s) is invalid."


class ImageUnacceptable(Invalid):
    msg_fmt = "Image %(image_id)s is unacceptable: %(reason)s"


class DevicePathInUse(Invalid):
    msg_fmt = "The supplied device path (%(path)s) is in use."
    code = 409


class ConsoleTypeInvalid(Invalid):
    msg_fmt = "Invalid console type %(console_type)s"


class ConsoleTypeUnavailable(Invalid):
    msg_fmt = "Unavailable console type %(console_type)s."


class InstanceNotReady(Invalid):
    msg_fmt = "Instance %(instance_id)s is not ready"


class InstanceNotRescuable(Invalid):
    msg_fmt = "Instance %(instance_id)s cannot be rescued: %(reason)s"


class InvalidHostname(Invalid):
    msg_fmt = "Invalid characters in hostname '%(hostname)s'"


class DeviceIsBusy(Invalid):
    msg_fmt = "The supplied device (%(device)s) is busy."


class InstanceNotRunning(Invalid):
    msg_fmt = "Instance %(instance_id)s is not running."


class InstancePowerOnFailure(Invalid):
    msg_fmt = "Failed to power on instance: %(reason)s"


class InterfaceAttachFailed(Invalid):
    msg_fmt = "Failed to attach network adapter device to %(instance_uuid)s"


class InterfaceDetachFailed(Invalid):
    msg_fmt = "Failed to detach network adapter device from %(instance_uuid)s"


class InvalidHypervisorType(Invalid):
    msg_fmt = "The supplied hypervisor type of is invalid."


class InvalidCPUInfo(Invalid):
    msg_fmt = "Unacceptable CPU info: %(reason)s"


class DestinationHypervisorTooOld(Invalid):
    msg_fmt = "The instance requires a newer hypervisor version than has been provided."


class DestinationDiskExists(Invalid):
    msg_fmt = "The supplied disk path (%(path)s) already exists, it is expected not to exist."


class UnableToMigrateToSelf(Invalid):
    msg_fmt = "Unable to migrate instance (%(instance_id)s) to current host (%(host)s)."


class CannotResizeToSameFlavor(NovaException):
    msg_fmt = "When resizing, instances must change flavor!"


class HypervisorUnavailable(NovaException):
    msg_fmt = "Connection to the hypervisor is broken on host: %(host)s"


class MigrationError(NovaException):
    msg_fmt = "Migration error: %(reason)s"


class MigrationPreCheckError(MigrationError):
    msg_fmt = "Migration pre-check error: %(reason)s"


class InvalidSharedStorage(NovaException):
    msg_fmt = "%(path)s is not on shared storage: %(reason)s"


class InvalidLocalStorage(NovaException):
    msg_fmt = "%(path)s is not on local storage: %(reason)s"


class InstanceInvalidState(Invalid):
    msg_fmt = "Instance %(instance_uuid)s in %(attr)s %(state)s. Cannot %(method)s while the instance is in this state."


class InstanceExists(NovaException):
    msg_fmt = "Instance %(name)s already exists."


class BuildAbortException(NovaException):
    msg_fmt = "Build of instance %(instance_uuid)s aborted: %(reason)s"


class RescheduledException(NovaException):
    msg_fmt = "Build of instance %(instance_uuid)s was re-scheduled: %(reason)s"


class Base64Exception(NovaException):
    msg_fmt = "Invalid Base 64 data for file %(path)s"


class FlavorDiskTooSmall(NovaException):
    msg_fmt = "Flavor's disk is too small for requested image."


class FlavorMemoryTooSmall(NovaException):
    msg_fmt = "Flavor's memory is too small for requested image."


class VirtualInterfaceCreateException(NovaException):
    msg_fmt = "Virtual Interface creation failed"


class VirtualInterfaceMacAddressException(NovaException):
    msg_fmt = "Creation of virtual interface with unique mac address failed"


class NoMoreNetworks(NovaException):
    msg_fmt = "No more available networks."


class FixedIpLimitExceeded(NovaException):
    msg_fmt = "Maximum number of fixed ips exceeded"
    code = 413


class UnshelveException(NovaException):
    msg_fmt = "Error during unshelve instance %(instance_id)s: %(reason)s"


class NoValidHost(NovaException):
    msg_fmt = "No valid host was found. %(reason)s"


class ComputeResourcesUnavailable(NovaException):
    msg_fmt = "Insufficient compute resources: %(reason)s."


class InstancePowerOffFailure(NovaException):
    msg_fmt = "Failed to power off instance: %(reason)s"


class ResizeError(NovaException):
    msg_fmt = "Resize error: %(reason)s"


class InstanceFaultRollback(NovaException):
    """A driver's error after which the instance is as it was before."""

    msg_fmt = "Instance rollback performed due to: %(inner_exception)s"

    @property
    def inner_exception(self) -> Any:
        """What went wrong: an exception, or on the far side of the wire its text."""
        return self.kwargs["inner_exception"]


class InsufficientFreeMemory(NovaException):
    msg_fmt = "Insufficient free memory on compute node to start %(uuid)s."


class UnexpectedTaskStateError(NovaException):
    msg_fmt = "Unexpected task state: expecting %(expected)s but the actual state is %(actual)s"


class UnexpectedDeletingTaskStateError(UnexpectedTaskStateError):
    pass


class UnexpectedVMStateError(NovaException):
    msg_fmt = "Unexpected VM state: expecting %(expected)s but the actual state is %(actual)s"


class ObjectActionError(NovaException):
    msg_fmt = "Object action %(action)s failed because: %(reason)s"


class DBNotAllowed(NovaException):
    msg_fmt = "%(binary)s attempted direct database access which is not allowed by policy"
