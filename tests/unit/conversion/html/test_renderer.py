"""What is said where Jinja2 is missing."""

import sys

import pytest

from fakevirt.conversion.html import renderer
from fakevirt.usage_error import UsageError


def test_without_jinja2_a_report_is_refused_in_four_parts(monkeypatch):
    monkeypatch.delitem(sys.modules, "fakevirt.conversion.html.page", raising=False)
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(UsageError) as caught:
        renderer("fakevirt verify --html")
    assert caught.value.where == "fakevirt verify --html"
    assert caught.value.how_to_go_on == "pip install 'fakevirt[html]'"


def test_another_module_that_is_missing_is_no_matter_of_jinja2(monkeypatch):
    monkeypatch.delitem(sys.modules, "fakevirt.conversion.html.page", raising=False)
    monkeypatch.setitem(sys.modules, "fakevirt.conversion.html.packed", None)
    with pytest.raises(ModuleNotFoundError):
        renderer("fakevirt verify --html")
