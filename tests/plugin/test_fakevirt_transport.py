import pytest

#: One that is not built in.
CHOSEN = "fakevirt://chosen/"
TEXT = f"""
from fakevirt.cloud import Cloud
from fakevirt.location import MESSAGES

def test_it():
    assert MESSAGES.url == "{CHOSEN}"
    with Cloud() as cloud:
        cloud.live_migrate(cloud.boot("src"), to="dst")
"""


@pytest.fixture(autouse=True)
def no_transport_is_given(monkeypatch):
    monkeypatch.delenv("FAKEVIRT_TRANSPORT", raising=False)


#: Where a URL can be given, the first before the second and so on.
SOURCES = ("option", "environment", "ini")


def given(monkeypatch, urls):
    """Give URLs by source, and return the arguments of a run."""
    if "environment" in urls:
        monkeypatch.setenv("FAKEVIRT_TRANSPORT", urls["environment"])
    options = [f"--fakevirt-transport={urls['option']}"] if "option" in urls else []
    return options, f"fakevirt_transport = {urls.get('ini', '')}\n"


@pytest.mark.parametrize("source", SOURCES)
def test_what_counts_more_is_taken(run, monkeypatch, source):
    """What counts less names a broker that is not there, and is not looked at."""
    urls = {name: CHOSEN if name == source else "kafka://b/" for name in SOURCES[SOURCES.index(source) :]}
    options, ini = given(monkeypatch, urls)
    run(TEXT, *options, ini=ini).assert_outcomes(passed=1)


@pytest.mark.parametrize("source", SOURCES)
def test_a_broker_that_is_away_is_refused_in_four_parts_without_its_password(run, monkeypatch, source):
    options, ini = given(monkeypatch, {source: "rabbit://nova:secret@127.0.0.1:1/"})
    result = run(TEXT, *options, ini=ini)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    where = {
        "option": "the option --fakevirt-transport",
        "environment": "the environment variable FAKEVIRT_TRANSPORT",
        "ini": "fakevirt_transport in *",
    }[source]
    result.stderr.fnmatch_lines(["*expected:*", "*happened:*", f"*where: * {where}: *", "*how to go on:*"])
    assert "secret" not in result.stderr.str()
