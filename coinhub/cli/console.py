"""What the runner says to the person at the terminal."""

import os
import sys
import time

# The command continues in another interpreter; what it says counts from the first one's start.
STARTED_VARIABLE = "COINHUB_STARTED_AT"
STARTED_AT = float(os.environ.pop(STARTED_VARIABLE, "") or time.time())


def say(text: str = "") -> None:
    """Write a line."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def progress(text: str) -> None:
    """Write what is being done, with the seconds so far; standard output is for answers."""
    sys.stderr.write(f"[{time.time() - STARTED_AT:5.1f} s] {text}\n")
    sys.stderr.flush()


def complain(text: str) -> None:
    """Write the one line that says why the command cannot run."""
    sys.stderr.write(f"coinhub: {text}\n")
    sys.stderr.flush()
