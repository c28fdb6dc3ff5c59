"""``python -m coinhub.drills NAME``: run a drill on the database of the environment."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import django

from coinhub.drills import NAMES

ALL_WELL, FOUND, CANNOT_RUN = 0, 1, 2


def main(arguments: list[str]) -> int:
    """Run the drill asked for and say what it found."""
    parser = argparse.ArgumentParser(prog="coinhub drill", description=__doc__)
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the result there too")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60.0, help="bank: how long, default 60")
    parser.add_argument("--clients", type=int, default=64, help="bank: how many, default 64")
    parser.add_argument("--tries", type=int, default=500, help="authz-matrix: by the clock")
    parser.add_argument("--cases", type=int, default=100, help="fuzz: for each operation")
    parser.add_argument("--rounds", type=int, default=50, help="storm: of each operation")
    options = parser.parse_args(arguments)
    django.setup()
    try:
        result = run(options)
    except ModuleNotFoundError as lacking:
        sys.stderr.write(f"cannot run: {lacking}\n")
        return CANNOT_RUN
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(told(result))
    return ALL_WELL if result["ok"] else FOUND


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Run one drill; its modules need Django set up."""
    from coinhub.drills import authz, bank, fuzz, invariants, storm

    if options.name == "invariants":
        return invariants.run()
    if options.name == "authz-matrix":
        return authz.run(authz.Plan(seed=options.seed, tries=options.tries))
    if options.name == "fuzz":
        return fuzz.run(fuzz.Plan(seed=options.seed, cases=options.cases))
    if options.name == "storm":
        return storm.run(storm.Plan(seed=options.seed, rounds=options.rounds))
    plan = bank.Plan(seconds=options.seconds, seed=options.seed, clients=options.clients)
    return bank.run(plan)


def told(result: dict[str, Any]) -> str:
    """Put a result into lines for people."""
    lines = [f"drill {result['name']}: {'all is well' if result['ok'] else 'FOUND SOMETHING'}"]
    for name, value in result.items():
        if isinstance(value, dict):
            shown = [
                f"  {v:>9,}  {k}" if isinstance(v, int) else f"  {k}: {v}" for k, v in value.items()
            ]
            lines += [f"{name.replace('_', ' ')}:", *shown]
        elif name not in {"name", "ok"}:
            lines.append(f"{name}: {value}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
