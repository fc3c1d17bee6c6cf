"""What a scenario is, and all that are declared."""

from __future__ import annotations

import difflib
import importlib
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from fakevirt.cloud import Cloud
from fakevirt.location import DATABASES, MESSAGES
from fakevirt.passwords import without_password
from fakevirt.usage_error import UsageError


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named way to set up a cloud, and the request.

    Args:
        name: Its name on the board and in options.
        request: Sets the cloud up and asks; what it returns or raises is compared.
        enters: The work items that the request enters, every one of them.
        cloud: Arguments of the cloud.
        in_upgrades: Whether it is run in clouds of several releases.
    """

    name: str
    request: Callable[[Cloud], Any]
    enters: frozenset[str]
    cloud: Mapping[str, Any] = field(default_factory=dict)
    in_upgrades: bool = False

    def __reduce__(self) -> tuple[Callable[..., Scenario], tuple[str, str, dict[str, Any]]]:
        # Its request may be a closure: another process finds it by its name once the module that declares it is there.
        declared = SCENARIOS.get(self.name, self).cloud
        besides = {
            name: value for name, value in self.cloud.items() if name not in declared or declared[name] is not value
        }
        return _declared_in, (self.request.__module__, self.name, besides)

    def with_cloud(self, **cloud: Any) -> Scenario:
        """Return it with more arguments of its cloud, or others."""
        return replace(self, cloud={**self.cloud, **cloud})

    @property
    def options(self) -> str:
        """The options of the command that choose it, with what a project has to do with it."""
        options = [f"--scenario {self.name}"]
        if self.request.__module__.partition(".")[0] != __package__.partition(".")[0]:
            options.append(f"--import {self.request.__module__}")
        for name in ("manager", "driver"):
            if name in self.cloud:
                options.append(f"--{name} {self.cloud[name].__module__}:{self.cloud[name].__qualname__}")
        if database_url := self.cloud.get("database_url", DATABASES.chosen):
            options.append(f"--db {shlex.quote(without_password(database_url))}")
        if transport_url := self.cloud.get("transport_url", MESSAGES.chosen):
            options.append(f"--transport {shlex.quote(without_password(transport_url))}")
        return " ".join(options)

    @property
    def title(self) -> str:
        """What happens in it, in a sentence."""
        return (self.request.__doc__ or self.name).partition("\n")[0].rstrip(".")


SCENARIOS: dict[str, Scenario] = {}


def scenario(
    *, enters: frozenset[str], in_upgrades: bool = False, **cloud: Any
) -> Callable[[Callable[[Cloud], Any]], Callable[[Cloud], Any]]:
    """Register a function as a scenario of its name.

    Args:
        enters: The work items that it enters.
        in_upgrades: Whether it is run in clouds of several releases, whose hosts are ``src`` and ``dst``.
        **cloud: Arguments of its cloud.
    """

    def register(request: Callable[[Cloud], Any]) -> Callable[[Cloud], Any]:
        SCENARIOS[request.__name__] = Scenario(request.__name__, request, enters, cloud, in_upgrades)
        return request

    return register


def declare(module: str, *, where: str) -> None:
    """Import a module that declares scenarios.

    Args:
        module: Its name.
        where: Where that was given, for the message.

    Raises:
        UsageError: It cannot be imported.
    """
    try:
        importlib.import_module(module)
    except ImportError as error:
        raise UsageError(
            expected="a module that can be imported",
            happened=f"{type(error).__name__}: {error}",
            where=f"{where}: {module}",
            how_to_go_on="correct its name, or run this where it can be found",
        ) from None


def _declared_in(module: str, name: str, cloud: Mapping[str, Any]) -> Scenario:
    importlib.import_module(module)
    return scenario_named(name).with_cloud(**cloud)


def scenario_named(name: str, work_item: str | None = None) -> Scenario:
    """Return the scenario of that name.

    Args:
        name: The scenario's name.
        work_item: A work item that it must enter.

    Raises:
        UsageError: There is none, or it never enters the work item.
    """
    fitting = [s.name for s in SCENARIOS.values() if work_item is None or work_item in s.enters]
    if name in fitting:
        return SCENARIOS[name]
    close = difflib.get_close_matches(name, fitting, n=1)
    raise UsageError(
        expected="the name of a scenario" + (f" that enters {work_item}" if work_item else ""),
        happened=f"{name!r} is none",
        where="fakevirt.conversion.scenarios",
        how_to_go_on=f"did you mean {close[0]!r}?" if close else f"take one of: {', '.join(fitting)}",
    )
