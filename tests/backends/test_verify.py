"""The command gives the same board on every database."""

import json

import pytest

from fakevirt.cli import main

ITEM = "detach_volume"


def board(path, *options):
    assert main(["verify", "--work-item", ITEM, "--json", str(path), *options]) == 0
    return json.loads(path.read_text())


@pytest.mark.parametrize("given", ["option", "environment"])
def test_the_board_is_the_one_of_databases_in_memory(server, given, tmp_path, monkeypatch):
    url = server.url("fakevirt_test_{worker}")
    in_memory = board(tmp_path / "memory.json")
    options = []
    if given == "option":
        options = ["--db", url]
    else:
        monkeypatch.setenv("FAKEVIRT_DB", url)
    on_server = board(tmp_path / "server.json", *options)
    assert on_server == in_memory
    assert on_server["work_items"]


def test_a_database_that_processes_cannot_share_is_used_by_one(url, tmp_path):
    assert board(tmp_path / "server.json", "--db", url)["work_items"]
