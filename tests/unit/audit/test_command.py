"""The command ``fakevirt audit``."""

import json
import subprocess
import sys

import pytest

from fakevirt import cli

TEXT = "def live_migration(self, context, instance):\n    return instance['host'], instance['uuid']\n"


@pytest.fixture
def audit(tmp_path, monkeypatch, capsys):
    """Run ``fakevirt audit`` in a folder with one file; return its exit status and what it printed."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "manager.py").write_text(TEXT)

    def audit(*arguments):
        status = cli.main(["audit", *(arguments or ["manager.py"])])
        return status, *capsys.readouterr()

    return audit


def test_findings_are_told_by_work_item_and_function_and_exit_1(audit):
    status, out, err = audit()
    lines = out.splitlines()
    assert (status, err) == (1, "")
    assert lines[0] == "live_migration: manager.py, live_migration"
    assert lines[1].split(maxsplit=3) == [
        "2",
        "dict-access",
        "medium",
        "instance['host']: subscript of an Instance (parameter 'instance')",
    ]
    (row,) = [line for line in lines if line.startswith("│ live_migration")]
    assert [cell.strip() for cell in row.split("│")[2:-1]] == ["2", "0", "0", "0"]
    assert lines[-1] == "1 file, 2 findings"


def test_nothing_found_exits_0(audit, tmp_path):
    (tmp_path / "manager.py").write_text("x = 1\n")
    status, out, _ = audit()
    assert status == 0
    assert out.splitlines()[-1] == "1 file, 0 findings"


def test_a_file_that_cannot_be_read_is_told_and_exits_1(audit, tmp_path):
    (tmp_path / "manager.py").write_text("def f(:\n")
    status, out, _ = audit()
    assert status == 1
    assert "unreadable: manager.py:1: " in out


def test_json_has_every_finding_and_the_counts_by_work_item(audit):
    _, out, _ = audit("manager.py", "--format", "json")
    told = json.loads(out)
    assert told["work_items"] == {"live_migration": 2}
    assert told["findings"][0] == {
        "path": "manager.py",
        "line": 2,
        "column": 12,
        "rule": "dict-access",
        "letter": "",
        "function": "live_migration",
        "work_item": "live_migration",
        "what": "instance['host']: subscript of an Instance",
        "why": "parameter 'instance'",
        "confidence": "medium",
        "source": "instance['host']",
    }


def test_sarif_has_the_rules_the_places_and_what_could_not_be_read(audit, tmp_path):
    (tmp_path / "broken.py").write_text("def f(:\n")
    _, out, _ = audit(".", "--format", "sarif")
    told = json.loads(out)
    (run,) = told["runs"]
    assert told["version"] == "2.1.0"
    assert {result["ruleId"] for result in run["results"]} <= {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    (first, _) = run["results"]
    assert (first["level"], first["message"]["text"]) == (
        "warning",
        "instance['host']: subscript of an Instance (parameter 'instance')",
    )
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "manager.py"},
        "region": {"startLine": 2, "startColumn": 12},
    }
    (broken,) = run["invocations"][0]["toolExecutionNotifications"]
    assert broken["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].endswith("broken.py")


def test_annotations_of_github_are_one_line_each(audit):
    _, out, _ = audit("manager.py", "--format", "github")
    assert out.splitlines()[0] == (
        "::warning file=manager.py,line=2,col=12,title=dict-access::"
        "instance['host']: subscript of an Instance (parameter 'instance')"
    )
    assert len(out.splitlines()) == 2


def test_only_what_is_sure_enough_is_told(audit):
    assert audit("manager.py", "--confidence", "high")[0] == 0
    assert audit("manager.py", "--confidence", "low")[0] == 1


def test_only_one_work_item_is_told(audit):
    assert audit("manager.py", "--work-item", "detach_volume")[0] == 0
    assert audit("manager.py", "--work-item", "live_migration")[0] == 1


def test_a_baseline_is_recorded_and_holds_what_is_new_only(audit, tmp_path):
    status, out, _ = audit("manager.py", "--baseline", "known.json")
    assert status == 0
    assert out.splitlines()[-1] == "2 findings recorded in known.json"
    assert audit("manager.py", "--baseline", "known.json")[0] == 0
    (tmp_path / "manager.py").write_text("import x\n\n" + TEXT + "    instance['host']\n")
    assert audit("manager.py", "--baseline", "known.json")[0] == 0, "what stands below a return is not reached"
    (tmp_path / "manager.py").write_text("import x\n\n" + TEXT.replace("'uuid']", "'uuid'], instance['host']"))
    status, out, _ = audit("manager.py", "--baseline", "known.json")
    assert status == 1
    assert out.splitlines()[-1] == "1 file, 1 finding"


def test_what_is_gone_from_a_baseline_is_told(audit, tmp_path):
    audit("manager.py", "--baseline", "known.json")
    (tmp_path / "manager.py").write_text(TEXT.replace("['host']", ".host"))
    status, out, _ = audit("manager.py", "--baseline", "known.json")
    assert status == 0
    assert out.splitlines()[-1] == "1 finding of known.json gone: delete it and run again to hold on to that"


@pytest.mark.parametrize(
    ("arguments", "happened", "how_to_go_on"),
    [
        (["nowhere.py"], "there is no nowhere.py", "name one that exists"),
        (["manager.py", "--work-item", "live_migratoin"], "'live_migratoin' is none", "did you mean 'live_migration'?"),
        (["manager.py", "--baseline", "manager.py"], "JSONDecodeError", "delete the file"),
        (["manager.py", "--baseline", "no/such.json"], "No such file", "name a file in a folder that exists"),
    ],
)
def test_bad_usage_is_told_in_four_parts_and_exits_2(audit, arguments, happened, how_to_go_on):
    status, out, err = audit(*arguments)
    assert (status, out) == (2, "")
    assert [line.partition(":")[0] for line in err.splitlines()] == ["expected", "happened", "where", "how to go on"]
    assert happened in err
    assert how_to_go_on in err


def test_without_libcst_it_is_told_what_to_install(audit, monkeypatch):
    monkeypatch.setitem(sys.modules, "libcst", None)
    status, _, err = audit()
    assert status == 2
    assert "LibCST" in err
    assert "pip install 'fakevirt[convert]'" in err


def test_nothing_else_imports_libcst():
    code = "import sys; from fakevirt import cli, plugin; sys.exit('libcst' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
