"""The places of a file that a conversion is about: accesses by a literal key, and raw calls."""

from collections import Counter
from dataclasses import dataclass, field

import libcst as cst

from fakevirt.audit.functions import Functions
from fakevirt.audit.settings import Settings
from fakevirt.audit.syntax import dotted, key_of, last, text_of, walk

CONDUCTOR = frozenset(Settings().conductor)
#: What a raw call may become, as it can be recognised.
REPLACED_BY = {
    "_instance_update": "save",
    "compute_node_delete": "destroy",
    "instance_get_all_by_filters": "get_by_filters",
    "network_migrate_instance_finish": "migrate_instance_finish",
    "network_migrate_instance_start": "migrate_instance_start",
    "notify_usage_exists": "notify_usage_exists",
    "service_get_by_compute_host": "get_by_compute_host",
}


@dataclass(frozen=True)
class Site:
    """One place.

    Args:
        function: The qualified name of the outermost function.
        name: The variable, or the raw method.
        key: The key; None of a raw call.
        node: Where.
    """

    function: str
    name: str
    key: str | None
    node: cst.CSTNode = field(compare=False)

    def __str__(self):
        return f"{self.function}: {self.name}" + (f"[{self.key!r}]" if self.key else "(…)")


@dataclass
class Uses:
    """What a function does, counted."""

    items: Counter = field(default_factory=Counter)
    attributes: Counter = field(default_factory=Counter)
    raw: Counter = field(default_factory=Counter)
    calls: Counter = field(default_factory=Counter)


def sites_of(module):
    """Return the places of a module, and what each of its functions does by qualified name."""
    sites, uses = [], {}
    for function in Functions(module).outermost:
        used = uses.setdefault(function.qualified_name, Uses())
        for node in walk(function.node):
            site = _site(node, function.qualified_name)
            if site is not None:
                sites.append(site)
                (used.items if site.key else used.raw)[site.name, site.key] += 1
            elif isinstance(node, cst.Attribute) and isinstance(node.value, cst.Name):
                used.attributes[node.value.value, node.attr.value] += 1
            if isinstance(node, cst.Call):
                used.calls[dotted(node.func) and last(dotted(node.func))] += not _is_raw(node)
    return sites, uses


def _site(node, function):
    if isinstance(node, cst.Subscript) and isinstance(node.value, cst.Name):
        key = key_of(node)
        text = text_of(key) if key is not None else None
        return Site(function, node.value.value, text, node) if text else None
    if isinstance(node, cst.Call):
        if _is_raw(node):
            return Site(function, last(dotted(node.func)), None, node)
        func = node.func
        if (
            isinstance(func, cst.Attribute)
            and func.attr.value == "get"
            and isinstance(func.value, cst.Name)
            and node.args
        ):
            text = text_of(node.args[0].value)
            return Site(function, func.value.value, text, node) if text else None
    return None


def _is_raw(node):
    before, _, method = dotted(node.func).rpartition(".")
    return last(before) in CONDUCTOR or method == "_instance_update"
