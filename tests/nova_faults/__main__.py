"""Sweep the faults of a live migration in Nova, and write the page: ``make nova-faults``."""

import argparse
import multiprocessing
import os
import sys
from concurrent import futures
from pathlib import Path

from rich.console import Console
from rich.progress import track

from nova_faults.page import page
from nova_faults.points import faults_at
from nova_faults.runs import SCENARIOS, run

PAGE = Path(__file__).parents[2] / "docs" / "nova-faults.md"


def main() -> int:
    """Run what was asked for; return 1 if a run without faults breaks something or cannot be told of."""
    parser = argparse.ArgumentParser(prog="python -m nova_faults", description=__doc__)
    parser.add_argument("--scenario", choices=SCENARIOS, action="append", help="only this one; nothing is written then")
    parser.add_argument("--fault", help="only this one, as 'driver dst pre_live_migration#1', with a + if afterwards")
    arguments = parser.parse_args()
    chosen = arguments.scenario or list(SCENARIOS)
    with futures.ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("fork")) as pool:
        fault_free = list(pool.map(run, chosen, [None] * len(chosen)))
        for one in fault_free:
            if one.trouble or one.breaches:
                print(f"{one.scenario}, without a fault: {one.trouble or ', '.join(one.breaches)}")
                return 1
        asked = [
            (one.scenario, fault)
            for one in fault_free
            for fault in faults_at(one.points)
            if arguments.fault in (None, str(fault))
        ]
        under_way = [pool.submit(run, *each) for each in asked]
        console = Console(stderr=True)
        faulty = [each.result() for each in track(under_way, "faults", total=len(under_way), console=console)]
    if arguments.scenario or arguments.fault:
        for each in faulty:
            print(f"{each.scenario}, {each.fault}: {each.trouble or ', '.join(each.breaches) or 'nothing is broken'}")
            print(f"  {each.after}")
    else:
        PAGE.write_text(page([*fault_free, *faulty]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
