"""What a project's driver and manager need not do, and why."""

from __future__ import annotations

import difflib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, field

from fakevirt.driver.interface import ComputeDriver
from fakevirt.usage_error import UsageError


@dataclass(frozen=True, slots=True)
class Requirements:
    """What the suite is not to ask for; the reasons are what its skipped tests tell.

    Args:
        unsupported: Why not, by the name of the driver's method. It must raise NotImplementedError.
        left_out: Why not, by the name of the scenario.

    Raises:
        UsageError: A virt driver has no such method, or a reason is missing.
    """

    unsupported: Mapping[str, str] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        methods = [name for name in dir(ComputeDriver) if not name.startswith("_")]
        for name in self.unsupported:
            if name not in methods:
                close = difflib.get_close_matches(name, methods, n=1)
                raise UsageError(
                    expected="the name of a method of virt drivers",
                    happened=f"{name!r} is none",
                    where="Requirements(unsupported=…)",
                    how_to_go_on=f"did you mean {close[0]!r}?" if close else "see fakevirt.driver.interface",
                )
        for name, reason in (*self.unsupported.items(), *self.left_out.items()):
            if not isinstance(reason, str) or not reason.strip():
                raise UsageError(
                    expected="a reason",
                    happened=f"the one for {name!r} is {reason!r}",
                    where="Requirements(…)",
                    how_to_go_on="say why it is not asked for: it is what the report shows",
                )


def named(path: str, where: str) -> Requirements:
    """Return the requirements that a name stands for.

    Args:
        path: The module and, behind a colon, the object.
        where: Where the name was given, for the message.

    Raises:
        UsageError: There is no such thing, or it is something else.
    """
    try:
        found = pkgutil.resolve_name(path)
    except (ImportError, AttributeError, ValueError) as error:
        happened = f"{path!r} cannot be found: {error}"
    else:
        if isinstance(found, Requirements):
            return found
        happened = f"{path!r} is {found!r}"
    raise UsageError(
        expected="the name of requirements, such as mine.requirements:requirements",
        happened=happened,
        where=where,
        how_to_go_on="name the module and, behind a colon, what it made with fakevirt.suite.Requirements(…)",
    )


#: What is not asked of fakevirt's own driver.
FAKE_VIRT_DRIVER = Requirements(
    unsupported={
        "rebuild": "a manager rebuilds in steps",
        "set_admin_password": "guests have no agent",
        "inject_file": "guests have no agent",
    }
)
