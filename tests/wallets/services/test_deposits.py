"""Deposits: what a rail tells is booked once, for whom it is, in whatever order it is told."""

import base64
import json
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connections, transaction

from coinhub.core.actor import Actor, system
from kyc.models import Case
from tests.api_client import Caller, new_key
from tests.conftest import make_customer, wallet_of
from wallets.ledger.errors import MoveNotAllowed
from wallets.models import Fee, Hold, Journal, Receipt, Transaction, Wallet
from wallets.rails.base import Arrival, Finality, ReturnNews
from wallets.rails.configured import rail_named
from wallets.rails.signatures import sign
from wallets.selectors import fees, house
from wallets.services import deposits, receipts, returns

RAIL = Actor(kind="rail")
SECRET = "whsec_" + base64.b64encode(b"the secret of the sandbox rail").decode()


def wallet_in(user, currency="GBP"):
    return Wallet.objects.get(owner=user, currency=currency)


def arrives(ref, account, amount="100.00", finality=Finality.FINAL, currency="GBP", seen=0):
    arrival = Arrival(ref, str(account), Decimal(amount), currency, finality, seen)
    return receipts.take_arrival(rail=rail_named("sandbox"), arrival=arrival, actor=RAIL)


@pytest.fixture
def deposit_fee(db):
    Fee.objects.create(operation="deposit", currency_id="GBP", fixed=Decimal("1.50"))
    fees.forget()


@pytest.mark.django_db
class TestArrivals:
    def test_is_credited_to_the_customer_it_names(self, alice):
        receipt = arrives("a-1", alice.pk)
        assert receipt.state == "credited"
        assert receipt.transaction.status == "COMPLETED"
        assert wallet_in(alice).available == 100

    def test_is_held_while_the_identity_is_not_approved(self, carol):
        receipt = arrives("c-1", carol.pk)
        wallet = wallet_in(carol)
        assert (wallet.total, wallet.available, wallet.held) == (100, 0, 100)
        assert receipt.transaction.status == "HELD"
        assert list(Hold.objects.get(wallet=wallet).conditions.values_list("code", flat=True)) == [
            "kyc"
        ]

    @pytest.mark.parametrize(
        "told",
        [
            ("final",), ("final", "final", "final"), ("seen", "final"), ("final", "seen"),
            ("seen", "dropped", "final"), ("dropped", "final"), ("final", "dropped", "seen"),
        ],
        ids=" ".join,
    )  # fmt: skip
    def test_however_it_is_told_it_is_booked_once(self, alice, told):
        for word in told:
            arrives("order", alice.pk, finality=Finality(word))
        assert wallet_in(alice).available == 100
        assert Receipt.objects.get(external_ref="order").state == "credited"
        assert Journal.objects.filter(transaction__payee_wallet=wallet_in(alice)).count() == 1

    def test_what_is_only_seen_moves_nothing(self, alice):
        receipt = arrives("seen", alice.pk, finality=Finality.SEEN, seen=2)
        assert (receipt.state, receipt.confirmations) == ("detected", 2)
        assert not Wallet.objects.filter(owner=alice).exists()

    def test_what_is_dropped_moves_nothing(self, alice):
        arrives("gone", alice.pk, finality=Finality.SEEN)
        assert arrives("gone", alice.pk, finality=Finality.DROPPED).state == "dropped"
        assert not Wallet.objects.filter(owner=alice).exists()

    @pytest.mark.parametrize("account", ["", "nobody", "00000000-0000-0000-0000-000000000000"])
    def test_what_is_nobodys_goes_to_suspense(self, db, account):
        suspense = house.get_house_wallet("S.SUSPENSE", "GBP").available
        receipt = arrives(f"nobody-{account}", account)
        assert receipt.state == "unmatched"
        assert house.get_house_wallet("S.SUSPENSE", "GBP").available == suspense + 100

    def test_what_is_too_little_goes_to_suspense(self, alice):
        receipt = arrives("dust", alice.pk, "0.000009", currency="BTC")
        assert receipt.state == "below_minimum"
        assert wallet_total(alice, "BTC") == 0

    def test_what_the_fee_would_eat_goes_to_suspense(self, alice, deposit_fee):
        assert arrives("eaten", alice.pk, "1.50").state == "below_minimum"
        assert wallet_total(alice) == 0

    def test_another_amount_under_the_same_reference_is_refused(self, alice):
        arrives("same", alice.pk)
        with pytest.raises(receipts.ReferenceUsed):
            arrives("same", alice.pk, "100.01")
        assert wallet_in(alice).available == 100

    def test_the_fee_comes_out_of_what_can_be_used(self, alice, carol, deposit_fee):
        arrives("fee-1", alice.pk)
        arrives("fee-2", carol.pk)
        assert wallet_in(alice).available == Decimal("98.50")
        assert wallet_in(carol).held == 100


def wallet_total(user, currency="GBP"):
    found = Wallet.objects.filter(owner=user, currency=currency).first()
    return found.total if found else 0


@pytest.mark.django_db
class TestReturns:
    def held(self, carol):
        arrives("back", carol.pk)
        hold = Hold.objects.select_related("wallet__owner__kyc_case", "transaction").get(
            wallet__owner=carol
        )
        deposits.return_step(hold=hold, actor=system(), reason="unwanted")
        return hold.transaction_id

    def test_sets_the_money_aside(self, carol):
        txn = Transaction.objects.get(pk=self.held(carol))
        wallet = wallet_in(carol)
        assert (txn.state, txn.status) == ("return_pending", "HELD")
        assert (wallet.held, wallet.locked) == (0, 100)

    def test_goes_out_when_the_rail_says_so_and_only_once(self, carol):
        txn_id = self.held(carol)
        for _ in range(2):
            receipts.take_return(
                rail=rail_named("sandbox"), news=ReturnNews("back", True), actor=RAIL
            )
        assert Transaction.objects.get(pk=txn_id).state == "returned"
        assert wallet_in(carol).total == 0
        assert Receipt.objects.get(external_ref="back").state == "returned"

    def test_is_held_again_when_the_rail_refuses(self, carol):
        txn_id = self.held(carol)
        receipts.take_return(rail=rail_named("sandbox"), news=ReturnNews("back", False), actor=RAIL)
        assert Transaction.objects.get(pk=txn_id).state == "held"
        assert wallet_in(carol).held == 100
        hold = Hold.objects.get(wallet__owner=carol, state="open")
        assert set(hold.conditions.values_list("code", flat=True)) == {"kyc", "compliance"}
        again = Hold.objects.select_related("wallet__owner__kyc_case", "transaction")
        deposits.return_step(hold=again.get(pk=hold.pk), actor=system(), reason="try again")
        assert wallet_in(carol).locked == 100

    def test_the_worker_asks_the_rail_and_the_sandbox_returns_it(self, carol):
        txn_id = self.held(carol)
        assert (returns.send_back_due(), returns.send_back_due()) == (1, 0)
        assert Transaction.objects.get(pk=txn_id).state == "returned"
        assert wallet_in(carol).total == 0

    def test_what_came_over_no_rail_is_held_again(self, carol):
        wallet_of(carol, funded="40.00")
        hold = Hold.objects.select_related("wallet__owner__kyc_case", "transaction").get(
            wallet__owner=carol
        )
        deposits.return_step(hold=hold, actor=system(), reason="unwanted")
        assert returns.send_back_due() == 1
        assert Transaction.objects.get(pk=hold.transaction_id).state == "held"
        assert wallet_in(carol).held == 40

    def test_what_can_be_used_is_not_sent_back(self, alice):
        arrives("used", alice.pk)
        txn = Transaction.objects.get(payee_wallet__owner=alice)
        hold = Hold(wallet=txn.payee_wallet, transaction=txn, remaining=Decimal(100), pk=0)
        with pytest.raises(MoveNotAllowed), transaction.atomic():
            deposits.return_step(hold=hold, actor=system(), reason="too late")
        assert wallet_in(alice).available == 100


class TestAtOnce:
    def test_twenty_notices_at_once_are_one_receipt_and_one_entry(self, committed_db):
        user = make_customer(kyc=Case.Status.PENDING)
        ref = f"twenty-{new_key()}"
        words = [*[Finality.FINAL] * 12, *[Finality.SEEN] * 4, *[Finality.DROPPED] * 4]

        def tell(word):
            try:
                return arrives(ref, user.pk, finality=word).state
            finally:
                connections.close_all()

        with ThreadPoolExecutor(20) as pool:
            list(pool.map(tell, words))
        assert Receipt.objects.get(external_ref=ref).state == "credited"
        wallet = wallet_in(user)
        assert (wallet.held, wallet.version) == (100, 1)
        assert Transaction.objects.filter(payee_wallet=wallet).count() == 1


@pytest.mark.django_db
class TestApi:
    def body(self, ref="api-1", amount="25.00"):
        return {"amount": amount, "currency": "GBP", "external_ref": ref}

    def test_answers_with_the_transaction(self, alice):
        answer = Caller(alice).post("deposit", self.body())
        assert answer.status_code == 201
        shown = answer.json()
        assert (shown["status"], shown["amount"], shown["type"]) == (
            "COMPLETED",
            "25.00",
            "deposit",
        )
        assert (
            Caller(alice).get(f"transactions/{shown['id']}").json()["journals"]
            == (shown["journals"])
        )

    def test_is_held_for_whom_is_not_known(self, carol):
        answer = Caller(carol).post("deposit", self.body())
        assert (answer.status_code, answer.json()["status"]) == (201, "HELD")

    def test_the_same_key_gives_the_same_bytes(self, alice):
        caller, key = Caller(alice), new_key()
        first = caller.post("deposit", self.body(), key=key)
        again = caller.post("deposit", self.body(), key=key)
        assert again.content == first.content
        assert again["X-Idempotent-Replay"] == "true"
        assert wallet_in(alice).available == 25

    def test_the_same_reference_under_another_key_gives_the_same_transaction(self, alice):
        caller, key = Caller(alice), new_key()
        first = caller.post("deposit", self.body()).json()
        again = caller.post("deposit", self.body(), key=key)
        assert (again.status_code, again.json()["id"]) == (201, first["id"])
        assert wallet_in(alice).available == 25
        other = caller.post("deposit", self.body("api-2"), key=key)
        assert other.json()["code"] == "IDEMPOTENCY_KEY_REUSED"
        third = caller.post("deposit", self.body(), key=key)
        assert (third.content, third["X-Idempotent-Replay"]) == (again.content, "true")

    def test_somebody_elses_reference_is_refused_and_tells_nothing(self, alice, bob):
        Caller(alice).post("deposit", self.body())
        answer = Caller(bob).post("deposit", self.body())
        assert (answer.status_code, answer.json()["code"]) == (409, "EXTERNAL_REF_USED")
        assert str(alice.pk) not in answer.content.decode()
        assert wallet_total(bob) == 0
        assert wallet_in(alice).available == 25

    def test_05_tells_it_twice_and_it_is_booked_once(self, alice):
        Caller(alice).post("deposit", self.body(amount="20.05"))
        assert wallet_in(alice).available == Decimal("20.05")

    def test_less_than_the_rail_takes_is_refused(self, alice):
        body = {"amount": "0.000001", "currency": "BTC", "external_ref": "dust"}
        answer = Caller(alice).post("deposit", body)
        assert (answer.status_code, answer.json()["code"]) == (422, "AMOUNT_OUT_OF_RANGE")
        assert not Receipt.objects.filter(external_ref="dust").exists()


def signed(body, *, secret=SECRET, stamp=None):
    stamp = stamp or str(time.time_ns() // 10**9)
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": stamp,
        "webhook-signature": sign(secret, "msg_1", stamp, body),
    }


@pytest.mark.django_db
class TestNotices:
    @pytest.fixture(autouse=True)
    def _secret(self, settings):
        settings.RAIL_SECRET = SECRET

    def notice(self, user, ref="n-1"):
        told = {
            "type": "arrival",
            "external_ref": ref,
            "account": str(user.pk),
            "amount": "10.00",
            "currency": "GBP",
            "finality": "final",
        }
        return json.dumps(told, indent=1).encode()

    def send(self, body, headers, rail="sandbox"):
        return Caller().post(f"rails/{rail}/notices", body, key=None, headers=headers)

    def test_a_signed_notice_is_booked(self, alice):
        body = self.notice(alice)
        assert self.send(body, signed(body)).status_code == 204
        assert self.send(body, signed(body)).status_code == 204
        assert wallet_in(alice).available == 10

    @pytest.mark.parametrize("wrong", ["secret", "bytes", "time", "none"])
    def test_one_that_is_not_the_rails_moves_nothing(self, alice, wrong):
        body = self.notice(alice)
        headers = signed(body)
        if wrong == "secret":
            headers = signed(body, secret="whsec_" + base64.b64encode(b"another").decode())
        elif wrong == "bytes":
            body = body.replace(b"10.00", b"90.00")
        elif wrong == "time":
            headers = signed(body, stamp=str(time.time_ns() // 10**9 - 400))
        else:
            headers = {}
        answer = self.send(body, headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "NOTICE_REFUSED")
        assert wallet_total(alice) == 0

    def test_a_rail_that_is_not_there_looks_like_anything_that_is_not(self, alice):
        body = self.notice(alice)
        assert self.send(body, signed(body), rail="other").status_code == 403

    def test_an_unknown_currency_is_refused(self, alice):
        body = self.notice(alice).replace(b"GBP", b"XXX")
        assert self.send(body, signed(body)).json()["code"] == "CURRENCY_UNKNOWN"

    def test_without_a_secret_nobody_is_believed(self, alice, settings):
        settings.RAIL_SECRET = ""
        body = self.notice(alice)
        assert self.send(body, signed(body)).status_code == 401
