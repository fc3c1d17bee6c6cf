"""What differs only where time passes during a request, which no scenario of the board lets happen.

That each is needed is held by tests of migrations that take their time.
"""

from __future__ import annotations

from fakevirt.conversion.allowance import Allowance
from fakevirt.conversion.known.shared import NOT_COUNTED

ALLOWANCES = (
    Allowance(
        "notifier",
        "the dict that came in stays as it came; the object that came in was saved later by the rollback",
        operation="live_migration",
        field="arguments.payload.args.instance.<Instance>.updated_at",
        work_item="_rollback_live_migration",
    ),
    Allowance(
        "state",
        NOT_COUNTED,
        operation="table compute_nodes",
        field="arguments.content[*].updated_at",
        work_item="_rollback_live_migration",
    ),
)
