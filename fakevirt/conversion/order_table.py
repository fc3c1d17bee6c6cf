"""The order of conversion as tables for the terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from fakevirt.conversion.order import ConversionOrder


def order_table(order: ConversionOrder) -> RenderableType:
    """Return an order for rich: who hands what on in which form, and the steps."""
    notes = [Text(f"no scenario enters {work_item}", style="dim") for work_item in order.not_entered]
    return Group(_gifts(order), _steps(order), *notes)


def _gifts(order: ConversionOrder) -> Table:
    table = Table(title="What methods of drivers and backends are given", title_justify="left")
    table.add_column("by the work item", no_wrap=True)
    table.add_column("the method", no_wrap=True)
    table.add_column("a", no_wrap=True)
    table.add_column("legacy")
    table.add_column("objects")
    last = None
    for gift in order.gifts:
        forms = (", ".join(forms) or "-" for forms in (gift.legacy, gift.objects))
        table.add_row(gift.work_item if gift.work_item != last else "", gift.method, gift.schema, *forms)
        last = gift.work_item
    return table


def _steps(order: ConversionOrder) -> Table:
    table = Table(title="A safe order of conversion", title_justify="left")
    table.add_column("", justify="right")
    table.add_column("accept an object from now on", overflow="fold")
    table.add_column("then convert", no_wrap=True)
    table.add_column("after its callers", overflow="fold")
    for number, step in enumerate(order.steps, start=1):
        cells = ("\n".join(names) or "-" for names in (step.accept_first, step.work_items, step.callers))
        table.add_row(str(number), *cells, end_section=True)
    return table
