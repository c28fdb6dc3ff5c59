"""What the runner says to the person at the terminal."""

import sys
import time

STARTED_AT = time.monotonic()


def say(text: str = "") -> None:
    """Write a line."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def progress(text: str) -> None:
    """Write what is being done, with the seconds since the start; answers go to the other stream."""
    sys.stderr.write(f"[{time.monotonic() - STARTED_AT:5.1f} s] {text}\n")
    sys.stderr.flush()


def complain(text: str) -> None:
    """Write the one line that says why the command cannot run."""
    sys.stderr.write(f"coinhub: {text}\n")
    sys.stderr.flush()
