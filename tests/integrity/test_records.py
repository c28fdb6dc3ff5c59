"""The check of records knows every way a payment can stand, and finds none of them wrong."""

from decimal import Decimal

import pytest

from coinhub.core.actor import Actor, system
from integrity.checks import records
from integrity.selectors import snapshot
from tests.conftest import gbp, make_customer
from tests.wallets.leaving import actor_of, due, leaver, place, state_of, withdraw
from tests.wallets.services.test_payouts import Scripted
from wallets.models import Fee, Hold, Transaction, Wallet
from wallets.rails.base import Arrival, Finality, PaymentNews, Refused, Report, ReturnNews, Standing
from wallets.rails.configured import _make, rail_named
from wallets.selectors import fees
from wallets.services import deposits, payments, payout_tracking, payouts, receipts, withdrawals

RAIL = Actor(kind="rail")


@pytest.fixture
def rail(settings, db):
    for operation in ("deposit", "withdrawal", "transfer"):
        Fee.objects.create(operation=operation, currency_id="GBP", fixed=Decimal("1.00"))
    fees.forget()
    settings.RAILS = ["tests.wallets.services.test_payouts.Scripted"]
    Scripted.outcomes, Scripted.report, Scripted.sent = [], Report(Standing.UNKNOWN), []
    _make.cache_clear()
    yield Scripted
    _make.cache_clear()


def wrong():
    """Give the transactions that the check finds misleading or stuck, in this database."""
    with snapshot.glance() as view:
        judged = records.judge(view)
    return judged.misleading + judged.stuck


def arrives(user, ref="in"):
    arrival = Arrival(f"{ref}-{user.pk}", str(user.pk), Decimal("100.00"), "GBP", Finality.FINAL)
    return receipts.take_arrival(rail=rail_named("scripted"), arrival=arrival, actor=RAIL)


def report(txn, standing, number=1):
    payout_tracking.take_news(
        rail=rail_named("scripted"),
        news=PaymentNews(f"{txn.public_id}/{number}", Report(standing, "x", Decimal("0.10"))),
        actor=RAIL,
    )


@pytest.mark.django_db
class TestDeposits:
    def test_in_every_state(self, rail):
        approved, waiting = make_customer(), make_customer(kyc="pending")
        arrives(approved)
        arrives(waiting)
        assert wrong() == []
        hold = Hold.objects.select_related("wallet__owner__kyc_case", "transaction").get(
            wallet__owner=waiting
        )
        deposits.return_step(hold=hold, actor=system(), reason="unwanted")
        assert wrong() == []
        news = ReturnNews(f"in-{waiting.pk}", True)
        receipts.take_return(rail=rail_named("scripted"), news=news, actor=RAIL)
        assert hold_states(waiting) == "returned"
        assert wrong() == []

    def test_of_nobody(self, rail):
        arrival = Arrival("nobodys", "", Decimal("7.00"), "GBP", Finality.FINAL)
        receipts.take_arrival(rail=rail_named("scripted"), arrival=arrival, actor=RAIL)
        assert wrong() == []


def hold_states(user):
    return Transaction.objects.get(payee_wallet__owner=user).state


@pytest.mark.django_db
class TestWithdrawals:
    def test_on_the_way_to_completed_and_back(self, rail):
        payments.fund_house(code="SYS-RESERVE-0001", amount=gbp("5.00"), actor=system())
        user = leaver()
        txn = withdraw(user, "100.00", place(user, age_h=1))
        seen = [state_of(txn)]
        due(txn)
        payout_tracking.move_cooled()
        for standing in (Standing.ACCEPTED, Standing.CONFIRMED, Standing.BOUNCED):
            assert wrong() == []
            due(txn)
            payouts.send_due()
            report(txn, standing)
            seen.append(state_of(txn))
        assert seen == ["cooling", "sent", "completed", "bounced"]
        assert wrong() == []

    def test_that_came_to_nothing(self, rail):
        user = leaver()
        rail.outcomes = [Refused("no", retryable=False)]
        failed = withdraw(user, "10.00")
        payouts.send_due()
        cancelled = withdraw(user, "10.00")
        withdrawals.cancel(owner_id=user.pk, public_id=cancelled.public_id, actor=actor_of(user))
        assert (state_of(failed), state_of(cancelled)) == ("failed", "cancelled")
        assert wrong() == []

    @pytest.mark.parametrize("spent", ["0.00", "950.00"])
    def test_that_succeeded_late(self, rail, spent):
        payments.fund_house(code="SYS-RESERVE-0001", amount=gbp("500.00"), actor=system())
        user = leaver()
        rail.outcomes = [Refused("busy", retryable=True)]
        txn = withdraw(user, "100.00")
        payouts.send_due()
        withdrawals.cancel(owner_id=user.pk, public_id=txn.public_id, actor=actor_of(user))
        if Decimal(spent):
            wallet = Wallet.objects.get(owner=user)
            payments.debit(payer=wallet, amount=gbp(spent), actor=system())
        report(txn, Standing.CONFIRMED)
        assert state_of(txn) == "completed"
        assert wrong() == []
        report(txn, Standing.BOUNCED)
        assert state_of(txn) == "bounced"
        assert wrong() == []
