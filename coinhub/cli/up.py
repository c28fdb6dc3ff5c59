"""``up``: the whole installation, until Ctrl-C."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from coinhub.cli import installation
from coinhub.cli.console import progress, say
from coinhub.cli.stack import Stack
from coinhub.cli.supervisor import Ended, be_deaf, listen_for_the_end
from coinhub.core.embedded.state import State

DEMO_PASSWORD = "coinhub-demo-only"  # noqa: S105 - public, and refused outside the sandbox
DEMO_PEOPLE = {
    "alice@example.com": "approved customer",
    "bob@example.com": "approved customer",
    "carol@example.com": "customer, KYC in review, GBP 500.00 held",
    "dave@example.com": "new customer",
    "maker@example.com": "operations: proposes",
    "checker@example.com": "operations: approves",
    "kyc@example.com": "KYC staff",
    "auditor@example.com": "reads everything, changes nothing",
    "admin@example.com": "superuser, /admin/",
}


def run(arguments: Sequence[str], state_dir: Path) -> int:
    """Start everything, say where it is, and look after it until somebody ends it.

    Raises: CannotRun.
    """
    options = parse(arguments)
    state = State(state_dir)
    state.open()
    state.lock()
    stack = Stack(state=state, port=options.port, workers=options.workers, is_closed=options.closed)
    try:
        listen_for_the_end()
        installation.require_port(options.port)
        has_demo = stack.start()
        if options.closed:
            say("\nCoinHub is closed: only its servers run, for python3 -m coinhub manage")
        else:
            greet(stack.base_url, has_demo=has_demo)
        stack.supervisor.run()
    except Ended:
        say()
    finally:
        be_deaf()
        stack.stop()
    progress("CoinHub has ended")
    return 0


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the options."""
    parser = argparse.ArgumentParser(prog="python3 -m coinhub up")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=2, help="web processes")
    parser.add_argument(
        "--closed", action="store_true", help="start only the servers, to look and to repair"
    )
    return parser.parse_args(arguments)


def greet(base_url: str, *, has_demo: bool) -> None:
    """Say where it is, and who may sign in to the sandbox."""
    if has_demo:
        say(f"Demo people (sandbox only), password {DEMO_PASSWORD}, then a code:")
        say("  python3 -m coinhub demo-code alice@example.com")
        for email, who in DEMO_PEOPLE.items():
            say(f"  {email:<22}{who}")
    progress("ready")
    say(f"\nCoinHub is ready: {base_url}/")
