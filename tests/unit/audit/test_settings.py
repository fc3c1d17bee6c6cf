"""``[tool.fakevirt.audit]``."""

import pytest

from fakevirt.audit.settings import Settings, read_settings
from fakevirt.usage_error import UsageError


@pytest.fixture
def settings(tmp_path):
    def settings(text):
        (tmp_path / "pyproject.toml").write_text(text)
        inside = tmp_path / "nova" / "compute"
        inside.mkdir(parents=True)
        return read_settings(inside)

    return settings


def test_a_project_without_any_has_the_defaults(settings):
    assert settings("[project]\nname = 'x'\n") == Settings()


def test_tables_are_added_to_what_is_the_field_s_and_lists_take_its_place(settings):
    found = settings(
        "[tool.fakevirt.audit]\nconductor = ['cond']\ncompat-import = 'a.b:c'\n"
        "[tool.fakevirt.audit.parameters]\nguest = 'Instance'\n"
        "[tool.fakevirt.audit.compat]\ndict_ok = {instance = 'Instance'}\n"
    )
    assert found.parameters == {"instance": "Instance", "guest": "Instance"}
    assert found.compat == {**Settings().compat, "dict_ok": {"instance": "Instance"}}
    assert (found.conductor, found.compat_import) == (("cond",), "a.b:c")


@pytest.mark.parametrize(
    ("text", "happened"),
    [
        ("[tool.fakevirt.audit]\nparameter = 1\n", "'parameter' is none: there are parameters, compat"),
        ("[tool.fakevirt.audit]\nparameters = 1\n", "parameters = 1 is of another kind"),
        ("[tool.fakevirt.audit]\nconductor = [1]\n", "conductor = [1] is of another kind"),
        ("[tool.fakevirt.audit]\ncompat = {a = 'b'}\n", "is of another kind"),
        ("[tool.fakevirt.audit\n", "it cannot be read"),
    ],
)
def test_what_is_no_setting_is_told(settings, text, happened):
    with pytest.raises(UsageError) as told:
        settings(text)
    assert happened in told.value.happened
    assert told.value.where.startswith("[tool.fakevirt.audit] in ")


def test_a_function_s_work_item_can_be_told(audited):
    text = "def move(c, instance):\n    instance['uuid']\n"
    (finding,) = audited(text, Settings(work_items={"move": "live_migration"})).findings
    assert finding.work_item == "live_migration"


def test_files_can_be_left_out(audited):
    text = "def f(c, instance):\n    instance['uuid']\n"
    assert audited(settings=Settings(exclude=("*_test.py",)), a=text, a_test=text).files == 1
