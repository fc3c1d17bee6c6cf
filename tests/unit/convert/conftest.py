"""Python code, converted as users have it."""

import textwrap

import pytest

from fakevirt.audit.reading import read
from fakevirt.audit.settings import Settings
from fakevirt.convert.conversion import convert_file


@pytest.fixture
def convert(tmp_path):
    """Convert a text: what comes of it, converted once more, is the same."""

    def convert(text, work_item=None, settings=None, name="manager.py"):
        path = tmp_path / name
        path.write_text(textwrap.dedent(text))
        converted = convert_file(read(path), settings or Settings(), work_item)
        path.write_text(converted.after)
        assert convert_file(read(path), settings or Settings(), work_item).after == converted.after
        return converted

    return convert
