"""The part of the API that is for staff: house balances, wallets, proposals under a key."""

import re
from decimal import Decimal
from uuid import uuid4

import pytest

from coinhub.approvals.models import Approval
from coinhub.core.actor import system
from coinhub.events.models import AuditEvent
from coinhub.users import roles
from tests.api_client import Caller
from tests.conftest import gbp, make_customer, make_staff, wallet_of
from tests.refusals import nothing_written
from tests.wallets.relations import balances
from wallets.ledger import chart
from wallets.models import Transaction
from wallets.services import payments, transfers

WHY = "the customer paid the wrong person"


@pytest.fixture
def maker(committed_db):
    return Caller(make_staff("maker", roles.OPERATIONS))


@pytest.fixture
def paid(payer, payee):
    """A transfer of 100.00."""
    return transfers.transfer(
        payer=payer, payee=payee, amount=gbp("100.00"), actor=system()
    ).transaction


class TestHouse:
    def test_shows_treasury_and_reserve_with_a_value_or_none(self, maker):
        rows = maker.get("admin/wallet/balance").json()["balances"]
        found = {(row["code"], row["currency"]): row for row in rows}
        treasury = found["PLATFORM_TREASURY_WALLET", "GBP"]
        assert treasury["alias"] == "admin_wallet"
        assert treasury["usd_value"] is not None
        assert found["SYS-RESERVE-0001", "PTS"]["usd_value"] is None
        assert ("A.SET", "GBP") not in found

    def test_rounds_a_value_to_cents(self, maker):
        payments.fund_house(code=chart.TREASURY, amount=gbp("0.07"), actor=system())
        rows = maker.get("admin/wallet/balance").json()["balances"]
        value = next(
            row["usd_value"]
            for row in rows
            if (row["code"], row["currency"]) == (chart.TREASURY, "GBP")
        )
        assert re.fullmatch(r"[0-9]+\.[0-9]{2}", value)

    @pytest.mark.parametrize("group", [roles.KYC, None])
    def test_is_for_who_may_read_everything(self, committed_db, group):
        person = make_staff("other", group) if group else make_customer()
        for place in ("admin/wallet/balance", "admin/wallets"):
            answer = Caller(person).get(place)
            assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")

    def test_the_auditor_reads_it_and_proposes_nothing(self, committed_db, paid):
        auditor = Caller(make_staff("auditor", roles.AUDITOR))
        for place in ("admin/wallet/balance", "admin/wallets"):
            assert auditor.get(place).status_code == 200
        address = f"admin/transactions/{paid.public_id}/reverse"
        answer = auditor.post(address, {"reason": WHY}, key=f"reverse-{uuid4()}")
        assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")


class TestWallets:
    def test_of_a_customer_are_shown_and_the_look_is_recorded(self, maker, payer):
        answer = maker.get(f"admin/wallets?user_id={payer.owner_id}").json()
        assert [row["available"] for row in answer["results"]] == ["100.00"]
        event = AuditEvent.objects.get(action="customer.looked_at", object_id=str(payer.owner_id))
        whose = [str(payer.owner_id)]
        assert event.after == {"what": "1 wallets", "customers": whose, "reason": "duty"}

    def test_are_listed_page_by_page(self, maker, payer, payee):
        first = maker.get("admin/wallets?limit=1").json()
        second = maker.get(f"admin/wallets?limit=1&cursor={first['next']}").json()
        assert first["results"][0]["id"] != second["results"][0]["id"]


class TestReverse:
    def test_proposes_once_however_often_it_is_sent(self, maker, paid, payee):
        key = f"reverse-{uuid4()}"
        body = {"reason": WHY, "amount": "40.00", "shortfall_policy": "platform_covers"}
        place = f"admin/transactions/{paid.public_id}/reverse"
        first = maker.post(place, body, key=key)
        again = maker.post(place, body, key=key)
        assert (first.status_code, again.status_code) == (202, 202)
        assert first.content == again.content
        assert again.headers["X-Idempotent-Replay"] == "true"
        assert balances(payee) == (60, 0, 40)
        approval = Approval.objects.get(public_id=first.json()["approval"])
        assert approval.payload["shortfall_policy"] == "platform_covers"
        assert Transaction.objects.filter(original=paid).count() == 1

    def test_of_more_than_is_left_is_refused_the_same_way_again(self, maker, paid, payee):
        key = f"reverse-{uuid4()}"
        place = f"admin/transactions/{paid.public_id}/reverse"
        body = {"reason": WHY, "amount": "100.01"}
        first = maker.post(place, body, key=key)
        again = maker.post(place, body, key=key)
        assert (first.status_code, first.json()["code"]) == (422, "NOTHING_LEFT_TO_REVERSE")
        assert again.content == first.content
        assert balances(payee) == (100, 0, 0)

    def test_without_a_key_is_refused(self, maker, paid):
        with nothing_written():
            answer = maker.post(
                f"admin/transactions/{paid.public_id}/reverse", {"reason": WHY}, key=None
            )
        assert answer.json()["code"] == "IDEMPOTENCY_KEY_REQUIRED"

    def test_of_nothing_there_is_refused(self, maker):
        answer = maker.post(f"admin/transactions/{uuid4()}/reverse", {"reason": WHY})
        assert (answer.status_code, answer.json()["code"]) == (403, "NOT_FOUND_OR_NOT_YOURS")

    def test_of_all_that_is_left_needs_no_amount(self, maker, paid, payee):
        assert (
            maker.post(f"admin/transactions/{paid.public_id}/refund", {"reason": WHY}).status_code
            == 202
        )
        assert balances(payee) == (0, 0, 100)


class TestPoints:
    @pytest.mark.parametrize("change", ["grant", "take"])
    def test_are_proposed(self, maker, change):
        wallet = wallet_of(make_customer(), "PTS", funded="50")
        answer = maker.put(
            f"admin/users/{wallet.owner_id}/points",
            {"change": change, "amount": "10", "reason": WHY},
        )
        assert answer.status_code == 202
        approval = Approval.objects.get(public_id=answer.json()["approval"])
        assert approval.payload["kind"] == f"points_{change}"
        assert balances(wallet)[0] == Decimal(50)

    @pytest.mark.parametrize("amount", ["0", "1.5", "-1", "NaN"])
    def test_that_are_no_amount_are_refused(self, maker, amount):
        wallet = wallet_of(make_customer(), "PTS", funded="50")
        with nothing_written():
            answer = maker.put(
                f"admin/users/{wallet.owner_id}/points",
                {"change": "grant", "amount": amount, "reason": WHY},
            )
        assert answer.status_code == 400
