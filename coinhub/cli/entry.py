"""Which command was asked for; makes the environment and continues inside it."""

import errno
import importlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from coinhub.cli import environment
from coinhub.cli.console import STARTED_AT, STARTED_VARIABLE, complain, say
from coinhub.core.embedded.errors import CannotRun

CANNOT_RUN = 2
INTERRUPTED = 130
DISK_ERRORS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES})


@dataclass(frozen=True)
class Command:
    """One command: the module whose ``run`` does it, and its line in the help."""

    module: str
    usage: str
    does: str
    needs_dev: bool = False


COMMANDS = {
    "up": Command(
        "coinhub.cli.up",
        "up [--port 8000] [--state-dir var] [--workers 2]",
        "start everything; Ctrl-C ends it",
    ),
    "test": Command(
        "coinhub.cli.testing",
        "test [pytest arguments]",
        "run the tests on their own servers",
    ),
    "check": Command(
        "coinhub.cli.check",
        "check",
        "formatting, lint, types, import rules, migrations, SQL",
        needs_dev=True,
    ),
    "bench": Command(
        "coinhub.cli.bench",
        "bench [--json FILE] [--quick]",
        "run the benchmark on its own servers",
        needs_dev=True,
    ),
    "drill": Command(
        "coinhub.cli.drill",
        "drill NAME [--json FILE] [--seed N]",
        "run a drill against the running installation, or its own",
    ),
    "manage": Command(
        "coinhub.cli.manage",
        "manage COMMAND ...",
        "run a management command against the running installation",
    ),
    "env": Command(
        "coinhub.cli.addresses",
        "env [--state-dir var]",
        "print the addresses of the running installation",
    ),
    "demo-code": Command(
        "coinhub.cli.demo_code",
        "demo-code EMAIL",
        "print the current one-time code of a demo person",
    ),
}


def main(argv: Sequence[str]) -> int:
    """Run one command and return the exit code."""
    name, arguments = (argv[0], list(argv[1:])) if argv else ("help", [])
    if name in {"help", "-h", "--help"}:
        return show_help()
    command = COMMANDS.get(name)
    if command is None:
        complain(f"no command {name!r}; python3 -m coinhub help lists them")
        return CANNOT_RUN
    state_dir = environment.PROJECT
    try:
        state_dir, arguments = take_state_dir(arguments)
        enter_environment(state_dir, dev=command.needs_dev, argv=argv)
        module = importlib.import_module(command.module)
        return int(module.run(arguments, state_dir))
    except CannotRun as refusal:
        complain(str(refusal))
        return CANNOT_RUN
    except OSError as failure:
        if failure.errno not in DISK_ERRORS:
            raise
        complain(f"{failure.filename or state_dir}: {failure.strerror}")
        return CANNOT_RUN
    except KeyboardInterrupt:
        return INTERRUPTED


def show_help() -> int:
    """List the commands."""
    say("python3 -m coinhub COMMAND\n")
    width = max(len(command.usage) for command in COMMANDS.values())
    for command in COMMANDS.values():
        say(f"  {command.usage:<{width}}  {command.does}")
    say("\nEvery command takes --state-dir DIR or COINHUB_STATE_DIR (default: var).")
    return 0


def take_state_dir(arguments: Sequence[str]) -> tuple[Path, list[str]]:
    """Take ``--state-dir`` out of the arguments; what is left belongs to the command.

    Raises: CannotRun.
    """
    chosen = os.environ.get("COINHUB_STATE_DIR") or str(environment.PROJECT / "var")
    rest: list[str] = []
    pending = iter(arguments)
    for argument in pending:
        if argument == "--state-dir":
            value = next(pending, None)
            if value is None:
                raise CannotRun("--state-dir needs a folder")
            chosen = value
        elif argument.startswith("--state-dir="):
            chosen = argument.partition("=")[2]
        else:
            rest.append(argument)
    return Path(chosen).absolute(), rest


def enter_environment(state_dir: Path, *, dev: bool, argv: Sequence[str]) -> None:
    """Continue in the interpreter of the environment, unless we are there already.

    Raises: CannotRun.
    """
    python = environment.ensure(state_dir, dev=dev)
    if os.path.realpath(sys.prefix) == os.path.realpath(python.parent.parent):
        return
    known = [str(environment.PROJECT), *filter(None, [os.environ.get("PYTHONPATH")])]
    environ = os.environ | {
        "PYTHONPATH": os.pathsep.join(known),
        STARTED_VARIABLE: str(STARTED_AT),
    }
    os.execve(python, [str(python), "-m", "coinhub", *argv], environ)
