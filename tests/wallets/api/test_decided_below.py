"""What changes between the look at the gates and the booking: the database decides, under lock."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import transaction

from coinhub.core.actor import system
from coinhub.core.money import Money
from coinhub.users.models import ApiKeySpend
from coinhub.users.services import api_keys, second_factor
from coinhub.users.services.api_keys import Wish
from coinhub.users.services.proofs import Proof
from kyc.models import Case
from kyc.services import take_over
from tests.api_client import Caller, new_key
from tests.coinhub.api.test_scopes import caller_with
from tests.conftest import make_customer, wallet_of
from wallets.models import Transaction, Wallet
from wallets.selectors.parties import find_parties
from wallets.services import freezes, mandates, payments, stops, transfer_plans

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def sides(committed_db):
    payer, payee = make_customer("payer"), make_customer("payee")
    return wallet_of(payer, "JPY", funded="1000"), wallet_of(payee, "JPY")


def send(sides, amount="100", **options):
    body = {"to": sides[1].owner.email, "amount": amount, "currency": "JPY"}
    return Caller(sides[0].owner).post("transfer", body, **options)


def figures(wallet):
    row = Wallet.objects.get(pk=wallet.pk)
    return (row.available, row.held)


@pytest.fixture
def blind(monkeypatch):
    """Let the gates see neither stop nor freeze, as if both came a moment later."""

    def look(*wanted):
        found = find_parties(*wanted)
        seen = replace(found.standing, stops=(), freezes=frozenset(), pause_s=0)
        return replace(found, standing=seen)

    monkeypatch.setattr(transfer_plans, "find_parties", look)


class TestStop:
    def test_engaged_in_between_refuses(self, sides, blind):
        stop = stops.engage(scope="currency", value="JPY", reason="a race", actor=system())
        try:
            answer = send(sides)
            assert (answer.status_code, answer.json()["code"]) == (503, "SERVICE_PAUSED")
            assert figures(sides[0]) == (1000, 0)
        finally:
            with transaction.atomic():
                stops.lift_step(stop_id=stop.pk, actor=system())
        assert send(sides).status_code == 201


class TestFreeze:
    def test_engaged_in_between_refuses(self, sides, blind):
        freezes.freeze(
            customer_id=sides[0].owner_id, kind="debit", reason="a race of two", actor=system()
        )
        answer = send(sides)
        assert (answer.status_code, answer.json()["code"]) == (403, "ACCOUNT_FROZEN")
        assert figures(sides[0]) == (1000, 0)


class TestRouting:
    def test_an_approval_in_between_makes_the_money_usable_at_once(self, sides, monkeypatch):
        waiting = make_customer("waiting", kyc=Case.Status.NOT_STARTED)
        wallet = wallet_of(waiting, "JPY")
        book, tries = mandates.book, []

        def approve_then_book(draft, **options):
            tries.append(draft.hold)
            if len(tries) == 1:
                take_over.take_over(customer_ids=[waiting.pk])
            return book(draft, **options)

        monkeypatch.setattr(mandates, "book", approve_then_book)
        answer = send((sides[0], wallet))
        assert (answer.status_code, answer.json()["status"]) == (201, "COMPLETED")
        assert [hold is None for hold in tries] == [False, True]
        assert figures(wallet) == (100, 0)


class TestApiKey:
    @pytest.fixture
    def key(self, sides, settings):
        """An API key of the payer that may move money for 5 dollars a day without a code."""
        settings.TRANSFER_STEP_UP_USD = 1
        owner = sides[0].owner
        with transaction.atomic():
            second_factor.enrol_totp(owner)
        wish = Wish(
            label="shop",
            scopes=["read", "transfer"],
            networks=["192.0.2.0/24"],
            spend_cap_usd=Decimal("5.00"),
        )
        with pytest.raises(api_keys.confirmations.StepUpRequired) as asked:
            api_keys.create(user=owner, wish=wish, confirmation_id=None, actor=system())
        challenge = asked.value.members["challenge_id"]
        api_keys.confirmations.confirm(
            user=owner,
            challenge_id=challenge,
            proof=Proof(second_factor.find_unused_code(owner)),
            actor=system(),
        )
        return api_keys.create(user=owner, wish=wish, confirmation_id=challenge, actor=system())

    def pay(self, sides, api_key, amount, **options):
        body = {"to": sides[1].owner.email, "amount": amount, "currency": "JPY"}
        return caller_with(api_key[1]).post("transfer", body, **options)

    def test_pays_without_a_code_up_to_its_cap_and_is_named_by_the_payment(self, sides, key):
        named = new_key()
        paid = self.pay(sides, key, "400", key=named)
        assert paid.status_code == 201, paid.content
        assert self.pay(sides, key, "400", key=named).content == paid.content
        row = Transaction.objects.get(public_id=paid.json()["id"])
        assert row.metadata["api_key"] == str(key[0].pk)
        spent = ApiKeySpend.objects.filter(api_key=key[0])
        assert [one.usd for one in spent] == [row.usd_value]
        over = self.pay(sides, key, "500")
        assert (over.status_code, over.json()["code"]) == (422, "SPEND_CAP_EXCEEDED")
        assert figures(sides[0]) == (600, 0)
        assert Transaction.objects.filter(payer_wallet=sides[0]).count() == 1

    def test_counts_what_is_refunded_in_its_cap_too(self, sides, key, settings):
        settings.TRANSFER_STEP_UP_USD = 100
        assert self.pay(sides, key, "400").status_code == 201
        one = Money(Decimal(600), "JPY")
        payments.credit(payee=sides[1], amount=one, actor=system())
        sale = Caller(sides[1].owner).post(
            "transfer", {"to": sides[0].owner.email, "amount": "800", "currency": "JPY"}
        )
        where = f"transactions/{sale.json()['id']}/refund"
        before = figures(sides[0])
        over = caller_with(key[1]).post(where, {"amount": "500"})
        assert (over.status_code, over.json()["code"]) == (422, "SPEND_CAP_EXCEEDED")
        assert figures(sides[0]) == before
        assert caller_with(key[1]).post(where, {"amount": "100"}).status_code == 201
        assert ApiKeySpend.objects.filter(api_key=key[0]).count() == 2
        assert Caller(sides[0].owner).post(where, {"amount": "500"}).status_code == 201

    def test_the_owner_in_person_needs_the_code(self, sides, key):
        answer = send(sides, "400")
        assert (answer.status_code, answer.json()["code"]) == (403, "STEP_UP_REQUIRED")
        assert figures(sides[0]) == (1000, 0)
