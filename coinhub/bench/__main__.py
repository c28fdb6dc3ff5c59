"""``python -m coinhub.bench``: the benchmark, on the servers of the environment."""

import argparse
import json
import os
import platform
import sys
from dataclasses import asdict
from pathlib import Path

import django

ALL_REACHED, SHORT = 0, 1


def main(arguments: list[str]) -> int:
    """Measure, print the table, and write the JSON asked for."""
    parser = argparse.ArgumentParser(prog="coinhub bench", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows there too")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="under two minutes")
    size.add_argument("--full", action="store_true", help="a history of 10,000,000 postings")
    options = parser.parse_args(arguments)
    django.setup()
    from coinhub.bench.rows import table
    from coinhub.bench.run import Plan, run

    plan = Plan()
    if options.quick:
        plan = Plan(rounds=3, seconds=2.0, large=50_000)
    elif options.full:
        plan = Plan(large=10_000_000)
    found = run(plan)
    sys.stdout.write(table(found))
    if options.json:
        machine = {"cores": os.cpu_count(), "python": platform.python_version()}
        told = {**asdict(plan), "machine": machine, "rows": [asdict(row) for row in found]}
        options.json.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return SHORT if any(row.verdict == "short" for row in found) else ALL_REACHED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
