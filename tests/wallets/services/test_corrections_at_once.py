"""Payments, corrections, approvals and freezes all at once: the books stay sound."""

import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from django.db import OperationalError, connection, transaction

from coinhub.approvals import services as approvals
from coinhub.approvals.models import Approval
from coinhub.core.actor import Actor, system
from coinhub.core.errors import DomainError
from coinhub.users import roles
from coinhub.users.models import User
from kyc.refusals import CaseNotInReview
from kyc.services import decisions
from tests.conftest import gbp, make_customer, make_staff, wallet_of
from tests.wallets.relations import assert_agree, assert_sums_are_zero
from tests.wallets.services.test_odd_reversals import assert_no_finding_about
from wallets.ledger import chart
from wallets.models import Hold, Transaction, Wallet
from wallets.services import (
    freezes,
    holds,
    payments,
    recalls,
    refunds,
    releases,
    resumed,
    reversals,
    transfers,
)
from wallets.services.reversals import Terms

SECONDS, THREADS, PEOPLE = 8, 8, 8
APPROVED_OF_TEN = 7
CHANCE = random.SystemRandom()
WHY = "everything happens at once here"
Type, State = Transaction.Type, Transaction.State


@dataclass
class Town:
    """Customers of whom half wait for their identity check, and staff."""

    staff: list[User] = field(
        default_factory=lambda: [make_staff("staff", roles.OPERATIONS, roles.KYC) for _ in range(4)]
    )
    wallets: list[Wallet] = field(
        default_factory=lambda: [
            wallet_of(make_customer(kyc="pending" if n % 2 else "approved"), funded="500.00")
            for n in range(PEOPLE)
        ]
    )

    def actor(self):
        return self.by(CHANCE.choice(self.staff))

    @staticmethod
    def by(person):
        return Actor(kind="staff", user_id=person.pk, request_id="at once")

    def some(self, **wanted):
        mine = Transaction.objects.filter(payee_wallet__in=self.wallets, **wanted)
        found = list(mine.select_related("payer_wallet", "payee_wallet").order_by("-id")[:30])
        if not found:
            raise DomainError
        return CHANCE.choice(found)

    def pay(self):
        payer, payee = CHANCE.sample(self.wallets, 2)
        payee = Wallet.objects.select_related("owner__kyc_case").get(pk=payee.pk)
        transfers.transfer(payer=payer, payee=payee, amount=amount(), actor=system())

    def deposit(self):
        chosen = CHANCE.choice(self.wallets)
        payee = Wallet.objects.select_related("owner__kyc_case").get(pk=chosen.pk)
        payments.credit(payee=payee, amount=amount(), actor=system())

    def refund(self):
        txn = self.some(type=Type.TRANSFER)
        refunds.refund(
            owner_id=txn.payee_wallet.owner_id,
            transaction_id=txn.public_id,
            amount=str(amount().amount),
            actor=system(),
        )

    def recall(self):
        txn = self.some(type=Type.TRANSFER, state=State.HELD)
        recalls.recall(
            owner_id=txn.payer_wallet.owner_id, transaction_id=txn.public_id, actor=system()
        )

    def propose(self):
        txn, maker = self.some(type__in=(Type.TRANSFER, Type.DEPOSIT)), CHANCE.choice(self.staff)
        reversals.propose(
            original_id=txn.public_id,
            amount=CHANCE.choice([amount().amount, txn.amount.quantize(Decimal("0.01"))]),
            terms=Terms(shortfall_policy=CHANCE.choice(["platform_covers", "fail_if_short"])),
            reason=WHY,
            maker=maker,
            actor=self.by(maker),
        )

    def decide(self):
        mine = Approval.objects.filter(maker__in=self.staff, state=Approval.State.PENDING)
        found = list(mine[:10])
        if not found:
            raise DomainError
        approval, checker = CHANCE.choice(found), CHANCE.choice(self.staff)
        if CHANCE.randint(1, 10) <= APPROVED_OF_TEN:
            approvals.approve(
                approval.public_id,
                checker=checker,
                shown_sha256=approval.payload_sha256,
                actor=self.by(checker),
            )
        else:
            approvals.reject(
                approval.public_id, checker=checker, comment=WHY, actor=self.by(checker)
            )

    def identify(self):
        wallet = CHANCE.choice(self.wallets)
        decisions.approve(customer_id=wallet.owner_id, actor=self.actor())

    def freeze(self):
        wallet = CHANCE.choice(self.wallets)
        row = freezes.freeze(
            customer_id=wallet.owner_id, kind="credit", reason=WHY, actor=self.actor()
        )
        time.sleep(0.05)
        with transaction.atomic():
            freezes.lift_step(freeze_id=row.pk, actor=self.actor())

    def lock(self):
        payer, payee = CHANCE.sample(self.wallets, 2)
        holds.place_hold(
            payer=payer, payee=payee, amount=amount(), purpose="card_auth", actor=system()
        )

    def capture(self):
        mine = Hold.objects.filter(wallet__in=self.wallets, purpose="card_auth", state="open")
        rows = mine.select_related("wallet", "transaction__payee_wallet__owner__kyc_case")
        found = list(rows[:10])
        if not found:
            raise DomainError
        hold = CHANCE.choice(found)
        holds.capture(hold=hold, amount=gbp(str(hold.remaining.quantize(Decimal("0.01")))),
                      actor=system())  # fmt: skip

    def sweep(self):
        releases.release_due()
        resumed.release_unfrozen(actor=system())


def amount():
    return gbp(f"{CHANCE.randint(1, 9000) / 100:.2f}")


WORK = ("pay", "pay", "deposit", "refund", "recall", "propose", "propose", "decide", "decide",
        "identify", "freeze", "lock", "capture", "sweep")  # fmt: skip


@pytest.fixture
def town(committed_db):
    payments.fund_house(code=chart.RESERVE, amount=gbp("100000.00"), actor=system())
    return Town()


def work(town, until):
    """Do one thing after the other, and count what came of each."""
    seen = Counter()
    try:
        while time.monotonic() < until:
            name = CHANCE.choice(WORK)
            try:
                getattr(town, name)()
            except DomainError as refusal:
                seen[f"{name}: {refusal.code}"] += 1
            except OperationalError as error:  # waited too long; anything else is a fault
                seen[f"{name}: {getattr(error.__cause__, 'sqlstate', error)}"] += 1
            else:
                seen[f"{name}: done"] += 1
    finally:
        connection.close()
    return seen


def finish(town):
    """Decide about everything that still waits for somebody."""
    for wallet in town.wallets:
        with suppress(CaseNotInReview):
            decisions.approve(customer_id=wallet.owner_id, actor=town.actor())
    for approval in Approval.objects.filter(maker__in=town.staff, state="pending"):
        approvals.withdraw(approval.public_id, maker=approval.maker, actor=system())
    town.sweep()


def test_they_leave_the_books_sound_and_nothing_waiting_for_nothing(town):
    until = time.monotonic() + SECONDS
    with ThreadPoolExecutor(THREADS) as pool:
        seen = sum(pool.map(lambda _: work(town, until), range(THREADS)), Counter())
    finish(town)
    assert_agree(*town.wallets)
    assert_sums_are_zero()
    assert_no_finding_about(*town.wallets)
    stuck = Hold.objects.filter(wallet__in=town.wallets, state="open", balance_type="held")
    assert list(stuck) == []
    for name in ("pay", "refund", "propose", "decide", "identify", "capture"):
        assert seen[f"{name}: done"], seen
