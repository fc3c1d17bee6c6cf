"""The conductor's half of the object indirection API: remotable methods run here for hosts without a database."""

from __future__ import annotations

from typing import Any

import oslo_messaging as messaging

from fakevirt.context import RequestContext
from fakevirt.objects.base import NovaObject, running_version


class ObjectActions:
    """RPC methods that run an object's method and answer in the versions that the caller knows.

    Whatever an object's method raises goes to the caller and is not logged here: it is the caller's business.
    """

    def object_class_action(
        self,
        context: RequestContext,
        objname: str,
        objmethod: str,
        objver: str,
        args: list[Any],
        kwargs: dict[str, Any],
    ) -> Any:
        """Run a class method for a caller that knows ``objver`` (Icehouse).

        Raises:
            IncompatibleObjectVersion: The caller is newer than the conductor.
        """
        objclass = NovaObject.obj_class_from_name(objname, objver)
        result = _dispatch(objclass, objmethod, context, *args, **kwargs)
        if isinstance(result, NovaObject):
            return result.obj_to_primitive(target_version=objver)
        return result

    def object_class_action_versions(
        self,
        context: RequestContext,
        objname: str,
        objmethod: str,
        object_versions: dict[str, str],
        args: list[Any],
        kwargs: dict[str, Any],
    ) -> Any:
        """Run a class method for a caller that knows ``object_versions``, by object name (Liberty).

        Raises:
            IncompatibleObjectVersion: The caller is newer than the conductor.
        """
        objver = object_versions[objname]
        objclass = NovaObject.obj_class_from_name(objname, objver)
        result = _dispatch(objclass, objmethod, context, *args, **kwargs)
        if isinstance(result, NovaObject):
            return result.obj_to_primitive(target_version=objver, version_manifest=object_versions)
        return result

    def object_action(
        self, context: RequestContext, objinst: NovaObject, objmethod: str, args: list[Any], kwargs: dict[str, Any]
    ) -> tuple[dict[str, Any], Any]:
        """Run a method of an object.

        Returns:
            What the method changed of the object (primitives by field name, and ``obj_what_changed``), and its result.
            Both are in the version of the object, which is the caller's.
        """
        before = _fields(objinst)
        result = _dispatch(objinst, objmethod, *args, **kwargs)
        updates: dict[str, Any] = {
            name: primitive
            for name, primitive in _fields(objinst).items()
            if name not in before or before[name] != primitive
        }
        updates["obj_what_changed"] = sorted(objinst.obj_what_changed())
        return updates, result

    def object_backport(self, context: RequestContext, objinst: NovaObject, target_version: str) -> dict[str, Any]:
        """Return the primitive of an object in an older version (Icehouse)."""
        primitive: dict[str, Any] = objinst.obj_to_primitive(target_version=target_version)
        return primitive

    def object_backport_versions(
        self, context: RequestContext, objinst: NovaObject, object_versions: dict[str, str]
    ) -> dict[str, Any]:
        """Return the primitive of an object and its children in the versions of ``object_versions`` (Liberty)."""
        primitive: dict[str, Any] = objinst.obj_to_primitive(
            target_version=object_versions[objinst.obj_name()], version_manifest=object_versions
        )
        return primitive


def _dispatch(target: Any, method: str, *args: Any, **kwargs: Any) -> Any:
    try:
        # A method that is not there is the caller's mistake too.
        return getattr(target, method)(*args, **kwargs)
    except Exception:
        raise messaging.ExpectedException() from None


def _fields(objinst: NovaObject) -> dict[str, Any]:
    """Return the fields' primitives, what the object holds in the versions that go with its own."""
    older = running_version(type(objinst)) != objinst.VERSION
    primitive: dict[str, Any] = objinst.obj_to_primitive(objinst.VERSION if older else None)["nova_object.data"]
    return primitive
