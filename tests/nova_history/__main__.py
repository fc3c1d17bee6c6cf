"""Reads Nova's files out of a repository and prints what was measured."""

import subprocess
import sys

from nova_history.measure import measure

FILE = "nova/compute/manager.py"
BEFORE, BY, LATER = "2014.1", ("2014.2", "2015.1.0"), ("12.0.0", "13.0.0", "14.0.0")


def text_in(repository, tag):
    """Return the file as a release has it."""
    shown = subprocess.run(["git", "-C", repository, "show", f"{tag}:{FILE}"], capture_output=True, check=False)
    if shown.returncode:
        sys.exit(f"{repository}: {shown.stderr.decode().strip()}")
    return shown.stdout.decode()


def share(part, whole):
    """Return how many of how many, and the percentage."""
    return f"{len(part)} of {len(whole)} ({100 * len(part) / len(whole):.1f} %)"


def main(arguments):
    """Measure, print what was, and return 1 if there is a false rewrite."""
    if len(arguments) != 1:
        sys.exit("usage: python -m nova_history PATH, where PATH is a repository of Nova (openstack/nova)")
    (repository,) = arguments
    texts = {tag: text_in(repository, tag) for tag in (BEFORE, *BY, *LATER)}
    measured = measure(texts[BEFORE], [texts[tag] for tag in BY], [texts[tag] for tag in LATER])
    print(f"{FILE} of Icehouse ({BEFORE}), {len(texts[BEFORE].splitlines())} lines, against {', '.join((*BY, *LATER))}")
    print("what people made of the sites by Kilo:", {each.value: n for each, n in measured.people.items()})
    print("sites that people converted, found by the audit:", share(measured.found, measured.converted))
    print("and rewritten in the same way:", share(measured.same, measured.converted))
    for title, sites in (
        ("converted by people, and not rewritten", measured.not_rewritten),
        ("rewritten, where people wrote something else or the function is gone", measured.anew),
        ("rewritten, and converted by people after Kilo", measured.later),
        ("rewritten, and left by people although it is an object (reviewed)", measured.reviewed),
        ("false rewrites", measured.false),
    ):
        print(f"{title}: {len(sites)}")
        for site in sites:
            print(f"  {site}")
    print("seconds:", {name: round(seconds, 1) for name, seconds in measured.seconds.items()})
    return 1 if measured.false else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
