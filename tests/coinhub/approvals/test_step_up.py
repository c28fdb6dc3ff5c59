"""Proposing and deciding need a second factor of the last five minutes, asked for on the page."""

import json
import re
import time
from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse

from coinhub.approvals.models import Approval
from coinhub.core.db import database_clock
from coinhub.events.models import AuditEvent
from coinhub.users.models import AccessToken, UsedCode
from coinhub.users.services import second_factor, tokens
from tests.api_client import Caller
from tests.coinhub.approvals.conftest import propose
from tests.coinhub.approvals.test_admin import approved, page, press
from tests.coinhub.approvals.test_services import lit, state_of
from tests.conftest import make_customer, wallet_of
from tests.passkeys import Passkey

State = Approval.State
INVITE = "/admin/users/user/invite/"


def let_it_age(browser, seconds: int = 301) -> None:
    """Let time pass since the second factor was used in a session."""
    session = browser.session
    records = session["account_authentication_methods"]
    for record in records:
        record["at"] = time.time() - seconds
    session["account_authentication_methods"] = records
    session.save()


def enrol(user) -> None:
    with transaction.atomic():
        second_factor.enrol_totp(user)


def event_of(approval, action: str) -> dict:
    return AuditEvent.objects.get(object_id=str(approval.public_id), action=action).after


class TestAVote:
    def test_is_refused_without_one_and_the_page_asks_for_it(self, lamp, maker, checker, signed_in):
        made, browser = propose(maker), signed_in(checker)
        enrol(checker)
        assert "step_up_code" not in browser.get(page(made)).content.decode()
        let_it_age(browser)
        for verb in ("approve", "reject"):
            answer = press(
                browser, made, verb, shown_sha256=made.payload_sha256, comment="not at all, no"
            )
            assert answer.status_code == 403
            assert "Prove with your second factor" in answer.content.decode()
            assert "step_up_code" in answer.content.decode()
        assert (state_of(made), lit()) == (State.PENDING, 0)

    def test_counts_with_the_code_of_the_form_and_says_with_what(
        self, lamp, maker, checker, signed_in
    ):
        made, browser = propose(maker), signed_in(checker)
        enrol(checker)
        let_it_age(browser)
        number = browser.session.session_key
        wrong = approved(browser, made, step_up_code="000000")
        assert wrong.status_code == 403
        assert "This code is not right" in wrong.content.decode()
        assert (state_of(made), lit()) == (State.PENDING, 0)
        code = second_factor.find_unused_code(checker)
        assert approved(browser, made, step_up_code=code).status_code == 302
        assert (state_of(made), lit()) == (State.EXECUTED, 1)
        after = event_of(made, "approval.executed")
        assert after["proved_with"] == "totp"
        assert after["proved_at"].startswith("20")
        assert browser.session.session_key != number

    def test_is_good_for_five_minutes_and_no_code_is_used_up_meanwhile(
        self, lamp, maker, checker, signed_in
    ):
        browser = signed_in(checker)
        enrol(checker)
        let_it_age(browser, 200)
        code = second_factor.find_unused_code(checker)
        for watts in (1, 2):
            made = propose(maker, watts=watts)
            assert approved(browser, made, step_up_code=code).status_code == 302
        assert not UsedCode.objects.exists()

    def test_counts_with_a_passkey_once(self, lamp, maker, checker, signed_in):
        made, browser = propose(maker), signed_in(checker)
        key = Passkey().add_to(checker)
        let_it_age(browser)
        assert approved(browser, made, step_up_credential="{}").status_code == 403
        html = browser.get(page(made)).content.decode()
        (data, *_) = re.findall(r'<script id="passkey-approve-data" [^>]+>(.+?)</script>', html)
        credential = json.dumps(key.sign(json.loads(data)))
        assert approved(browser, made, step_up_credential=credential).status_code == 302
        assert event_of(made, "approval.executed")["proved_with"] == "webauthn"
        let_it_age(browser)
        other = propose(maker, watts=7)
        assert approved(browser, other, step_up_credential=credential).status_code == 403
        assert state_of(other) == State.PENDING

    def test_with_a_code_of_somebody_else_is_refused(self, lamp, maker, checker, signed_in):
        made, browser = propose(maker), signed_in(checker)
        enrol(checker)
        enrol(maker)
        let_it_age(browser)
        code = second_factor.find_unused_code(maker)
        assert approved(browser, made, step_up_code=code).status_code == 403
        assert second_factor.find_unused_code(maker) == code


class TestAProposal:
    def test_on_a_page_needs_one(self, maker, signed_in):
        browser = signed_in(maker)
        person = make_customer("person")
        enrol(maker)
        let_it_age(browser)
        there = reverse("admin:users_user_change", args=[person.pk])
        assert "step_up_code" in browser.get(there).content.decode()
        sent = {"roles": ["auditor"], "reason": "joins the auditors today"}
        address = reverse("admin:users_user_roles", args=[person.pk])
        assert browser.post(address, sent).status_code == 403
        assert not Approval.objects.filter(target_id=str(person.pk)).exists()
        code = second_factor.find_unused_code(maker)
        assert browser.post(address, {**sent, "step_up_code": code}).status_code == 302
        made = Approval.objects.get(target_id=str(person.pk))
        assert event_of(made, "approval.proposed")["proved_with"] == "totp"

    @pytest.mark.parametrize(
        "address",
        [
            "/admin/wallets/transaction/adjust/",
            "/admin/wallets/fee/add/",
            "/admin/wallets/limit/add/",
            INVITE,
        ],
    )
    def test_is_asked_for_on_every_form_that_proposes(self, maker, signed_in, address):
        browser = signed_in(maker)
        enrol(maker)
        assert "step_up_code" not in browser.get(address).content.decode()
        let_it_age(browser)
        assert browser.get(address).content.decode().count('name="step_up_code"') == 1

    def test_of_a_fee_waits_for_one(self, maker, signed_in):
        from tests.wallets.admin.test_terms import ADD_FEE, FEE

        browser = signed_in(maker)
        enrol(maker)
        let_it_age(browser)
        before = Approval.objects.count()
        browser.post(ADD_FEE, FEE)
        assert Approval.objects.count() == before
        code = second_factor.find_unused_code(maker)
        browser.post(ADD_FEE, {**FEE, "step_up_code": code})
        assert Approval.objects.count() == before + 1


class TestByProgram:
    """A token counts for five minutes after the sign-in, and not when it was refreshed since."""

    def test_only_the_token_of_the_sign_in_itself_proves(self, maker):
        from coinhub.users.selectors.tokens import signed_in_at

        pair = tokens.issue(user=maker)
        first = signed_in_at(pair.access)
        assert database_clock() - first < timedelta(minutes=1)
        again = tokens.refresh(token=pair.refresh)
        assert signed_in_at(pair.access) is None
        assert signed_in_at(again.access) is None
        assert signed_in_at("chat_nothing") is None

    def test_a_refreshed_token_proposes_nothing(self, maker):
        customer = make_customer("customer")
        wallet_of(customer, "PTS", funded="50")
        path = f"admin/users/{customer.pk}/points"
        body = {"change": "grant", "amount": "5", "reason": "because of the long wait"}
        pair = tokens.issue(user=maker)
        caller = Caller()
        again = tokens.refresh(token=pair.refresh)
        caller.headers["Authorization"] = f"Bearer {again.access}"
        answer = caller.put(path, body)
        assert (answer.status_code, answer.json()["code"]) == (403, "PROVE_AGAIN")
        assert not Approval.objects.filter(maker=maker).exists()
        assert Caller(maker).put(path, body).status_code == 202
        assert AccessToken.objects.filter(user=maker).exists()
