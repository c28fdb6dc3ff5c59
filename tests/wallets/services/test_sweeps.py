"""Sweeps go on past what they can do nothing about, however much of it there is."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from coinhub.core.actor import Actor, system
from coinhub.events import within
from coinhub.users import roles
from kyc.services import decisions
from tests.conftest import gbp, make_customer, make_staff, wallet_of
from tests.wallets.leaving import due, leaver, place, withdraw
from tests.wallets.services.test_stuck import wait_until
from wallets.ledger.errors import MoveNotAllowed
from wallets.models import Hold, Wallet, Withdrawal
from wallets.selectors import walks, withdrawals
from wallets.services import (
    freezes,
    holds,
    payout_tracking,
    recalls,
    releases,
    resumed,
    stops,
    stuck,
    transfers,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _one_at_a_time(monkeypatch):
    monkeypatch.setattr(walks, "BATCH", 1)


def first_holds_on(wallet):
    """Name the two oldest of three holds."""
    ids = Hold.objects.filter(wallet=wallet).order_by("pk").values_list("pk", flat=True)
    return set(list(ids)[:2])


def refusing(function, holds_refused, *, answer=None):
    """Let a function do nothing about some holds: it refuses, or it gives the answer."""

    def wrapped(hold, actor):
        if getattr(hold, "pk", hold) not in holds_refused:
            return function(hold, actor)
        if answer is None:
            raise MoveNotAllowed
        return answer

    return wrapped


def test_of_stopped_deposits_release_what_is_in_no_stopped_currency(alice, actor):
    stop = stops.engage(scope="all", reason="a drill", actor=actor)
    dollars = [wallet_of(make_customer(), "USD", funded="1.00") for _ in range(2)]
    pounds = wallet_of(alice, funded="1.00")
    stops.engage(scope="currency", value="USD", reason="a drill", actor=actor)
    with transaction.atomic():
        stops.lift_step(stop_id=stop.pk, actor=actor)
    assert resumed.release_paused(actor=actor) == 1
    found = Wallet.objects.filter(pk__in=[w.pk for w in (*dollars, pounds)]).order_by("pk")
    assert [(wallet.available, wallet.held) for wallet in found] == [(0, 1), (0, 1), (1, 0)]


def test_of_forgotten_transfers_give_back_behind_those_of_frozen_senders(monkeypatch, actor):
    monkeypatch.setattr(recalls, "WAITS", -timedelta(seconds=1))
    to = wallet_of(make_customer("waits", kyc="pending"))
    senders = [wallet_of(make_customer(), funded="5.00") for _ in range(3)]
    for sender in senders:
        transfers.transfer(payer=sender, payee=to, amount=gbp("5.00"), actor=actor)
    for sender in senders[:2]:
        kind = {"kind": "full", "reason": "asked by a court"}
        freezes.freeze(customer_id=sender.owner_id, actor=actor, **kind)
    assert recalls.recall_forgotten(actor=actor) == 1
    senders[2].refresh_from_db()
    assert senders[2].available == 5


def test_of_held_money_release_behind_what_refuses(monkeypatch, carol):
    purse = wallet_of(carol)
    for _ in range(3):
        wallet_of(carol, funded="1.00")
    monkeypatch.setitem(within._subscribers, decisions.APPROVED, [])
    reviewer = Actor(kind="staff", user_id=make_staff("reviewer", roles.KYC).pk)
    decisions.approve(customer_id=carol.pk, actor=reviewer)
    monkeypatch.setattr(
        releases, "_release_one", refusing(releases._release_one, first_holds_on(purse))
    )
    releases.release_due()
    purse.refresh_from_db()
    assert (purse.available, purse.held) == (1, 2)


def test_of_expired_holds_let_go_behind_what_refuses(monkeypatch, alice, bob):
    payer, payee = wallet_of(alice, funded="3.00"), wallet_of(bob)
    ends = timezone.now() + timedelta(milliseconds=300)
    for _ in range(3):
        holds.place_hold(
            payer=payer,
            payee=payee,
            amount=gbp("1.00"),
            purpose="test",
            actor=system(),
            expires_at=ends,
        )
    monkeypatch.setattr(stuck, "_expire", refusing(stuck._expire, first_holds_on(payer), answer=0))
    wait_until(ends)
    stuck.finish_stuck()
    payer.refresh_from_db()
    assert (payer.available, payer.locked) == (1, 2)


@pytest.mark.parametrize(
    ("sweep", "step"),
    [
        (payout_tracking.move_cooled, "_cooled"),
        (payout_tracking.cancel_forgotten, "_forgotten"),
        (payout_tracking.track_due, "_track"),
    ],
)
def test_of_withdrawals_move_on_behind_what_refuses(monkeypatch, sweep, step):
    ann = leaver()
    rows = [due(withdraw(ann, "1.00", place(ann, age_h=1))) for _ in range(3)]
    seen = []
    ours = Withdrawal.objects.filter(pk__in=[row.pk for row in rows]).order_by("pk")
    monkeypatch.setattr(withdrawals, "due_in", lambda *states: ours)

    def refuse_two(row):
        seen.append(row.pk)
        if row.pk != rows[2].pk:
            raise MoveNotAllowed

    monkeypatch.setattr(payout_tracking, step, refuse_two)
    sweep()
    assert seen == [row.pk for row in rows]
