"""What the documents show of Nova's tests are tests of Nova's."""

# Nova chooses which threads there are, before anything else is imported.
from fakevirt.fixtures import nova  # noqa: F401  # isort: skip

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def shown(document, name):
    """Return the test case of a name that a document shows."""
    (block,) = re.findall(rf"```python\n([^`]*class {name}\([^`]*)```", (ROOT / document).read_text())
    namespace = {"__name__": __name__}
    exec(compile(block, document, "exec"), namespace)
    return namespace[name]


TestLiveMigration = shown("docs/how-to/nova.md", "TestLiveMigration")
TestMoves = shown("docs/how-to/nova.md", "TestMoves")
