"""Where two features meet: what one of them ended is not paid again by the other."""

from decimal import Decimal

import pytest

from coinhub.approvals import services as approvals
from coinhub.core.actor import Actor, system
from coinhub.users import roles
from tests.conftest import gbp, make_staff
from tests.wallets.leaving import actor_of, leaver, state_of, withdraw
from tests.wallets.services.test_deposits import arrives, deposit_fee  # noqa: F401
from tests.wallets.services.test_payouts import look, news, rail, wallet_of_txn  # noqa: F401
from wallets.models import Hold, Transaction, Wallet
from wallets.policies.reversals import NotReversible
from wallets.rails.base import Refused, Report, Standing
from wallets.rails.configured import rail_named
from wallets.selectors import house
from wallets.services import (
    deposit_returns,
    deposits,
    freezes,
    payments,
    payouts,
    returns,
    reversals,
    withdrawals,
)
from wallets.services.reversals import Terms

RESERVE = "SYS-RESERVE-0001"
WHY = "the bank took it back"


def reserve():
    return house.get_house_wallet(RESERVE, "GBP").available


@pytest.fixture
def maker(db):
    return make_staff("maker", roles.OPERATIONS)


@pytest.fixture
def checker(db):
    return make_staff("checker", roles.OPERATIONS)


def by(person):
    return Actor(kind="staff", user_id=person.pk, request_id="seams")


def reverse(txn, amount, maker, checker, **terms):
    approval = reversals.propose(
        original_id=txn.public_id,
        amount=Decimal(amount),
        terms=Terms(**terms),
        reason=WHY,
        maker=maker,
        actor=by(maker),
    )
    return approvals.approve(
        approval.public_id,
        checker=checker,
        shown_sha256=approval.payload_sha256,
        actor=by(checker),
    )


@pytest.mark.django_db
class TestBounceOfLateSuccess:
    def late(self, rail, spent):  # noqa: F811
        payments.fund_house(code=RESERVE, amount=gbp("500.00"), actor=system())
        user = leaver()
        txn = withdraw(user, "100.00")
        rail.outcomes = [Refused("busy", retryable=True)]
        payouts.send_due()
        withdrawals.cancel(owner_id=user.pk, public_id=txn.public_id, actor=actor_of(user))
        payments.debit(payer=wallet_of_txn(txn), amount=gbp(spent), actor=system())
        news(txn, Report(Standing.CONFIRMED, "ext"))
        return txn

    @pytest.mark.parametrize(
        ("returned", "for_reserve", "for_customer"),
        [(None, 70, 30), ("100.00", 70, 30), ("80.00", 70, 10), ("60.00", 60, 0)],
    )
    def test_gives_the_reserve_back_what_it_covered(
        self, request, returned, for_reserve, for_customer
    ):
        txn = self.late(request.getfixturevalue("rail"), "970.00")
        before = reserve()
        back = None if returned is None else Decimal(returned)
        news(txn, Report(Standing.BOUNCED, "ext", returned=back))
        assert state_of(txn) == "bounced"
        assert (reserve() - before, wallet_of_txn(txn).available) == (for_reserve, for_customer)


@pytest.mark.django_db
def test_what_bounced_goes_back_to_no_sender(rail):  # noqa: F811
    user = leaver()
    txn = withdraw(user, "100.00")
    payouts.send_due()
    rail.report = Report(Standing.CONFIRMED)
    look(txn)
    freezes.freeze(customer_id=user.pk, kind="credit", reason="asked by a court", actor=system())
    rail.report = Report(Standing.BOUNCED)
    look(txn)
    back = Transaction.objects.get(payee_wallet__owner=user, state="held")
    assert not deposit_returns.can_be_returned(back)
    hold = Hold.objects.select_related("wallet__owner__kyc_case", "transaction").get(
        transaction=back
    )
    deposits.return_step(hold=hold, actor=system(), reason="proposed before")
    assert returns.send_back_due() == 1
    assert (state_of(back), wallet_of_txn(txn).held) == ("held", 100)


@pytest.mark.django_db
def test_small_arrival_that_was_taken_back_is_not_collected(alice, maker, checker):
    half = str(rail_named("sandbox").minimum("BTC") / 2)
    arrives("nobodys", "", "1.00", currency="BTC")
    first = arrives("small-1", alice.pk, half, currency="BTC")
    before = house.get_house_wallet("S.SUSPENSE", "BTC").available
    reverse(first.transaction, half, maker, checker)
    second = arrives("small-2", alice.pk, half, currency="BTC")
    assert second.state == "below_minimum"
    assert house.get_house_wallet("S.SUSPENSE", "BTC").available == before
    in_suspense = second.transaction
    third = arrives("small-3", alice.pk, half, currency="BTC")
    assert third.state == "credited"
    assert house.get_house_wallet("S.SUSPENSE", "BTC").available == before - Decimal(half)
    with pytest.raises(NotReversible):
        reverse(in_suspense, half, maker, checker)


@pytest.mark.django_db
def test_fee_of_a_frozen_customers_deposit_is_not_paid_twice(alice, maker, checker, deposit_fee):  # noqa: F811
    payments.fund_house(code="PLATFORM_TREASURY_WALLET", amount=gbp("10.00"), actor=system())
    payments.fund_house(code=RESERVE, amount=gbp("10.00"), actor=system())
    txn = arrives("fraud", alice.pk).transaction
    freezes.freeze(customer_id=alice.pk, kind="full", reason="asked by a court", actor=system())
    before = reserve()
    reverse(txn, "100.00", maker, checker, fee_policy="full", shortfall_policy="platform_covers")
    wallet = Wallet.objects.get(owner=alice, currency="GBP")
    assert (wallet.total, reserve()) == (0, before)
