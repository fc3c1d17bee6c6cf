"""The HTML report: the board, what other runs found, and the two traces of every comparison side by side.

It is one file that needs no network. Jinja2 is not installed with fakevirt itself: it is imported by ``page`` alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakevirt.usage_error import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from fakevirt.conversion.html.content import Content


def renderer(where: str) -> Callable[[Content], str]:
    """Return what renders a report, before anything is run for it.

    Args:
        where: Who asks for a report, such as ``fakevirt verify --html``.

    Returns:
        A function from the report's content to the text of the file.

    Raises:
        UsageError: Jinja2 is not installed.
    """
    try:
        from fakevirt.conversion.html.page import render
    except ModuleNotFoundError as error:
        if error.name != "jinja2":
            raise
        raise UsageError(
            expected="Jinja2, which renders the report",
            happened="it is not installed",
            where=where,
            how_to_go_on="pip install 'fakevirt[html]'",
        ) from None
    return render
