"""Scheduled work: withdrawals on their way, payments that stand too long, answers not kept."""

from typing import Any

from celery import shared_task

from wallets.services import payout_tracking, payouts, returns, stuck


@shared_task(name="wallets.send_withdrawals", ignore_result=True)
def send_withdrawals(**_future: Any) -> None:
    """Hand approved withdrawals to their rails; two workers claim different ones."""
    payouts.send_due()


@shared_task(name="wallets.move_withdrawals", ignore_result=True)
def move_withdrawals(**_future: Any) -> None:
    """Let go on what cools no more, cancel what nobody decided, and send back what goes back."""
    payout_tracking.move_cooled()
    payout_tracking.cancel_forgotten()
    returns.send_back_due()


@shared_task(name="wallets.track_withdrawals", ignore_result=True)
def track_withdrawals(**_future: Any) -> None:
    """Ask rails what became of withdrawals; what is known already changes nothing."""
    payout_tracking.track_due()


@shared_task(name="wallets.finish_stuck", ignore_result=True)
def finish_stuck(**_future: Any) -> None:
    """End expired holds and tell of what stands too long; each is told of once."""
    stuck.finish_stuck()


@shared_task(name="wallets.empty_answers", ignore_result=True)
def empty_answers(**_future: Any) -> None:
    """Empty answers older than a day; twice empties nothing more."""
    stuck.empty_answers()
