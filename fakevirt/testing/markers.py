"""What the markers ``allow`` and ``work_item`` say."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable
from typing import Any

from fakevirt import releases
from fakevirt.conversion.allowance import Allowance
from fakevirt.conversion.observation import COMPARED
from fakevirt.manager.plan import check_work_item
from fakevirt.running_test import RunningTest
from fakevirt.usage_error import UsageError


def allowances(test: RunningTest) -> tuple[Allowance, ...]:
    """Return the allowances that stand nearest to ``test``.

    Raises:
        UsageError: A marker is not given what it needs.
    """
    return tuple(_allowance(mark, test.name) for mark in test.nearest_marks("allow"))


def work_item(test: RunningTest) -> str | None:
    """Return the work item that ``test`` is about, None if it does not say.

    Raises:
        UsageError: The marker does not name one work item.
    """
    names = {_bound(_work_item, mark, test.name)["name"] for mark in test.nearest_marks("work_item")}
    for name in names:
        check_work_item(name, where=f"the marker work_item of {test.name}")
    if len(names) > 1:
        raise UsageError(
            expected="one work item for each test",
            happened=f"several are named: {', '.join(sorted(names))}",
            where=f"the markers work_item of {test.name}",
            how_to_go_on="leave one marker",
        )
    return names.pop() if names else None


def check_releases(test: RunningTest) -> None:
    """Raise UsageError unless the marker ``release`` of a test names hosts and releases that there are."""
    for mark in test.nearest_marks("release"):
        given = ", ".join([*map(repr, mark.args), *(f"{name}={value!r}" for name, value in mark.kwargs.items())])
        if mark.args or not set(mark.kwargs) - {"conductor"}:
            raise UsageError(
                expected="the release of each host by its name, and that of the conductor",
                happened=f"release({given})",
                where=f"a marker release of {test.name}",
                how_to_go_on='write release(conductor="juno", src="icehouse", dst="juno")',
            )
        for release in mark.kwargs.values():
            releases.get(release)


def _allow(channel: str, reason: str, operation: str = "*", field: str | None = None) -> None:
    """The parameters of the marker."""


def _work_item(name: str) -> None:
    """The parameters of the marker."""


def _allowance(mark: Any, test: str) -> Allowance:
    allowance = Allowance(**_bound(_allow, mark, test))
    where = f"a marker allow of {test}"
    if not allowance.reason.strip():
        raise UsageError(
            expected="a reason: why the difference follows from the conversion",
            happened=f"the reason is {allowance.reason!r}",
            where=where,
            how_to_go_on='say why: allow("db", "the rollback no longer writes the host", …)',
        )
    if allowance.channel not in COMPARED:
        close = difflib.get_close_matches(allowance.channel, COMPARED, n=1)
        raise UsageError(
            expected=f"a channel that is compared: {', '.join(sorted(COMPARED))}",
            happened=f"{allowance.channel!r} is none",
            where=where,
            how_to_go_on=f"did you mean {close[0]!r}?" if close else "take one of them",
        )
    return allowance


def _bound(marker: Callable[..., None], mark: Any, test: str) -> dict[str, Any]:
    """Return the arguments of a mark by name."""
    name = mark.name
    signature = inspect.signature(marker)
    shown = f"{name}{str(signature).partition(' ->')[0]}"
    shown_given = ", ".join([*map(repr, mark.args), *(f"{key}={value!r}" for key, value in mark.kwargs.items())])
    try:
        arguments = signature.bind(*mark.args, **mark.kwargs).arguments
    except TypeError as error:
        problem = f"{name}({shown_given}): {error}"
    else:
        odd = [
            key for key, value in arguments.items() if not isinstance(value, str) and (key, value) != ("field", None)
        ]
        if not odd:
            return arguments
        problem = f"{name}({shown_given}): {odd[0]} is no text"
    raise UsageError(
        expected=shown,
        happened=problem,
        where=f"a marker {name} of {test}",
        how_to_go_on="give the marker these arguments",
    )
