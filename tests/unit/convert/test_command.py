"""The command ``fakevirt convert``."""

import sys

import pytest

from fakevirt import cli

TEXT = "def f(manager, context, instance: Instance):\n    return instance['host'], 'x' in instance\n"


@pytest.fixture
def convert(tmp_path, monkeypatch, capsys):
    """Run ``fakevirt convert`` in a folder with one file; return its exit status and what it printed."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "manager.py").write_text(TEXT)

    def convert(*arguments):
        status = cli.main(["convert", *(arguments or ["manager.py"])])
        return status, *capsys.readouterr()

    return convert


def test_it_prints_a_patch_and_tells_on_stderr_what_is_left(convert, tmp_path):
    status, out, err = convert()
    assert status == 0
    assert out.splitlines() == [
        "--- a/manager.py",
        "+++ b/manager.py",
        "@@ -1,2 +1,2 @@",
        " def f(manager, context, instance: Instance):",
        "-    return instance['host'], 'x' in instance",
        "+    return instance.host, 'x' in instance",
    ]
    assert err.splitlines() == [
        "left: manager.py:2: 'x' in instance: in: an object has no such thing of its own (classes P and W)",
        "manager.py: 1 place to rewrite, 1 left",
    ]
    assert (tmp_path / "manager.py").read_text() == TEXT


def test_it_writes_the_files_when_it_is_told_to(convert, tmp_path):
    status, out, err = convert("manager.py", "--write")
    assert (status, out) == (0, "")
    assert err.splitlines()[-1] == "manager.py: 1 place rewritten, 1 left"
    assert (tmp_path / "manager.py").read_text() == TEXT.replace("['host']", ".host")


def test_only_one_work_item_is_converted(convert):
    assert convert("manager.py", "--work-item", "detach_volume")[1] == ""


def test_the_encoding_and_the_ends_of_lines_stay(convert, tmp_path):
    content = "# coding: latin-1\r\n# ä\r\ndef f(c, instance: Instance):\r\n    instance['host']\r\n".encode("latin-1")
    (tmp_path / "manager.py").write_bytes(content)
    convert("manager.py", "--write")
    assert (tmp_path / "manager.py").read_bytes() == content.replace(b"['host']", b".host")


def test_a_file_that_cannot_be_read_is_told_and_the_others_go_on(convert, tmp_path):
    (tmp_path / "broken.py").write_text("def f(:\n")
    status, out, err = convert(".")
    assert status == 1
    assert "+    return instance.host" in out
    assert "unreadable: " in err


def test_bad_usage_is_told_in_four_parts_and_exits_2(convert):
    status, out, err = convert("manager.py", "--work-item", "live_migratoin")
    assert (status, out) == (2, "")
    assert [line.partition(":")[0] for line in err.splitlines()] == ["expected", "happened", "where", "how to go on"]


def test_without_libcst_it_is_told_what_to_install(convert, monkeypatch):
    monkeypatch.setitem(sys.modules, "libcst", None)
    status, _, err = convert()
    assert status == 2
    assert "pip install 'fakevirt[convert]'" in err
