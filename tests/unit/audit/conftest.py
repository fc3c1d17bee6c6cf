"""Python code, audited from a file as users have it."""

import textwrap

import pytest

from fakevirt.audit.audit import audit
from fakevirt.audit.settings import Settings


@pytest.fixture
def audited(tmp_path):
    """Write files, audit them and return what was found: ``audited(text)`` or ``audited(name=text)``."""

    def audited(text=None, settings=None, **files):
        if text is not None:
            files["manager"] = text
        for name, content in files.items():
            (tmp_path / f"{name}.py").write_text(textwrap.dedent(content))
        return audit([tmp_path], settings or Settings())

    return audited


@pytest.fixture
def found(audited):
    """Audit one text, and return rule, source and confidence of each finding."""

    def found(text, *rules, **kwargs):
        return [
            (finding.source, finding.confidence)
            for finding in audited(text, **kwargs).findings
            if finding.rule in rules
        ]

    return found
