"""Passwords in addresses are in no output."""

import pytest

from fakevirt.passwords import hide, passwords_in, without_password


@pytest.mark.parametrize(
    ("url", "shown", "passwords"),
    [
        ("sqlite://", "sqlite://", set()),
        ("fakevirt://", "fakevirt://", set()),
        ("mysql+pymysql://me@localhost/nova_test", "mysql+pymysql://me@localhost/nova_test", set()),
        ("postgresql+psycopg://me:hunter2@db:5432/test", "postgresql+psycopg://me:***@db:5432/test", {"hunter2"}),
        ("postgresql+psycopg://me:h%40x1@[::1]/test", "postgresql+psycopg://me:***@[::1]/test", {"h%40x1", "h@x1"}),
        (
            "rabbit://nova:one@first:5672,nova:two@second:5672/nova",
            "rabbit://nova:***@first:5672,nova:***@second:5672/nova",
            {"one", "two"},
        ),
        ("rabbit://nova:se:cret@host/", "rabbit://nova:***@host/", {"se:cret"}),
        ("rabbit://nova:p@secret@host/", "rabbit://nova:***@host/", {"p@secret"}),
        ("rabbit://nova:p/secret@host/", "rabbit://nova:***@host/", {"p/secret"}),
        ("rabbit://nova:p,secret@host/", "rabbit://nova:***@host/", {"p,secret"}),
        (
            "postgresql://db/test?user=me&password=hunter2&a=b",
            "postgresql://db/test?user=me&password=***&a=b",
            {"hunter2"},
        ),
    ],
)
def test_an_address_is_shown_without_its_passwords(url, shown, passwords):
    assert without_password(url) == shown
    assert passwords_in(url) == passwords


def test_what_is_in_many_other_texts_is_not_looked_for():
    assert passwords_in("rabbit://nova:a@host/") == frozenset()


def test_passwords_are_hidden_in_whatever_holds_text():
    passwords = frozenset({"hunter2", "hunter"})
    lines = ["url = 'rabbit://me:hunter2@host/'", ("password=hunter", 7)]
    assert hide(lines, passwords) is lines
    assert lines == ["url = 'rabbit://me:***@host/'", ("password=***", 7)]
