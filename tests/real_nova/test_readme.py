"""What the README shows of Nova's tests is a test of Nova's."""

# Nova chooses which threads there are, before anything else is imported.
from fakevirt.fixtures import nova  # noqa: F401  # isort: skip

import re
from pathlib import Path

README = (Path(__file__).parents[2] / "README.md").read_text()
(BLOCK,) = re.findall(r"```python\n([^`]*fakevirt\.fixtures import nova[^`]*)```", README)

shown = {"__name__": __name__}
exec(compile(BLOCK, "README.md", "exec"), shown)
TestLiveMigration = shown["TestLiveMigration"]
