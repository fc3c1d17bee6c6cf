"""Counts what the tool finds and rewrites among the sites that people converted, and what it rewrites besides."""

import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from fakevirt.audit.audit import CHECKS, Module
from fakevirt.audit.inference import Inference
from fakevirt.audit.reading import Source, parse
from fakevirt.audit.rules import Rule
from fakevirt.audit.settings import Settings
from fakevirt.convert.plan import Plan
from fakevirt.convert.selection import Selection
from nova_history.people import Outcome, outcome_by
from nova_history.reviewed import OBJECTS
from nova_history.sites import sites_of

#: The kinds of findings that stand for a site.
_OF_SITES = frozenset({Rule.DICT_ACCESS, Rule.HAS_OR_GET, Rule.RAW_CONDUCTOR, Rule.RAW_RESULT})


@dataclass
class Measured:
    """What was counted.

    Args:
        people: How many sites came to what by the last release.
        converted: Sites that people converted.
        found: Those of them that the audit finds.
        same: Those of them that the tool rewrites in the same way.
        not_rewritten: Those of them that the tool leaves.
        anew: Sites that the tool rewrites and people wrote anew.
        later: Sites that the tool rewrites, and people did in a later release.
        reviewed: Sites that the tool rewrites and nobody did, although they are objects.
        false: Sites that the tool rewrites, and nobody did, because they are none.
        by_nobody: Sites that neither rewrites.
        seconds: How long the audit and the conversion took.
    """

    people: Counter = field(default_factory=Counter)
    converted: list = field(default_factory=list)
    found: list = field(default_factory=list)
    same: list = field(default_factory=list)
    not_rewritten: list = field(default_factory=list)
    anew: list = field(default_factory=list)
    later: list = field(default_factory=list)
    reviewed: list = field(default_factory=list)
    false: list = field(default_factory=list)
    by_nobody: int = 0
    seconds: dict = field(default_factory=dict)


def measure(before, by, later, path=Path("nova/compute/manager.py")):
    """Measure the tool on a file.

    Args:
        before: The text of the file.
        by: Its texts in the releases in which people converted it, the oldest first.
        later: Its texts in releases after those.
        path: What it is called.
    """
    measured, settings = Measured(), Settings()
    start = time.perf_counter()
    source = Source(path, "utf-8", parse(before))
    module = Module(str(path), source, Inference(source.module, settings), settings)
    all_found = [found for check in CHECKS for found in check(module)]
    places = [source.position(found.node) for found in all_found]
    measured.seconds["audit"] = time.perf_counter() - start
    assert len(places) == len(all_found)
    start = time.perf_counter()
    plan = Plan(source, settings, Selection(path, source.module, settings, None))
    measured.seconds["conversion"] = time.perf_counter() - start
    found = {each.node for each in all_found if each.rule in _OF_SITES}
    sites, _ = sites_of(source.module)
    releases = [sites_of(parse(text))[1] for text in by]
    after_that = [sites_of(parse(text))[1] for text in later]
    below = Counter()
    for site in reversed(sites):
        _count(measured, site, below[site], found, plan, releases, after_that)
        below[site] += 1
    return measured


def _count(measured, site, nth, found, plan, releases, later):
    by_people, rewritten = outcome_by(site, nth, releases), site.node in plan.rewrites
    measured.people[by_people] += 1
    if by_people is Outcome.CONVERTED:
        measured.converted.append(site)
        if site.node in found:
            measured.found.append(site)
        (measured.same if rewritten else measured.not_rewritten).append(site)
    elif not rewritten:
        measured.by_nobody += 1
    elif by_people is Outcome.LEFT and outcome_by(site, nth, [*releases, *later]) is Outcome.LEFT:
        (measured.reviewed if (site.function, site.name) in OBJECTS else measured.false).append(site)
    elif by_people is Outcome.LEFT:
        measured.later.append(site)
    else:
        measured.anew.append(site)
