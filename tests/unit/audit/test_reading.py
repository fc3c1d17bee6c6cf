"""Files are read as they are, and one that cannot be read does not stop the others."""

from pathlib import Path

import pytest

from fakevirt.audit.reading import Unreadable, python_files, read
from fakevirt.usage_error import UsageError


@pytest.fixture
def written(tmp_path):
    def written(content):
        path = tmp_path / "file.py"
        path.write_bytes(content)
        return path

    return written


@pytest.mark.parametrize(
    "content",
    [
        b"x = 1\n",
        b"x = 1\r\nraise A, b\r\n",
        b"\xef\xbb\xbfx = 'a'\n",
        "# -*- coding: latin-1 -*-\nx = 'ä'\n".encode("latin-1"),
        b"",
        b"x = 1",
    ],
)
def test_nothing_is_lost(written, content):
    source = read(written(content))
    assert source.text().encode(source.encoding) == content


def test_a_place_behind_a_disguise_on_its_line_is_that_in_the_file(written):
    source = read(written(b"raise A, b, c[0]\n"))
    (statement,) = source.module.body[0].body
    assert source.position(statement.exc.right) == (1, 13)


@pytest.mark.parametrize(
    ("content", "line"),
    [(b"x = 1\ndef f(:\n", 2), (b"x = 1\n\ny = '\xff'\n", 3), (b"def f(a, (b, c)):\n    pass\n", 1)],
)
def test_a_file_that_cannot_be_read_is_told_with_its_line(written, content, line):
    path = written(content)
    with pytest.raises(Unreadable) as told:
        read(path)
    assert told.value.line == line
    assert str(told.value).startswith(f"{path}:{line}: ")


def test_the_other_files_are_audited(audited):
    found = audited(a="def f(:\n", b="def f(c, instance):\n    instance['uuid']\n")
    assert [(error.path.name, error.line) for error in found.unreadable] == [("a.py", 1)]
    assert [finding.path[-4:] for finding in found.findings] == ["b.py"]
    assert found.files == 1


def test_a_file_that_is_named_twice_is_read_once(tmp_path):
    path = tmp_path / "a.py"
    path.touch()
    assert list(python_files([tmp_path, path], "x")) == [path]


def test_a_file_that_does_not_exist_is_told():
    with pytest.raises(UsageError, match=r"there is no nowhere\.py"):
        list(python_files([Path("nowhere.py")], "x"))
