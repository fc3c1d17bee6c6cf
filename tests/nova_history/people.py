"""What people made of a site, in one release or another."""

import enum

from nova_history.sites import REPLACED_BY


class Outcome(enum.Enum):
    """What became of a site."""

    #: An attribute, or the call that takes the raw one's place.
    CONVERTED = "converted"
    #: It is there as it was.
    LEFT = "left"
    #: The function is there, and the site is not: its statement was written anew.
    ANEW = "written anew"
    #: The function is not there.
    GONE = "function gone"


def outcome(site, nth, after):
    """Return what became of a site in a release.

    Args:
        site: The site.
        nth: How many of its kind are below it in its function. As many as there are later are those that were left.
        after: What each function of that release does.
    """
    used = after.get(site.function)
    if used is None:
        return Outcome.GONE
    if site.key is None:
        if nth < used.raw[site.name, None]:
            return Outcome.LEFT
        return Outcome.CONVERTED if used.calls[REPLACED_BY.get(site.name)] else Outcome.ANEW
    if nth < used.items[site.name, site.key]:
        return Outcome.LEFT
    return Outcome.CONVERTED if used.attributes[site.name, site.key] else Outcome.ANEW


def outcome_by(site, nth, releases):
    """Return what had become of a site by the last of some releases: what one of them converted, is converted."""
    outcomes = [outcome(site, nth, after) for after in releases]
    return Outcome.CONVERTED if Outcome.CONVERTED in outcomes else outcomes[-1]
