"""What is left to convert in real code: dict-style access to objects, raw conductor calls, and traps.

Files are read, never imported or run. LibCST reads them and is not installed with fakevirt itself: only modules of this
package and of :mod:`fakevirt.convert` import it, and the command imports those when it is asked for.
"""

from __future__ import annotations

import importlib.util

from fakevirt.usage_error import UsageError


def require_libcst(where: str) -> None:
    """Make sure that code can be read.

    Args:
        where: Who wants to read it, such as ``fakevirt audit``.

    Raises:
        UsageError: LibCST is not installed.
    """
    if importlib.util.find_spec("libcst") is None:
        raise UsageError(
            expected="LibCST, which reads the code",
            happened="it is not installed",
            where=where,
            how_to_go_on="pip install 'fakevirt[convert]'",
        )
