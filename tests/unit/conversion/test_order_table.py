"""The order of conversion as tables for the terminal."""

import io

from rich.console import Console

from fakevirt.conversion.board_table import WIDTH
from fakevirt.conversion.order import ConversionOrder, Gift, Step
from fakevirt.conversion.order_table import order_table

ORDER = ConversionOrder(
    (
        Step(("live_migration",), (), ("driver.cleanup(Instance)", "driver.live_migration(Instance)")),
        Step(("_post_live_migration",), ("live_migration",), ()),
    ),
    (
        Gift("live_migration", "driver.live_migration", "Instance", ("dict",), ("object",)),
        Gift("live_migration", "network.setup", "Instance", (), ("dict", "object")),
    ),
    ("run_instance",),
    (),
)


def cells(title):
    console = Console(file=io.StringIO(), width=WIDTH)
    console.print(order_table(ORDER))
    lines = console.file.getvalue().splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith(title))
    end = next(n for n, line in enumerate(lines[start:], start) if line.startswith("└"))
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in lines[start:end] if line[0] == "│"]


def test_the_forms_on_both_paths_stand_beside_each_method():
    assert cells("What methods") == [
        ["live_migration", "driver.live_migration", "Instance", "dict", "object"],
        ["", "network.setup", "Instance", "-", "dict, object"],
    ]


def test_each_step_says_what_must_accept_an_object_and_who_comes_before():
    assert cells("A safe order") == [
        ["1", "driver.cleanup(Instance)", "live_migration", "-"],
        ["", "driver.live_migration(Instance)", "", ""],
        ["2", "-", "_post_live_migration", "live_migration"],
    ]


def test_a_work_item_of_which_nothing_is_known_is_named_below():
    console = Console(file=io.StringIO(), width=WIDTH)
    console.print(order_table(ORDER))
    assert console.file.getvalue().splitlines()[-1].strip() == "no scenario enters run_instance"
