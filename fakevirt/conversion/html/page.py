"""The report as one HTML file."""

from __future__ import annotations

from importlib import resources

import jinja2
from markupsafe import Markup

import fakevirt
from fakevirt.conversion.html.content import Content
from fakevirt.conversion.html.diagram import Diagram
from fakevirt.conversion.html.heat_map import heat_maps
from fakevirt.conversion.html.overview import AUDITED, mark, overview
from fakevirt.conversion.html.packed import pack
from fakevirt.conversion.html.progress import progress

#: Verdicts in the order in which somebody wants to read of them.
_FIRST = ("DIVERGED", "NOT_COMPARED", "ALLOWED", "SAME")


def render(content: Content) -> str:
    """Return a report as the text of an HTML file that needs nothing else.

    Args:
        content: What it tells.
    """
    diagrams = sorted(content.diagrams, key=lambda diagram: _FIRST.index(diagram["verdict"]))
    work_items = [row["work_item"] for row in content.board["work_items"]]
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            content=content,
            version=fakevirt.__version__,
            overview=overview(content),
            audited=AUDITED,
            progress=progress(content),
            upgrades=[
                (result.label, result.data, list(heat_maps(result.data))) for result in content.others("upgrades")
            ],
            faults=content.others("faults"),
            diagrams=[(diagram, _counts(diagram)) for diagram in diagrams],
            verdicts=_FIRST,
            work_items=work_items,
            packed=pack(diagrams),
            style=_as_it_is("report.css"),
            script=_as_it_is("report.js"),
        )
    )


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("fakevirt.conversion.html", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["mark"] = mark
    environment.policies["json.dumps_kwargs"] = {"separators": (",", ":"), "ensure_ascii": False}
    return environment


def _as_it_is(name: str) -> Markup:
    """Return a file of ours: a style and a script are no text to escape, and no template."""
    return Markup((resources.files(__package__) / "templates" / name).read_text(encoding="utf-8"))


def _counts(diagram: Diagram) -> str:
    """Return how much there is to see of a comparison, in words."""
    if diagram["not_compared"] is not None:
        return "not compared"
    kinds = [step["kind"] for step in diagram["steps"]]
    parts = [f"{len(kinds) - kinds.count('call path')} steps"]
    for kind, word in (("differs", "differ"), ("allowed", "differ as allowed")):
        if kind in kinds:
            parts.append(f"{kinds.count(kind)} {word}")
    return ", ".join(parts)
