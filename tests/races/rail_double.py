"""A rail that pays into a folder: a file for each reference it paid, and it can kill its caller.

``python -m tests.races.rail_double`` is a worker that sends and tracks once; with ``KILL_AT`` it is
killed, as by ``kill -9``, at that place.
"""

import os
import signal
from decimal import Decimal
from pathlib import Path
from typing import NoReturn

from wallets.rails.base import Attempt, Report, Sent, Standing

FOLDER = "COINHUB_RAIL_DOUBLE"
PLACES = ("claimed", "before_paying", "after_paying", "while_recording", "recorded")


def die() -> NoReturn:
    """End this process without another word."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


class FileRail:
    """Pays each reference once; how often it was asked stands in the file."""

    name = "double"

    def serves(self, currency: str, network: str) -> bool:
        return True

    def minimum(self, currency: str) -> Decimal:
        return Decimal(0)

    def send(self, attempt: Attempt) -> Sent:
        if os.environ.get("KILL_AT") == "before_paying":
            die()
        with file_of(attempt.reference).open("a") as paid:
            paid.write("asked\n")
        if os.environ.get("KILL_AT") == "after_paying":
            die()
        return Sent(f"double-{attempt.reference}")

    def look_up(self, attempt: Attempt, now: object) -> Report:
        is_paid = file_of(attempt.reference).exists()
        return Report(Standing.CONFIRMED if is_paid else Standing.NEVER_SEEN)

    def send_back(self, external_ref: str) -> bool:
        return True


def file_of(reference: str) -> Path:
    return Path(os.environ[FOLDER]) / reference.replace("/", "_")


def paid(public_id: object) -> list[str]:
    """List the references under which a withdrawal was paid."""
    return [path.name for path in Path(os.environ[FOLDER]).glob(f"{public_id}_*")]


def main() -> None:
    """Send and track once, to the end or to the place of death."""
    import django

    django.setup()
    from wallets.services import payout_steps, payout_tracking, payouts

    kill_at = os.environ.get("KILL_AT")
    if kill_at == "claimed":
        payouts.ask = lambda _claimed: die()
    if kill_at == "while_recording":
        payout_steps.sent_step = lambda *_args: die()
    if kill_at == "recorded":
        record = payouts.record

        def record_and_die(*args: object) -> None:
            record(*args)  # type: ignore[arg-type]
            die()

        payouts.record = record_and_die  # type: ignore[assignment]
    payouts.send_due()
    payout_tracking.track_due()


if __name__ == "__main__":
    main()
