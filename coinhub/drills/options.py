"""What may be asked of the drills on the command line; read before anything is started for one."""

import argparse
import sys
from pathlib import Path

USAGE = "python3 -m coinhub drill"
ENDS = """\
A drill runs against the installation that is running on the state folder, or starts one of its
own (four web processes, no rate limits, thrown away afterwards). It tells on the way how far it is,
and in its last line what came of it.

Exit code: 0 all is well, 1 something was found, 2 it could not run.
"""
DRILLS = {
    "authz-matrix": (
        "call every route as every kind of caller",
        "Call every route of the configuration as eleven kinds of caller and compare what each "
        "meets with the declared table, coinhub/drills/authz_matrix.txt. Then ask by turns for "
        "another's object and for one that does not exist: words and times have to be alike.",
    ),
    "bank": (
        "move money among few wallets near zero, and read all the time",
        "Let many clients transfer, hold, capture, void and repeat among sixteen wallets with "
        "hardly anything in them. Every read of all of them has to give the same total.",
    ),
    "fuzz": (
        "send what the API's document allows and forbids",
        "Let Schemathesis (of requirements-dev.txt) make requests of the API's own document and "
        "send them as five kinds of caller. Every answer has to be one that the document names.",
    ),
    "invariants": (
        "ask what must always hold",
        "Count the places where a promise of the ledger does not hold, all in one snapshot.",
    ),
    "storm": (
        "send the same payment from 200 clients at once",
        "Let 200 clients send the same request at the same moment, and again until each has its "
        "answer: for each money operation exactly one movement, whoever won.",
    ),
}
NAMES = tuple(DRILLS)
IN_THIS_PROCESS = ("authz-matrix", "fuzz")  # these call the application without the web server
STANDARD_OUTPUT = Path("-")


def read(arguments: list[str]) -> argparse.Namespace:
    """Read what was asked for; help and what makes no sense end the process, with 0 and with 2."""
    parser = argparse.ArgumentParser(
        prog=USAGE,
        description="Put CoinHub to the test, at full size.",
        epilog=ENDS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    names = parser.add_subparsers(dest="name", metavar="NAME", required=True, title="drills")
    for name, (short, long) in DRILLS.items():
        drill = names.add_parser(name, help=short, description=long)
        drill.add_argument(
            "--json", type=Path, metavar="FILE", help="write the result there, too; - prints it"
        )
        drill.add_argument("--seed", type=int, default=1, help="of what is random (default 1)")
        add_own(name, drill)
    if not arguments:
        parser.print_help(sys.stderr)
        parser.exit(2)
    return parser.parse_args(arguments)


def add_own(name: str, drill: argparse.ArgumentParser) -> None:
    """Add what only one drill knows."""
    if name == "authz-matrix":
        drill.add_argument(
            "--tries", type=above_zero, default=500, help="by the clock, of each route (500)"
        )
    elif name == "bank":
        drill.add_argument("--seconds", type=float, default=60.0, help="how long (60)")
        drill.add_argument("--clients", type=above_zero, default=64, help="how many at once (64)")
    elif name == "fuzz":
        drill.add_argument(
            "--cases", type=above_zero, default=100, help="of each operation and caller (100)"
        )
    elif name == "storm":
        drill.add_argument("--rounds", type=above_zero, default=50, help="of each operation (50)")
        drill.add_argument("--clients", type=above_zero, default=200, help="how many at once (200)")


def above_zero(text: str) -> int:
    """Read a number of things of which there has to be one."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number
