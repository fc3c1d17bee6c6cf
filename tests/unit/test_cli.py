"""The command ``fakevirt``."""

import json
import os
import re
import subprocess
import sys

import pytest

from fakevirt import cli
from fakevirt.conversion import board as board_module
from fakevirt.conversion.allowance import Allowance
from fakevirt.conversion.comparison import Verdict
from fakevirt.conversion.scenarios import SCENARIOS, Scenario

ONE = "refused_by_the_source"


@pytest.fixture
def verify(capsys):
    """Run ``fakevirt verify``; return its exit status and what it printed on stdout and stderr."""

    def verify(*arguments):
        status = cli.main(["verify", *arguments])
        return status, *capsys.readouterr()

    return verify


def test_a_scenario_that_passes_prints_its_rows_and_exits_0(verify):
    status, out, err = verify("--scenario", ONE)
    assert (status, err) == (0, "")
    rows = [line.split("│")[1].strip() for line in out.splitlines() if line.startswith("│")]
    assert [name for name in rows if name] == [
        "check_can_live_migrate_destination",
        "check_can_live_migrate_source",
        "compute_utils",
    ]
    assert out.count("SAME") == 3


def test_a_work_item_has_one_row_over_all_scenarios_that_enter_it(verify):
    status, out, _ = verify("--work-item", "detach_volume")
    (row,) = [line for line in out.splitlines() if line.startswith("│ detach_volume")]
    count = sum("detach_volume" in scenario.enters for scenario in SCENARIOS.values())
    assert status == 0
    assert row.split("│")[2].strip() == str(count)


def test_the_reasons_of_what_is_allowed_are_printed(verify):
    _, out, _ = verify("--scenario", "driver_fails")
    assert "allowed: the rollback assigns and saves what changes" in out


def test_a_divergence_is_told_with_a_line_that_repeats_it_and_exits_1(verify, monkeypatch):
    monkeypatch.setattr("fakevirt.conversion.check.KNOWN", ())
    status, out, _ = verify("--scenario", "driver_fails")
    assert status == 1
    assert out.startswith("DIVERGED: driver_fails (The guest cannot move: its driver calls the rollback)")
    assert "  reproduce:    fakevirt verify --scenario driver_fails" in out.splitlines()
    assert "differs  db conductor: update instances" in out


def test_what_could_not_be_compared_exits_1(verify, monkeypatch):
    monkeypatch.setitem(SCENARIOS, "idle", Scenario("idle", lambda cloud: None, frozenset({"live_migration"})))
    status, out, _ = verify("--scenario", "idle")
    assert status == 1
    assert out.startswith(f"{Verdict.NOT_COMPARED.value}: idle (idle)")
    assert "entered no work item" in out


def test_an_allowance_that_nothing_uses_exits_1(verify, monkeypatch):
    superfluous = Allowance("volume", "nothing differs here")
    monkeypatch.setattr(board_module, "KNOWN", (superfluous,))
    monkeypatch.setattr(board_module, "SCENARIOS", {ONE: SCENARIOS[ONE]})
    status, out, _ = verify("--scenario", ONE)
    assert status == 1
    assert "unused allowance on volume *: nothing differs here" in out


@pytest.mark.parametrize(
    ("arguments", "happened", "how_to_go_on"),
    [
        (["--work-item", "live_migratoin"], "'live_migratoin' is none", "did you mean 'live_migration'?"),
        (["--scenario", "shared_storag"], "'shared_storag' is none", "did you mean 'shared_storage'?"),
        (["--work-item", "detach_volume", "--scenario", "consoles_on"], "'consoles_on' is none", "take one of: "),
        (["--plans", "each"], "'each' is none", "take one of them; without --plans it is ends"),
        (["--dict-only", "detach_volumes"], "'detach_volumes' is none", "take one of: "),
        (["--dict-only", "spawn", "--plans", "all"], "everything converted", "leave out --dict-only or --plans"),
        (["--order", "--scenario", ONE], "computed from all scenarios", "leave out --order or --scenario"),
        (
            ["--order", "--work-item", "live_migration", "--plans", "all", "--dict-only", "spawn"],
            "under plans of its own",
            "leave out --order or --work-item, --plans, --dict-only",
        ),
        (["--html", "x.html", "--upgrade"], "drawn up from the board", "leave out --html or --upgrade"),
        (["--html", "x.html", "--faults"], "comes into it by --results", "leave out --html or --faults"),
        (["--html", "x.html", "--random", "3", "--dict-only", "spawn"], "the board", "or --random, --dict-only"),
        (["--html", "x.html", "--results", "no.json"], "No such file", "write it with fakevirt verify --json FILE"),
        (["--results", "x.json"], "--results without --html", "add --html FILE"),
        (["--workers", "0"], "--workers 0", "give another number"),
        (
            ["--workers", "2", "--db", "sqlite:///no_worker_test.db"],
            "--workers 2 with sqlite:///no_worker_test.db",
            "write {worker} into the name of the database",
        ),
        (["--workers", "2", "--scenario", ONE, "--fault", "x"], "a fault of one scenario", "or --workers"),
    ],
)
def test_bad_usage_is_told_in_four_parts_on_stderr_and_exits_2(
    verify, arguments, happened, how_to_go_on, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    status, out, err = verify(*arguments)
    assert (status, out) == (2, "")
    parts = [line.partition(":")[0] for line in err.splitlines()]
    assert parts == ["expected", "happened", "where", "how to go on"]
    assert happened in err
    assert how_to_go_on in err


def test_partial_conversions_are_run_and_counted(verify):
    status, out, _ = verify("--scenario", ONE, "--plans", "all")
    assert status == 0
    assert "4096 plans, 8 runs" in out.splitlines()


def test_a_driver_that_takes_dicts_only_turns_a_row_red_and_is_named(verify):
    status, out, _ = verify("--scenario", ONE, "--dict-only", "check_can_live_migrate_source,unfilter_instance")
    (row,) = [line for line in out.splitlines() if "DIVERGED │" in line]
    assert status == 1
    assert row.split("│")[1].strip() == "check_can_live_migrate_source"
    assert "parts in check_can_live_migrate_source: driver check_can_live_migrate_source" in out.splitlines()
    assert f"verify --scenario {ONE} --dict-only check_can_live_migrate_source,unfilter_instance" in out


def test_the_order_is_printed_and_written_in_place_of_the_board(verify, monkeypatch, tmp_path):
    monkeypatch.setattr(board_module, "SCENARIOS", {name: SCENARIOS[name] for name in (ONE, "rules_changed")})
    path = tmp_path / "order.json"
    status, out, _ = verify("--order", "--json", str(path))
    assert status == 0
    assert "Conversion board" not in out
    assert "no scenario enters live_migration" in out
    assert [step["work_items"] for step in json.loads(path.read_text())["steps"]] == [
        ["check_can_live_migrate_destination"],
        ["check_can_live_migrate_source"],
        ["refresh_instance_security_rules"],
        ["compute_utils"],
    ]


def test_the_board_is_written_as_json(verify, tmp_path):
    path = tmp_path / "board.json"
    status, out, _ = verify("--scenario", ONE, "--json", str(path))
    board = json.loads(path.read_text())
    assert status == 0
    assert board["passes"] is True
    assert board["scenarios"] == {ONE: "SAME"}
    assert {row["work_item"] for row in board["work_items"]} == SCENARIOS[ONE].enters
    assert "Conversion board" in out


def test_the_report_is_written_and_says_where_it_is(verify, tmp_path):
    earlier, path = tmp_path / "earlier.json", tmp_path / "report.html"
    verify("--scenario", ONE, "--json", str(earlier))
    status, out, _ = verify("--scenario", ONE, "--html", str(path), "--results", str(earlier))
    assert status == 0
    assert out.splitlines()[-1] == f"report: {path}"
    text = path.read_text()
    assert f"<strong>{ONE}</strong>" in text
    assert f"fakevirt verify --scenario {ONE}" in text
    assert "earlier.json" in text


def test_the_report_of_what_diverges_is_written_too(verify, monkeypatch, tmp_path):
    monkeypatch.setattr("fakevirt.conversion.check.KNOWN", ())
    path = tmp_path / "report.html"
    status, _, _ = verify("--scenario", "driver_fails", "--html", str(path))
    assert status == 1
    assert 'data-verdict="DIVERGED"' in path.read_text()


def test_a_report_that_cannot_be_written_is_told_in_four_parts_and_exits_2(verify, tmp_path):
    status, _, err = verify("--scenario", ONE, "--html", str(tmp_path / "nowhere" / "report.html"))
    assert status == 2
    assert "where:        fakevirt verify --html" in err.splitlines()


def test_a_file_that_cannot_be_written_is_told_in_four_parts_and_exits_2(verify, tmp_path):
    path = tmp_path / "nowhere" / "board.json"
    status, _, err = verify("--scenario", ONE, "--json", str(path))
    assert status == 2
    assert f"happened:     No such file or directory: {path}" in err
    assert "how to go on: name a file in a folder that exists" in err


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["verify", "--nonsense"], ["verify", "more"]])
def test_bad_usage_exits_2(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    assert "usage: fakevirt" in capsys.readouterr().err


def test_help_tells_the_exit_statuses(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["verify", "--help"])
    assert ended.value.code == 0
    assert "Exit status: 0 all SAME or ALLOWED" in capsys.readouterr().out


def test_a_terminal_sees_progress(monkeypatch, verify):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    status, out, _ = verify("--scenario", ONE)
    assert status == 0
    assert "comparing" in out
    assert "\x1b[" in out


def test_a_pipe_sees_neither_progress_nor_colours(verify):
    _, out, _ = verify("--scenario", ONE)
    assert "comparing" not in out
    assert "\x1b[" not in out


def test_it_is_a_command_of_its_own_and_says_nothing_of_failures_that_scenarios_bring_about():
    command = [sys.executable, "-c", "import sys; from fakevirt.cli import main; sys.exit(main())"]
    ended = subprocess.run([*command, "verify", "--scenario", ONE], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "Conversion board" in ended.stdout


def test_a_project_brings_scenarios_and_releases_of_its_own(tmp_path):
    (tmp_path / "mine.py").write_text(
        """
import dataclasses
from fakevirt import releases
from fakevirt.conversion.scenarios import scenario

MINE = releases.register(dataclasses.replace(releases.KILO, name="mine", service_version=4, rpc_version="3.41"))

@scenario(enters=frozenset({"check_can_live_migrate_destination", "check_can_live_migrate_source"}), in_upgrades=True)
def asked_twice(cloud):
    server = cloud.boot("src")
    for _ in range(2):
        cloud.check_can_live_migrate(server, to="dst")
"""
    )
    command = [sys.executable, "-c", "from fakevirt import cli; raise SystemExit(cli.main())", "verify"]
    arguments = ["--import", "mine", "--upgrade", "--scenario", "asked_twice", "--json", "found.json"]
    done = subprocess.run([*command, *arguments], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads((tmp_path / "found.json").read_text())
    assert found["releases"] == ["icehouse", "juno", "kilo", "mine"]
    mixed = [cell for cell in found["cells"] if cell["conductor"] == "mine" and cell["support"] == "supported"]
    assert {(cell["src"], cell["dst"]) for cell in mixed} == {
        (a, b) for a in ("kilo", "mine") for b in ("kilo", "mine")
    }


OWN = """
from fakevirt.driver.fake import FakeVirtDriver
from fakevirt.manager import refresh_instance_security_rules
from fakevirt.manager.compute import ComputeManager
from fakevirt.manager.paths import BothPaths, WorkItemMethod

class Driver:
    def __init__(self, parts):
        self._driver = FakeVirtDriver(parts.hypervisor, peers=parts.peers, image_api=parts.image_api)

    def __getattr__(self, name):
        return getattr(self._driver, name)

def forgets(manager, context, instance):
    pass

class Manager(ComputeManager):
    refresh_instance_security_rules = WorkItemMethod(
        BothPaths(legacy=refresh_instance_security_rules.legacy, objects=forgets), "refresh_instance_security_rules"
    )
"""


@pytest.fixture
def own(tmp_path):
    """Return a function that runs the command in a project's folder, on its manager and its driver."""
    (tmp_path / "mine.py").write_text(OWN)

    def run(*arguments):
        command = [sys.executable, "-c", "from fakevirt import cli; raise SystemExit(cli.main())", "verify"]
        factories = ["--manager", "mine:Manager", "--driver", "mine:Driver"]
        return subprocess.run([*command, *factories, *arguments], cwd=tmp_path, capture_output=True, text=True)

    return run


def test_a_projects_manager_and_driver_are_verified_in_every_process_and_the_line_that_repeats_it_names_them(own):
    done = own("--work-item", "refresh_instance_security_rules")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "driver refresh_instance_security_rules on src is on the legacy path only" in done.stdout
    again = re.findall("fakevirt verify (--scenario .*)", done.stdout)
    assert len(again) > 1
    assert again[0].endswith("--manager mine:Manager --driver mine:Driver")


def test_a_projects_manager_is_swept_with_faults(own):
    done = own("--faults", "--scenario", "refreshing_rules_fails")
    assert done.returncode == 1, done.stdout + done.stderr
    assert (
        "fakevirt verify --scenario refreshing_rules_fails --manager mine:Manager --driver mine:Driver" in done.stdout
    )


def test_a_projects_manager_is_upgraded(own):
    done = own("--upgrade", "--scenario", "refused_by_the_source")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("url", ["nova", "nova_{worker}"])
def test_processes_that_share_the_work_have_a_database_each_or_there_is_one(own, tmp_path, url):
    done = own("--work-item", "refresh_instance_security_rules", "--db", f"sqlite:///{tmp_path}/{url}.db")
    assert done.stderr == ""
    # The command itself opens one before anything runs; xdist's worker is in the names if there is one.
    names = {path.stem.rpartition("_")[2] for path in tmp_path.glob("*.db")}
    shared = {f"p{number}" for number in range(os.cpu_count() or 1)}
    assert names == {"nova"} if url == "nova" else names > shared


@pytest.mark.parametrize(
    ("options", "does_it"),
    [
        ([], "fill_board"),
        (["--dict-only", "spawn"], "fill_board"),
        (["--plans", "all"], "fill_board"),
        (["--order"], "find_order"),
        (["--upgrade"], "verify_upgrades"),
        (["--faults"], "sweep"),
        (["--random", "9"], "_searching"),
    ],
)
@pytest.mark.parametrize("workers", [3, None])
def test_as_many_processes_share_the_work_as_are_asked_for(verify, monkeypatch, options, does_it, workers):
    asked_for = []

    class Asked(Exception):
        pass

    def do_it(*_, processes, **__):
        asked_for.append(processes)
        raise Asked

    monkeypatch.setattr(cli.os, "cpu_count", lambda: 5)
    monkeypatch.setattr(cli, does_it, (lambda: do_it) if does_it == "_searching" else do_it)
    with pytest.raises(Asked):
        verify(*options, *(["--workers", str(workers)] if workers else []))
    assert asked_for == [workers or (1 if does_it == "_searching" else 5)]


def test_one_process_does_all_the_work_if_it_is_asked_to(own, tmp_path):
    options = ("--workers", "1", "--work-item", "refresh_instance_security_rules")
    done = own(*options, "--db", f"sqlite:///{tmp_path}/nova_{{worker}}.db")
    assert done.stderr == ""
    assert len(list(tmp_path.glob("*.db"))) == 1


def test_the_database_can_be_named_in_the_environment(tmp_path, monkeypatch, verify):
    monkeypatch.setenv("FAKEVIRT_DB", f"sqlite:///{tmp_path}/nova.db")
    assert verify("--scenario", ONE)[0] == 0
    assert [path.name for path in tmp_path.iterdir()] == ["nova.db"]


def test_the_line_that_repeats_it_names_the_database(own, tmp_path):
    done = own("--scenario", "refreshing_rules_fails", "--db", f"sqlite:///{tmp_path}/nova.db")
    assert f"--driver mine:Driver --db sqlite:///{tmp_path}/nova.db" in done.stdout


@pytest.mark.parametrize("source", ["option", "environment"])
def test_a_database_that_cannot_be_opened_is_refused_without_its_password(monkeypatch, verify, source):
    url = "postgresql+nodriver://nova:secret@db/test"
    if source == "environment":
        monkeypatch.setenv("FAKEVIRT_DB", url)
    status, out, err = verify("--scenario", ONE, *(["--db", url] if source == "option" else []))
    assert status == 2
    where = {"option": "fakevirt verify --db", "environment": "the environment variable FAKEVIRT_DB"}[source]
    assert f"where:        {where}: " in err
    assert "secret" not in out + err


@pytest.mark.parametrize("source", ["option", "environment"])
def test_a_broker_that_is_away_is_refused_without_its_password(monkeypatch, verify, source):
    url = "rabbit://nova:secret@127.0.0.1:1/"
    if source == "environment":
        monkeypatch.setenv("FAKEVIRT_TRANSPORT", url)
    status, out, err = verify("--scenario", ONE, *(["--transport", url] if source == "option" else []))
    assert status == 2
    where = {
        "option": "fakevirt verify --transport",
        "environment": "the environment variable FAKEVIRT_TRANSPORT",
    }[source]
    assert f"where:        {where}: rabbit://nova:***@127.0.0.1:1/" in err
    assert "secret" not in out + err


def test_the_line_that_repeats_it_names_the_transport_without_its_password():
    scenario = SCENARIOS[ONE].with_cloud(transport_url="rabbit://nova:secret@broker:5672/")
    assert scenario.options == f"--scenario {ONE} --transport 'rabbit://nova:***@broker:5672/'"


def test_what_makes_no_manager_is_refused(verify):
    status, _, err = verify("--manager", "nowhere:Manager", "--scenario", ONE)
    assert status == 2
    assert "expected:     the name of what makes a manager for each host, such as mine.manager:Manager" in err
    assert "where:        fakevirt verify --manager" in err


def test_a_module_that_is_not_there_is_refused(verify):
    status, _, err = verify("--import", "no_such_module", "--scenario", ONE)
    assert status == 2
    assert "ModuleNotFoundError: No module named 'no_such_module'" in err


@pytest.mark.parametrize("option", [["--plans", "all"], ["--dict-only", "spawn"]])
def test_upgrades_are_verified_alone(verify, option):
    status, _, err = verify("--upgrade", *option)
    assert (status, option[0] in err) == (2, True)


def test_a_sweep_prints_a_row_for_each_work_item_and_exits_0(verify, tmp_path):
    path = tmp_path / "faults.json"
    status, out, err = verify("--faults", "--scenario", "refreshing_rules_fails", "--json", str(path))
    assert (status, err) == (0, "")
    assert "│ refresh_instance_security_rules" in out
    assert json.loads(path.read_text())["passes"] is True


def test_one_fault_is_planted_as_a_report_names_it(verify):
    fault = "driver.refresh_instance_security_rules#1 fail NotImplementedError"
    status, out, _ = verify("--scenario", "rules_changed", "--fault", fault)
    assert status == 0
    assert out.startswith(f"SAME: refresh_instance_security_rules / rules_changed with {fault}")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--faults", "3"], "take one of them; --faults alone is 1"),
        (["--faults", "1", "--plans", "all"], "leave out --faults or --plans"),
        (["--fault", "driver.spawn#1 fail OSError"], "add --scenario NAME"),
        (["--scenario", ONE, "--fault", "driver.spawn#1 fail OSError"], "there is no such step"),
        (["--scenario", ONE, "--fault", "nonsense"], "cannot be read"),
        (["--order", "--faults", "1"], "leave out --order or --faults"),
    ],
)
def test_bad_usage_of_faults_exits_2_in_four_parts(verify, arguments, told):
    status, out, err = verify(*arguments)
    assert (status, out) == (2, "")
    assert told in err


def test_random_scenarios_are_compared_and_counted_with_the_seed_that_draws_them(verify):
    status, out, err = verify("--random", "2", "--seed", "7")
    assert (status, err) == (0, "")
    assert out.startswith("2 examples of seed 7: ")
    assert out.endswith("none diverged\n")


def test_a_seed_is_chosen_and_told_unless_it_is_given(verify, monkeypatch):
    monkeypatch.setattr("random.randrange", lambda stop: 11)
    _, out, _ = verify("--random", "1")
    assert out.startswith("1 examples of seed 11: ")


def test_several_processes_draw_random_scenarios_with_a_seed_each(verify):
    status, out, err = verify("--random", "5", "--seed", "7", "--workers", "2")
    assert (status, err) == (0, "")
    first, second = out.splitlines()
    assert verify("--random", "3", "--seed", "7")[1] == f"{first}\n"
    assert second.startswith("2 examples of seed 8: ")


def test_without_hypothesis_random_scenarios_are_refused_with_what_to_install(verify, monkeypatch):
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    for name in [name for name in sys.modules if name.startswith("fakevirt.conversion.generated")]:
        monkeypatch.delitem(sys.modules, name)
    status, out, err = verify("--random", "1")
    assert (status, out) == (2, "")
    assert "how to go on: pip install 'fakevirt[random]'" in err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--seed", "1"], "add --random N"),
        (["--random", "0"], "a number of scenarios, 1 or more"),
        (["--random", "1", "--work-item", "live_migration"], "leave out --random or --work-item"),
        (["--random", "1", "--order"], "leave out --random or --order"),
        (["--random", "1", "--upgrade"], "leave out --random or --upgrade"),
        (["--random", "1", "--json", "x"], "leave out --random or --json"),
    ],
)
def test_bad_usage_of_random_scenarios_exits_2_in_four_parts(verify, arguments, told):
    status, out, err = verify(*arguments)
    assert (status, out) == (2, "")
    assert told in err


def test_the_board_has_what_an_audit_finds_in_the_code(verify, tmp_path):
    code = tmp_path / "manager.py"
    code.write_text("def live_migration(self, context, instance: Instance):\n    return instance['uuid']\n")
    broken = tmp_path / "broken.py"
    broken.write_text("def (:\n")
    path = tmp_path / "board.json"

    options = ["--work-item", "live_migration", "--scenario", "shared_storage", "--json", str(path)]
    status, out, _ = verify(*options, "--audit", str(code), "--audit", str(broken))

    assert status == 0
    (row,) = json.loads(path.read_text())["work_items"]
    assert (row["work_item"], row["left_in_the_code"]) == ("live_migration", 1)
    assert "unreadable: " in out


def test_an_audit_needs_a_board(verify):
    status, _, err = verify("--audit", "manager", "--order")
    assert status == 2
    assert "--audit" in err
