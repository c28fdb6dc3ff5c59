"""``python -m coinhub.drills NAME``: run a drill on the database of the environment."""

import argparse
import json
import sys
import time
from typing import Any

import django

from coinhub.core.embedded.errors import CannotRun
from coinhub.drills import options as command_line

ALL_WELL, FOUND, CANNOT_RUN = 0, 1, 2


def main(arguments: list[str]) -> int:
    """Run the drill asked for and say what it found."""
    options = command_line.read(arguments)
    django.setup()
    began = time.monotonic()
    try:
        result = run(options)
    except (CannotRun, ModuleNotFoundError) as lacking:
        sys.stderr.write(f"cannot run: {lacking}\n")
        return CANNOT_RUN
    result = {**result, "took_s": round(time.monotonic() - began, 1)}
    text = json.dumps(result, indent=1) + "\n"
    if options.json == command_line.STANDARD_OUTPUT:
        sys.stdout.write(text)
    else:
        if options.json:
            options.json.write_text(text, encoding="utf-8")
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
        return storm.run(
            storm.Plan(seed=options.seed, rounds=options.rounds, clients=options.clients)
        )
    plan = bank.Plan(seconds=options.seconds, seed=options.seed, clients=options.clients)
    return bank.run(plan)


def told(result: dict[str, Any]) -> str:
    """Put a result into lines for people, the verdict last."""
    lines = []
    for name, value in result.items():
        title = name.replace("_", " ")
        if isinstance(value, dict):
            lines += [f"{title}:", *(in_a_line(k, v) for k, v in value.items())]
            lines += [] if value else ["          none"]
        elif isinstance(value, list):
            lines.append(f"{title}: {', '.join(map(str, value)) or 'none'}")
        elif name not in {"name", "ok", "took_s"}:
            lines.append(f"{title}: {value}")
    verdict = "all is well" if result["ok"] else "FOUND SOMETHING"
    took = f" after {result['took_s']} s" if "took_s" in result else ""
    return "\n".join([*lines, f"drill {result['name']}: {verdict}{took}"]) + "\n"


def in_a_line(what: str, value: Any) -> str:
    """Put a count before what was counted, and words behind what they are about."""
    return f"  {value:>9,}  {what}" if isinstance(value, int | float) else f"  {what}: {value}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
