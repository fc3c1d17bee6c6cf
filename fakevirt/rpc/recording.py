"""Messages as effects of a trace."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import oslo_messaging as messaging

from fakevirt import services
from fakevirt.instrument.faults import Fault, FaultPlan, Kind
from fakevirt.instrument.snapshot import Entity
from fakevirt.instrument.trace import Effect, Trace
from fakevirt.objects.base import NovaObject, NovaVersionedObjectRegistry
from fakevirt.rpc.transport import FakevirtDriver, Message
from fakevirt.usage_error import UsageError


def record_messages(transport: Any, trace: Trace, faults: FaultPlan) -> None:
    """Make every message an effect, whose outcome is what the endpoint returned or raised.

    The conductor's own methods are on channel ``conductor``, an object's with the object's method
    (``object_action Instance.save``), whose details tell the name and version of an object that came back
    (``returned``); everything else is on channel ``rpc`` with its ``server`` among the arguments.
    A fault strikes at the sender, before delivery.

    Args:
        transport: A ``fakevirt://`` transport.
        trace: Where messages are recorded.
        faults: What may be planted at them.

    Raises:
        UsageError: The transport's messages leave the process.
    """
    driver = transport._driver
    if not isinstance(driver, FakevirtDriver):
        raise UsageError(
            expected="a fakevirt:// transport",
            happened=f"messages of {type(driver).__name__} leave the process",
            where="record_messages(…)",
            how_to_go_on="take fakevirt:// where a trace is wanted",
        )

    driver.tap = message_tap(trace, faults)


def message_tap(
    trace: Trace,
    faults: FaultPlan,
    on_behalf_of: Callable[[Effect], AbstractContextManager[object]] = contextlib.nullcontext,
) -> Callable[[Message], RecordedEnding]:
    """Return what makes an effect of a message, as :func:`record_messages` says.

    Args:
        trace: Where messages are recorded.
        faults: What may be planted at them.
        on_behalf_of: Lets what a fault does be done for the message that it strikes.
    """

    def tap(message: Message) -> RecordedEnding:
        channel, operation, arguments = _describe(message)
        sender = services.current()
        nth = 0 if trace.is_muted else faults.count(channel, operation)
        effect = trace.record(
            channel,
            operation,
            arguments,
            service=sender.host if sender else None,
            kind=message.kind,
            version=message.version,
            size=message.size,
            nth=nth,
        )
        try:
            with on_behalf_of(effect):
                struck = faults.strike(channel, operation, nth) if nth else None
            if struck is not None and struck.kind is Kind.DROP and message.kind == "call":
                raise _no_reply()
        except BaseException as error:
            effect.raised(error)
            raise
        return ending_of(message, effect, struck)

    return tap


def ending_of(message: Message, effect: Effect, struck: Fault | None = None) -> RecordedEnding:
    """Return what is told how a message ended.

    Args:
        message: The message.
        effect: Its effect.
        struck: What is to happen to it.
    """
    return RecordedEnding(effect, struck) if _describe(message)[0] == "rpc" else _ConductorEnding(effect, struck)


def recognise_objects(value: Any) -> Any:
    """Return wire data with an Entity in place of every object's primitive."""
    if type(value) is dict:
        name = value.get("nova_object.name")
        if name is None:
            return _recognise_in(value)
        fields = _recognise_in(value["nova_object.data"])
        return Entity(name, "object", fields, value["nova_object.version"], _lazy_fields(name) - fields.keys())
    if type(value) is list:
        return [recognise_objects(item) for item in value]
    return value


def _recognise_in(values: dict[str, Any]) -> dict[str, Any]:
    # Most values are plain, and a call for each of them is what this would cost.
    return {
        name: recognise_objects(value) if type(value) is dict or type(value) is list else value
        for name, value in values.items()
    }


def _lazy_fields(name: str) -> frozenset[str]:
    classes = NovaVersionedObjectRegistry.obj_classes()
    newest: Any = classes[name][0] if name in classes else NovaObject
    lazy: frozenset[str] = newest.obj_lazy
    return lazy


def _describe(message: Message) -> tuple[str, str, dict[str, Any] | None]:
    """Return channel, operation and arguments."""
    if message.topic != "conductor" or message.namespace is not None:
        return "rpc", message.method, {"server": message.server, **_recognise_in(message.arguments)}
    if not message.method.startswith("object_"):
        return "conductor", message.method, None
    arguments = message.arguments
    name = arguments.get("objname") or arguments["objinst"]["nova_object.name"]
    method = arguments.get("objmethod")
    return "conductor", f"{message.method} {name}.{method}" if method else f"{message.method} {name}", None


def _no_reply() -> messaging.MessagingTimeout:
    # Its text does not tell of the method: the same step is another method of the conductor on the other call path.
    return messaging.MessagingTimeout("no reply")


class RecordedEnding:
    """Notes on the effect of a message how it ended.

    Args:
        effect: The effect.
        struck: What is to happen to the message.
    """

    def __init__(self, effect: Effect, struck: Fault | None) -> None:
        self.effect = effect
        self._struck = struck
        self.raised = effect.raised

    @property
    def is_lost(self) -> bool:
        """Whether the message is not delivered."""
        return self._struck is not None and self._struck.kind is Kind.DROP

    @property
    def failure(self) -> BaseException | None:
        """What the sender sees once it was delivered."""
        if self._struck is None or self._struck.kind is Kind.DROP:
            return None
        return _no_reply() if self._struck.kind is Kind.DROP_REPLY else self._struck.error()

    def returned(self, value: Any) -> None:
        """The endpoint returned ``value``."""
        self.effect.returned(recognise_objects(value))


class _ConductorEnding(RecordedEnding):
    def returned(self, value: Any) -> None:
        if type(value) is dict and "nova_object.version" in value:
            self.effect.details["returned"] = f"{value['nova_object.name']} {value['nova_object.version']}"
        self.effect.returned()
