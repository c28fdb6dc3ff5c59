"""Amounts in refusals and of limits have exactly the decimals of their currency."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from coinhub.core.money import Money
from tests.api_client import Caller
from tests.conftest import make_customer, wallet_of
from wallets.ledger.errors import InsufficientFunds, NothingLeft
from wallets.models import Transaction
from wallets.selectors import limits
from wallets.services import holds, terms, transfers

pytestmark = pytest.mark.usefixtures("committed_db")
ONE = [("JPY", "1"), ("GBP", "1.00"), ("BTC", "1.00000000"), ("ETH", "1." + "0" * 18)]


@pytest.fixture
def alice(committed_db):
    return make_customer("alice")


@pytest.fixture
def bob(committed_db):
    return make_customer("bob")


def send(person, to, amount, currency, **options):
    body = {"to": to.email, "amount": amount, "currency": currency}
    return Caller(person).post("transfer", body, **options).json()


def set_limit(customer, name, maximum, actor):
    """Make an exception for one customer; it is committed, so it is nobody else's."""
    ends = (timezone.now() + timedelta(days=9)).isoformat()
    own = {"customer": str(customer.pk), "expires_at": ends, "reason": "asked by phone"}
    terms.set_limit(payload={"name": name, "maximum": maximum, **own}, actor=actor)
    limits.forget()


@pytest.mark.parametrize(("currency", "one"), ONE)
class TestTooLittle:
    def test_is_told_in_the_currencys_decimals_before_the_booking(self, alice, bob, currency, one):
        wallet_of(alice, currency, funded="1")
        answer = send(alice, bob, "9", currency)  # Bob has no wallet: it is looked at first
        assert answer["code"] == "INSUFFICIENT_FUNDS"
        assert (answer["available"], answer["required"]) == (one, one.replace("1", "9"))

    def test_is_told_so_by_the_booking_itself(self, alice, bob, currency, one):
        wallet_of(alice, currency, funded="1")
        wallet_of(bob, currency)
        answer = send(alice, bob, "9", currency)
        assert answer["code"] == "INSUFFICIENT_FUNDS"
        assert (answer["available"], answer["required"]) == (one, one.replace("1", "9"))

    def test_is_told_so_to_whoever_has_no_wallet(self, alice, bob, currency, one):
        answer = send(alice, bob, "9", currency)
        assert answer["code"] == "INSUFFICIENT_FUNDS"
        told = (answer["available"], answer["required"])
        assert told == (one.replace("1", "0"), one.replace("1", "9"))

    def test_is_told_so_when_money_is_set_aside(self, alice, actor, currency, one):
        wallet = wallet_of(alice, currency, funded="1")
        with pytest.raises(InsufficientFunds) as refused:
            holds.place_hold(
                payer=wallet,
                payee=wallet_of(make_customer(), currency),
                amount=Money(Decimal(9), currency),
                purpose="order",
                actor=actor,
            )
        assert refused.value.members == {"available": one, "required": one.replace("1", "9")}

    def test_what_is_left_of_a_payment_is_told_so_too(self, alice, bob, actor, currency, one):
        payer, payee = wallet_of(alice, currency, funded="1"), wallet_of(bob, currency, funded="8")
        one_unit = Money(Decimal(1), currency)
        transfers.transfer(payer=payer, payee=payee, amount=one_unit, actor=actor)
        txn = Transaction.objects.get(type="transfer", payee_wallet=payee)
        path = f"transactions/{txn.public_id}/refund"
        answer = Caller(bob).post(path, {"amount": "9"}).json()
        assert (answer["code"], answer["left"]) == ("NOTHING_LEFT_TO_REVERSE", one)
        assert Caller(bob).post(path, {}).status_code == 201
        answer = Caller(bob).post(path, {}).json()
        assert (answer["code"], answer["left"]) == (NothingLeft.code, one.replace("1", "0"))


class TestLimits:
    def test_are_told_in_cents_and_in_whole_payments(self, alice, bob, actor):
        set_limit(alice, "volume_24h", "50", actor)
        wallet_of(alice, "USD", funded="100")
        assert send(alice, bob, "20.50", "USD")["status"] == "COMPLETED"
        answer = send(alice, bob, "40", "USD")
        assert answer["code"] == "LIMIT_EXCEEDED"
        told = {name: answer[name] for name in ("maximum", "used", "remaining")}
        assert told == {"maximum": "50.00", "used": "20.50", "remaining": "29.50"}
        shown = Caller(alice).get("me").json()["limits"]
        assert {name: shown["volume_24h"][name] for name in told} == told
        assert (shown["per_payment_min"], shown["per_payment_max"]) == ("0.01", "1000000.00")
        assert shown["payments_1h"]["used"] == "1"

    def test_under_the_lock_are_told_alike(self, alice, bob, actor):
        set_limit(alice, "payments_1h", "1", actor)
        wallet_of(alice, "USD", funded="100")
        wallet_of(bob, "USD")
        send(alice, bob, "1", "USD")
        answer = send(alice, bob, "1", "USD")
        assert (answer["limit"], answer["maximum"], answer["used"]) == ("payments_1h", "1", "1")

    def test_of_one_payment_are_told_in_the_currency_and_in_dollars(self, alice, bob):
        wallet_of(alice, "GBP", funded="10")
        answer = send(alice, bob, "99999999", "GBP")
        assert answer["code"] == "AMOUNT_OUT_OF_RANGE"
        assert (answer["min_usd"], answer["max_usd"]) == ("0.01", "1000000.00")
        assert {text.partition(".")[2].__len__() for text in (answer["min"], answer["max"])} == {2}

    def test_what_was_used_is_rounded_up_and_what_is_left_down(self, alice, bob, actor):
        set_limit(alice, "volume_24h", "50", actor)
        wallet_of(alice, "ETH", funded="1")
        assert send(alice, bob, "0.000000000000000001", "ETH")["code"] == "AMOUNT_OUT_OF_RANGE"
        assert send(alice, bob, "0.000123456789012345", "ETH")["status"] == "COMPLETED"
        told = Caller(alice).get("me").json()["limits"]["volume_24h"]
        assert Decimal(told["used"]) + Decimal(told["remaining"]) == Decimal(told["maximum"])
        used = Transaction.objects.get(payer_wallet__owner=alice).usd_value
        assert Decimal(told["used"]) - Decimal("0.01") < used < Decimal(told["used"])
