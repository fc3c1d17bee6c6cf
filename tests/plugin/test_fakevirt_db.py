import sqlite3

import pytest

TEXT = """
def test_cloud(fake_cloud):
    server = fake_cloud.boot("src")
    assert fake_cloud.refresh(server).host == "src"
"""


def instances(path):
    with sqlite3.connect(path) as connection:
        (count,) = connection.execute("SELECT count(*) FROM instances").fetchone()
    connection.close()
    return count


@pytest.fixture(autouse=True)
def no_database_is_given(monkeypatch):
    for variable in ("FAKEVIRT_DB", "FAKEVIRT_WORKER"):
        monkeypatch.delenv(variable, raising=False)


#: Where a URL can be given, the first before the second and so on.
SOURCES = ("option", "environment", "ini")


@pytest.mark.parametrize("source", SOURCES)
def test_clouds_use_the_database_at_the_url(run, tmp_path, monkeypatch, source):
    """What counts less names another database."""
    counts = {name: name == source for name in SOURCES[SOURCES.index(source) :]}
    urls = {name: f"sqlite:///{tmp_path}/{'nova' if it_does else name}.db" for name, it_does in counts.items()}
    if "environment" in urls:
        monkeypatch.setenv("FAKEVIRT_DB", urls["environment"])
    options = [f"--fakevirt-db={urls['option']}"] if "option" in urls else []
    run(TEXT, *options, ini=f"fakevirt_db = {urls['ini']}\n").assert_outcomes(passed=1)
    assert [path.name for path in tmp_path.glob("*.db")] == ["nova.db"]
    assert instances(tmp_path / "nova.db") == 1


def test_fake_database_and_comparisons_use_it_too(run, tmp_path):
    result = run(
        """
from fakevirt.db.models import Base
import sqlalchemy

def url(database):
    with database.transaction() as connection:
        return str(connection.engine.url)

def test_database(fake_database):
    assert url(fake_database).endswith("nova.db")

@both_call_paths
def test_both(cloud):
    assert url(cloud.database).endswith("nova.db")
    request(cloud)

def test_check(conversion):
    comparison = conversion.check("check_can_live_migrate_source", "refused_by_the_source")
    assert comparison.verdict.passes
""",
        f"--fakevirt-db=sqlite:///{tmp_path}/nova.db",
    )
    result.assert_outcomes(passed=3)
    assert instances(tmp_path / "nova.db") == 1


def test_a_test_may_name_its_database_itself(run, tmp_path):
    result = run(
        """
@both_call_paths(database_url="sqlite://")
def test_it(cloud):
    with cloud.database.transaction() as connection:
        assert str(connection.engine.url) == "sqlite://"
    request(cloud)
""",
        f"--fakevirt-db=sqlite:///{tmp_path}/nova.db",
    )
    result.assert_outcomes(passed=1)


def test_each_worker_has_a_database_of_its_own(run, tmp_path):
    text = TEXT + "\n".join(f"def test_{n}(fake_cloud): fake_cloud.boot('src')" for n in range(4))
    result = run(text, "-n2", f"--fakevirt-db=sqlite:///{tmp_path}/{{worker}}.db", subprocess=True)
    result.assert_outcomes(passed=5)
    assert sorted(path.name for path in tmp_path.glob("*.db")) == ["gw0.db", "gw1.db"]


def test_one_database_for_all_workers_is_refused(run, tmp_path):
    result = run(TEXT, "-n2", f"--fakevirt-db=sqlite:///{tmp_path}/nova.db", subprocess=True)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*expected: * a database for each xdist worker", "*how to go on: put {worker} into*"])


@pytest.mark.parametrize(
    ("arguments", "ini", "where"),
    [
        (("--fakevirt-db=postgresql+nodriver://nova:secret@db/nova",), "", "the option --fakevirt-db"),
        ((), "fakevirt_db = postgresql+nodriver://nova:secret@db/nova\n", "fakevirt_db in *"),
    ],
)
def test_a_url_that_cannot_be_opened_is_refused_in_four_parts_without_its_password(run, arguments, ini, where):
    result = run(TEXT, *arguments, ini=ini)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*expected:*", "*happened:*", f"*where: * {where}: *", "*how to go on:*"])
    assert "secret" not in result.stderr.str()
