"""One transaction on one page: what happened to it, who did it, and what came of it."""

import re
from decimal import Decimal

import pytest
from django.urls import reverse

from coinhub.approvals import kinds
from coinhub.approvals.models import Approval
from coinhub.core.actor import Actor
from coinhub.events.models import AuditEvent
from coinhub.users import roles
from tests.conftest import gbp, make_staff, wallet_of
from tests.wallets.admin.forms import form_of
from wallets.models import Transaction, Wallet
from wallets.services import reversals, transfers
from wallets.services.reversals import Terms

WHY = "the customer paid the wrong person"


def page(txn, deed=""):
    name = f"admin:wallets_transaction_{deed or 'change'}"
    return reverse(name, args=[txn.pk])


def text_of(answer):
    return answer.content.decode().replace("\u202f", " ").replace("\u00a0", " ")


def sections(answer):
    return {section.title: section for section in answer.context["sections"]}


def by(person):
    return Actor(kind="staff", user_id=person.pk, request_id="r-1")


@pytest.fixture
def checker(db):
    return make_staff("checker", roles.OPERATIONS)


@pytest.fixture
def proposed(booked, operator):
    return reversals.propose(
        original_id=booked.paid.public_id,
        amount=Decimal("10.00"),
        terms=Terms(),
        reason=WHY,
        maker=operator,
        actor=by(operator),
    )


class TestStory:
    def test_says_from_when_on_it_stood_where(self, office, booked):
        states = sections(office.get(page(booked.paid)))["States"]
        assert [row[1:3] for row in states.rows] == [("–", "completed")]

    def test_a_reversal_and_its_original_show_each_other_and_the_proposal(
        self, office, booked, proposed
    ):
        reversal = Transaction.objects.get(public_id=proposed.target_id)
        of_original = sections(office.get(page(booked.paid)))
        of_reversal = sections(office.get(page(reversal)))
        assert page(reversal) in of_original["Related transactions"].rows[0][1]
        assert of_reversal["Related transactions"].rows[0][0] == "original"
        assert page(booked.paid) in of_reversal["Related transactions"].rows[0][1]
        for shown in (of_original, of_reversal):
            (line,) = shown["Approvals"].rows
            assert (line[1], line[3]) == ("pending", WHY)

    def test_a_proposal_says_when_the_original_was_made_in_utc(self, booked, proposed):
        made = f"{booked.paid.created_at:%Y-%m-%d %H:%M} UTC"
        assert dict(kinds.describe(proposed))["Original"].endswith(made)

    def test_every_look_is_recorded(self, booked, auditor, signed_in):
        signed_in(auditor).get(page(booked.paid))
        look = AuditEvent.objects.get(action="transaction.looked_at", actor=auditor)
        assert look.object_id == str(booked.paid.public_id)

    @pytest.mark.parametrize("term", ["30.00", "30.0", "30 GBP", "30.00 gbp"])
    def test_is_found_by_its_amount(self, office, booked, term):
        listed = office.get(reverse("admin:wallets_transaction_changelist"), {"q": term})
        assert [row.pk for row in listed.context["cl"].result_list] == [booked.paid.pk]

    def test_is_not_found_by_another_amount_or_currency(self, office, booked):
        for term in ("30.01", "30.00 EUR"):
            listed = office.get(reverse("admin:wallets_transaction_changelist"), {"q": term})
            assert list(listed.context["cl"].result_list) == []


class TestReversing:
    def test_shows_first_what_it_would_do(self, operator, booked, signed_in):
        browser = signed_in(operator)
        transfers.transfer(
            payer=booked.payee, payee=booked.payer, amount=gbp("18.00"), actor=by(operator)
        )
        before = Transaction.objects.count()
        answer = browser.get(page(booked.paid, "reverse"))
        text = re.sub(r"<[^>]+>", "", text_of(answer))
        now = dict(sections(answer)["What it would do now"].rows)
        assert "12.00" in now["Set aside as soon as you propose"]
        assert "18.00" in now["Short by"]
        assert len(sections(answer)["What went out of the recipient's wallet since"].rows) == 1
        assert "the reserve is short" in text
        looked = browser.post(
            page(booked.paid, "reverse"), form_of(answer, amount="12.00", look="1")
        )
        assert looked.status_code == 200
        assert "0.00" in dict(sections(looked)["What it would do now"].rows)["Short by"]
        assert Transaction.objects.count() == before
        assert not Approval.objects.filter(maker=operator).exists()

    def test_is_proposed_and_sets_aside_what_is_left(self, operator, booked, signed_in):
        browser = signed_in(operator)
        sent = form_of(browser.get(page(booked.paid, "reverse")), reason=WHY)
        answer = browser.post(page(booked.paid, "reverse"), sent)
        waiting = Approval.objects.get(maker=operator)
        assert answer.url == reverse("admin:approvals_approval_change", args=[waiting.pk])
        assert waiting.payload["amount"] == "30"
        wallet = Wallet.objects.get(pk=booked.payee.pk)
        assert (wallet.available, wallet.locked) == (Decimal(0), Decimal(30))

    def test_sent_twice_it_is_proposed_once(self, operator, booked, signed_in):
        browser = signed_in(operator)
        sent = form_of(browser.get(page(booked.paid, "reverse")), reason=WHY, amount="4.00")
        addresses = {browser.post(page(booked.paid, "reverse"), sent).url for _ in range(2)}
        assert len(addresses) == 1
        assert Approval.objects.filter(maker=operator).count() == 1
        assert Wallet.objects.get(pk=booked.payee.pk).locked == Decimal(4)

    def test_a_refusal_is_shown_at_the_form_and_nothing_moves(self, operator, booked, signed_in):
        browser = signed_in(operator)
        sent = form_of(browser.get(page(booked.paid, "refund")), reason=WHY)
        for wrong in ({"amount": "30.01"}, {"amount": "1.001"}, {"amount": "x"}, {"reason": "no"}):
            answer = browser.post(page(booked.paid, "refund"), sent | wrong)
            assert answer.status_code in (400, 409, 422), wrong
            assert answer.context["form"].errors, wrong
        assert not Approval.objects.filter(maker=operator).exists()
        assert Wallet.objects.get(pk=booked.payee.pk).available == Decimal(30)

    def test_a_staff_refund_keeps_the_fee_and_covers_nothing(self, operator, booked, signed_in):
        browser = signed_in(operator)
        sent = form_of(browser.get(page(booked.paid, "refund")), reason=WHY)
        browser.post(page(booked.paid, "refund"), sent)
        payload = Approval.objects.get(maker=operator).payload
        assert (payload["fee_policy"], payload["shortfall_policy"]) == ("none", "fail_if_short")

    def test_the_maker_approves_nothing_by_page_or_post(self, booked, superuser, signed_in):
        browser = signed_in(superuser)
        sent = form_of(browser.get(page(booked.paid, "reverse")), reason=WHY)
        shown = browser.post(page(booked.paid, "reverse"), sent, follow=True)
        assert "Approve and do it" not in text_of(shown)
        waiting = Approval.objects.get(maker=superuser)
        address = reverse("admin:approvals_approval_approve", args=[waiting.pk])
        answer = browser.post(address, {"shown_sha256": waiting.payload_sha256})
        assert answer.status_code == 403
        waiting.refresh_from_db()
        assert waiting.state == "pending"
        assert Wallet.objects.get(pk=booked.payee.pk).locked == Decimal(30)

    def test_a_get_changes_nothing_whatever_it_says(self, operator, booked, signed_in):
        browser = signed_in(operator)
        browser.get(page(booked.paid, "reverse"), {"amount": "30.00", "reason": WHY})
        assert not Approval.objects.filter(maker=operator).exists()

    @pytest.mark.parametrize("who", ["auditor", "reviewer"])
    def test_others_see_no_button_and_reach_no_page(self, who, booked, signed_in, request):
        browser = signed_in(request.getfixturevalue(who))
        for deed in ("reverse", "refund", "return"):
            assert browser.get(page(booked.paid, deed)).status_code == 403
            assert browser.post(page(booked.paid, deed), {"reason": WHY}).status_code == 403
        if who == "auditor":
            assert page(booked.paid, "reverse") not in text_of(browser.get(page(booked.paid)))

    def test_what_cannot_be_undone_has_no_button(self, office, booked):
        assert page(booked.locked, "reverse") not in text_of(office.get(page(booked.locked)))
        away = office.get(page(booked.locked, "reverse"))
        assert away.url == page(booked.locked)


class TestReturning:
    @pytest.fixture
    def waiting(self, booked):
        return Transaction.objects.get(payee_wallet=booked.waiting, type="deposit")

    def test_a_held_deposit_is_set_aside_once_another_approves(
        self, operator, checker, waiting, booked, signed_in
    ):
        browser = signed_in(operator)
        sent = form_of(browser.get(page(waiting, "return")), reason=WHY)
        browser.post(page(waiting, "return"), sent)
        proposal = Approval.objects.get(maker=operator)
        assert Wallet.objects.get(pk=booked.waiting.pk).held == Decimal(7)
        signed_in(checker).post(
            reverse("admin:approvals_approval_approve", args=[proposal.pk]),
            {"shown_sha256": proposal.payload_sha256},
        )
        proposal.refresh_from_db()
        waiting.refresh_from_db()
        wallet = Wallet.objects.get(pk=booked.waiting.pk)
        assert (proposal.state, waiting.state) == ("executed", "return_pending")
        assert (wallet.held, wallet.locked) == (Decimal(0), Decimal(7))

    def test_what_is_not_held_is_not_returned(self, office, booked):
        assert office.get(page(booked.paid, "return")).url == page(booked.paid)


class TestAdjusting:
    ADDRESS = "/admin/wallets/transaction/adjust/"

    def sent(self, browser, **more):
        usual = {"kind": "goodwill", "currency": "GBP", "amount": "5.00", "reason": WHY}
        return form_of(browser.get(self.ADDRESS)) | usual | more

    def test_is_proposed_for_a_customer_by_e_mail(self, operator, alice, signed_in):
        browser = signed_in(operator)
        answer = browser.post(self.ADDRESS, self.sent(browser, customer=alice.email.upper()))
        waiting = Approval.objects.get(maker=operator)
        assert answer.url == reverse("admin:approvals_approval_change", args=[waiting.pk])
        assert waiting.payload == {
            "kind": "goodwill", "amount": "5", "currency": "GBP", "customer": str(alice.pk),
        }  # fmt: skip
        assert wallet_of(alice).available == 0

    def test_is_proposed_within_the_house(self, operator, signed_in):
        browser = signed_in(operator)
        browser.post(self.ADDRESS, self.sent(browser, kind="reserve_top_up", customer=""))
        assert Approval.objects.get(maker=operator).payload["customer"] is None

    @pytest.mark.parametrize(
        "wrong",
        [
            {"customer": ""},
            {"customer": "nobody@example.com"},
            {"kind": "gift"},
            {"kind": "reserve_top_up"},
            {"kind": "points_grant"},
            {"amount": "5.001"},
            {"amount": "0"},
            {"amount": "-5"},
            {"amount": "NaN"},
            {"currency": "XXX"},
            {"reason": "so"},
        ],
    )
    def test_what_cannot_be_is_refused_at_the_form(self, operator, alice, signed_in, wrong):
        browser = signed_in(operator)
        answer = browser.post(self.ADDRESS, self.sent(browser, customer=alice.email) | wrong)
        assert answer.status_code in (400, 422)
        assert answer.context["form"].errors
        assert not Approval.objects.filter(maker=operator).exists()

    def test_staff_are_no_customers(self, operator, checker, signed_in):
        browser = signed_in(operator)
        answer = browser.post(self.ADDRESS, self.sent(browser, customer=checker.email))
        assert "no such customer" in text_of(answer)

    @pytest.mark.parametrize("who", ["auditor", "reviewer"])
    def test_others_propose_nothing(self, who, signed_in, request):
        browser = signed_in(request.getfixturevalue(who))
        assert browser.get(self.ADDRESS).status_code == 403
        assert browser.post(self.ADDRESS, {}).status_code == 403
