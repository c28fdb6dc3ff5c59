"""Withdrawals that wait for a person: the queue, the customer's story, the decision."""

from decimal import Decimal

import pytest
from django.urls import reverse

from coinhub.approvals.refusals import CheckerIsParty, NotPermitted
from coinhub.core.actor import Actor
from coinhub.events.models import AuditEvent
from tests.wallets.admin.forms import form_of
from tests.wallets.leaving import leaver, withdraw
from wallets.models import Transaction, Wallet, Withdrawal
from wallets.services import withdrawal_decisions

LIST = "/admin/wallets/withdrawal/"
WHY = "The name of the account is not yours."


def page(txn, deed="change"):
    return reverse(f"admin:wallets_withdrawal_{deed}", args=[txn.withdrawal.pk])


def text_of(answer):
    return answer.content.decode().replace("\u202f", " ").replace("\u00a0", " ")


@pytest.fixture
def waiting(db):
    """A first withdrawal of 100.00 pounds, which waits."""
    txn = withdraw(leaver(is_known=False), "100.00")
    assert txn.state == "pending_review"
    return txn


@pytest.fixture
def sent(db):
    """One that needs nobody."""
    return withdraw(leaver(), "5.00")


def untouched(txn):
    txn.refresh_from_db()
    wallet = Wallet.objects.get(pk=txn.payer_wallet_id)
    assert (txn.state, wallet.locked) == ("pending_review", Decimal(100))


class TestQueue:
    def test_shows_what_waits_and_nothing_else(self, operator, waiting, sent, signed_in):
        browser = signed_in(operator)
        shown = browser.get(LIST).context["cl"].result_list
        assert [row.transaction_id for row in shown] == [waiting.pk]
        everything = browser.get(LIST, {"state": "all"}).context["cl"].result_list
        assert {row.transaction_id for row in everything} == {waiting.pk, sent.pk}

    def test_finds_them_by_the_customer(self, operator, waiting, sent, signed_in):
        found = signed_in(operator).get(LIST, {"q": sent.payer_wallet.owner.email})
        assert [row.transaction_id for row in found.context["cl"].result_list] == [sent.pk]

    def test_shows_the_customers_story_and_records_the_look(self, operator, waiting, signed_in):
        answer = signed_in(operator).get(page(waiting))
        about = dict(answer.context["sections"][0].rows)
        assert about["First withdrawal"] == "yes"
        assert about["Identity"].startswith("approved")
        assert waiting.withdrawal.destination.masked in about["Goes to"]
        assert waiting.withdrawal.destination.address not in text_of(answer)
        look = AuditEvent.objects.get(action="withdrawal.looked_at", actor=operator)
        assert look.object_id == str(waiting.public_id)

    def test_the_transactions_page_leads_there(self, office, waiting):
        address = reverse("admin:wallets_transaction_change", args=[waiting.pk])
        assert page(waiting) in text_of(office.get(address))


class TestDecision:
    def test_one_member_of_staff_lets_it_go_and_nothing_is_paid_yet(
        self, operator, waiting, signed_in
    ):
        browser = signed_in(operator)
        browser.post(page(waiting, "approve"), form_of(browser.get(page(waiting, "approve"))))
        waiting.refresh_from_db()
        assert waiting.state == "approved"
        assert Withdrawal.objects.get(transaction=waiting).attempts.count() == 0
        event = AuditEvent.objects.get(action="withdrawal.approved")
        assert (event.actor, event.object_id) == (operator, str(waiting.public_id))

    def test_rejected_the_money_is_back_and_the_customer_told(self, operator, waiting, signed_in):
        browser = signed_in(operator)
        sent = form_of(browser.get(page(waiting, "reject")), reason=WHY)
        browser.post(page(waiting, "reject"), sent)
        waiting.refresh_from_db()
        wallet = Wallet.objects.get(pk=waiting.payer_wallet_id)
        assert (waiting.state, wallet.available, wallet.locked) == ("rejected", 1000, 0)
        assert Withdrawal.objects.get(transaction=waiting).why == WHY

    def test_needs_a_reason_to_be_rejected(self, operator, waiting, signed_in):
        answer = signed_in(operator).post(page(waiting, "reject"), {"reason": " no "})
        assert answer.status_code == 400
        untouched(waiting)

    def test_decided_before_it_is_not_decided_again(self, operator, waiting, signed_in):
        browser = signed_in(operator)
        browser.post(page(waiting, "reject"), {"reason": WHY})
        answer = browser.post(page(waiting, "approve"), {}, follow=True)
        assert "not possible as it stands now" in text_of(answer)
        assert Transaction.objects.get(pk=waiting.pk).state == "rejected"

    def test_looking_decides_nothing(self, operator, waiting, signed_in):
        browser = signed_in(operator)
        for deed in ("approve", "reject"):
            assert browser.get(page(waiting, deed), {"reason": WHY}).status_code == 200
        untouched(waiting)

    @pytest.mark.parametrize("who", ["auditor", "reviewer"])
    def test_others_decide_nothing(self, who, waiting, signed_in, request):
        person = request.getfixturevalue(who)
        browser = signed_in(person)
        for deed in ("approve", "reject"):
            assert browser.get(page(waiting, deed)).status_code == 403
            assert browser.post(page(waiting, deed), {"reason": WHY}).status_code == 403
        with pytest.raises(NotPermitted):
            withdrawal_decisions.approve(
                transaction_id=waiting.public_id,
                checker=person,
                actor=Actor(kind="staff", user_id=person.pk),
            )
        untouched(waiting)

    def test_never_by_the_customer_oneself_superusers_included(self, waiting, signed_in):
        owner = waiting.payer_wallet.owner
        owner.is_staff = owner.is_superuser = True
        owner.save(update_fields=["is_staff", "is_superuser"])
        answer = signed_in(owner).post(page(waiting, "approve"), {})
        assert answer.status_code == 403
        assert CheckerIsParty.title in text_of(answer)
        untouched(waiting)
