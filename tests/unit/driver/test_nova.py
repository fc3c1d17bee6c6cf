import sys

import pytest

from fakevirt.usage_error import UsageError


def test_without_nova_it_says_what_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "nova", None)
    with pytest.raises(UsageError) as raised:
        import fakevirt.driver.nova  # noqa: F401
    assert raised.value.happened.startswith("ModuleNotFoundError")
    assert raised.value.where == "import fakevirt.driver.nova"
    assert raised.value.how_to_go_on == "pip install 'fakevirt[nova]'"
