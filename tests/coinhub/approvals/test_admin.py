"""The queue of approvals and the page on which one is decided."""

import re

import pytest
from django.urls import reverse

from coinhub.approvals.models import Approval
from coinhub.users import roles
from kyc.services import four_eyes
from tests.coinhub.approvals.conftest import REASON, actor_of, approve, propose
from tests.coinhub.approvals.test_services import lit, old, state_of
from tests.conftest import make_staff

State = Approval.State
LIST = "admin:approvals_approval_changelist"


def page(approval, verb="change"):
    return reverse(f"admin:approvals_approval_{verb}", args=[approval.pk])


def press(browser, approval, verb, **sent):
    return browser.post(page(approval, verb), sent)


def approved(browser, approval, **other):
    return press(browser, approval, "approve", shown_sha256=approval.payload_sha256, **other)


class TestQueue:
    def test_shows_what_waits_oldest_first_and_the_rest_on_request(
        self, lamp, maker, checker, signed_in
    ):
        done, first, second = propose(maker), propose(maker, watts=1), propose(maker, watts=2)
        approve(done, checker)
        browser = signed_in(checker)
        for query, expected in (
            ({}, [first, second]),
            ({"state": "executed"}, [done]),
            ({"state": "all"}, [second, first, done]),
            ({"q": "hall"}, [done, first, second]),
            ({"q": str(first.public_id)}, [first]),
            ({"q": "cellar"}, []),
        ):
            answer = browser.get(reverse(LIST, query=query))
            assert list(answer.context["cl"].result_list) == expected, query
        html = browser.get(reverse(LIST)).content.decode()
        assert "Light a lamp" in html
        assert re.search(r"<td[^>]*field-gist[^>]*>1</td>", html)

    def test_is_on_the_first_page_with_its_age(self, lamp, maker, signed_in):
        propose(maker)
        html = signed_in(maker).get(reverse("admin:index")).content.decode()
        assert "Approvals waiting" in html
        assert "The oldest since" in html

    def test_warns_when_too_few_may_decide(self, lamp, maker, signed_in):
        def warned():
            return "Fewer than two people" in browser.get(reverse("admin:index")).content.decode()

        browser = signed_in(maker)
        assert warned()
        make_staff("second", roles.OPERATIONS, roles.AUDITOR)
        assert not warned()


class TestPage:
    def test_shows_what_will_happen_why_and_the_hash_that_is_sent_back(
        self, lamp, maker, checker, signed_in
    ):
        made = propose(maker)
        html = signed_in(checker).get(page(made)).content.decode()
        for shown in ("What will happen", "Watts", "40", REASON, maker.email, "Approve and do it"):
            assert shown in html
        assert f'name="shown_sha256" value="{made.payload_sha256}"' in html

    def test_offers_the_maker_only_to_take_it_back(self, lamp, maker, signed_in):
        html = signed_in(maker).get(page(propose(maker))).content.decode()
        assert "Take it back" in html
        assert "Approve and do it" not in html

    def test_offers_nothing_once_it_has_ended(self, lamp, maker, checker, signed_in):
        made = propose(maker)
        approve(made, checker)
        html = signed_in(checker).get(page(made)).content.decode()
        assert "What was proposed" in html
        assert '<h2 id="decision-heading">' not in html

    def test_is_shown_when_the_kind_is_no_more(self, lamp, maker, checker, signed_in, monkeypatch):
        made = propose(maker)
        approve(made, checker)
        from coinhub.approvals import kinds

        monkeypatch.delitem(kinds._kinds, "lamp")
        answer = signed_in(checker).get(page(made))
        assert answer.status_code == 200
        assert "watts" in answer.content.decode()


class TestButtons:
    def test_approve_does_it(self, lamp, maker, checker, signed_in):
        made = propose(maker)
        answer = approved(signed_in(checker), made)
        assert (answer.status_code, answer["Location"]) == (302, reverse(LIST))
        assert (state_of(made), lit()) == (State.EXECUTED, 1)

    def test_reject_needs_a_reason(self, lamp, maker, checker, signed_in):
        made, browser = propose(maker), signed_in(checker)
        assert press(browser, made, "reject", comment="no").status_code == 400
        assert state_of(made) == State.PENDING
        assert press(browser, made, "reject", comment=REASON).status_code == 302
        assert state_of(made) == State.REJECTED

    def test_withdraw_is_the_makers(self, lamp, maker, checker, signed_in):
        made = propose(maker)
        assert press(signed_in(checker), made, "withdraw").status_code == 403
        assert state_of(made) == State.PENDING
        assert press(signed_in(maker), made, "withdraw").status_code == 302
        assert state_of(made) == State.CANCELLED

    @pytest.mark.parametrize("superuser", [False, True])
    def test_the_maker_is_refused_superusers_included(self, lamp, db, signed_in, superuser):
        maker = make_staff("maker", roles.OPERATIONS, superuser=superuser)
        made, browser = propose(maker), signed_in(maker)
        answer = approved(browser, made)
        assert answer.status_code == 403
        assert "Somebody else has to decide" in answer.content.decode()
        assert press(browser, made, "reject", comment=REASON).status_code == 403
        assert (state_of(made), lit()) == (State.PENDING, 0)

    @pytest.mark.parametrize("shown", ["", "f" * 64])
    def test_another_hash_is_refused(self, lamp, maker, checker, signed_in, shown):
        made = propose(maker)
        answer = press(signed_in(checker), made, "approve", shown_sha256=shown)
        assert answer.status_code == 409
        assert "not what you were shown" in answer.content.decode()
        assert (state_of(made), lit()) == (State.PENDING, 0)

    def test_what_is_too_old_is_refused_and_ends(self, lamp, maker, checker, signed_in):
        made = old(maker)
        assert approved(signed_in(checker), made).status_code == 409
        assert (state_of(made), lit()) == (State.EXPIRED, 0)

    def test_a_refused_rejection_keeps_what_was_typed(self, lamp, maker, checker, signed_in):
        made, browser = propose(maker), signed_in(checker)
        session = browser.session
        session["account_authentication_methods"][0]["at"] -= 400  # a proof that is too old
        session.save()
        answer = press(browser, made, "reject", comment="Not this <lamp>, I say")
        assert answer.status_code == 403
        assert "Not this &lt;lamp&gt;, I say</textarea>" in answer.content.decode()
        assert state_of(made) == State.PENDING

    def test_a_maker_who_sees_no_others_proposals_takes_back_the_own(
        self, lamp, maker, alice, signed_in
    ):
        reviewer = make_staff("reviewer", roles.KYC)
        own = four_eyes.propose_block(
            customer_id=alice.pk,
            cause="fraud",
            reason=REASON,
            maker=reviewer,
            actor=actor_of(reviewer),
        )
        others, browser = propose(maker), signed_in(reviewer)
        assert list(browser.get(reverse(LIST)).context["cl"].result_list) == [own]
        assert reverse(LIST) in browser.get(reverse("admin:index")).content.decode()
        assert "Take it back" in browser.get(page(own)).content.decode()
        assert "Light a lamp" not in browser.get(page(others), follow=True).content.decode()
        assert press(browser, others, "withdraw").status_code == 403
        assert approved(browser, own).status_code == 403
        assert press(browser, own, "withdraw").status_code == 302
        assert (state_of(own), state_of(others)) == (State.CANCELLED, State.PENDING)

    def test_staff_who_propose_nothing_have_no_list_of_proposals(self, lamp, maker, signed_in):
        propose(maker)
        assert signed_in(make_staff("nobody")).get(reverse(LIST)).status_code == 403

    @pytest.mark.parametrize("group", [roles.KYC, None])
    def test_others_are_refused(self, lamp, maker, signed_in, group):
        made = propose(maker)
        browser = signed_in(make_staff("other", *([group] if group else [])))
        for verb in ("approve", "reject", "withdraw"):
            answer = press(browser, made, verb, shown_sha256=made.payload_sha256, comment=REASON)
            assert answer.status_code == 403
        assert (state_of(made), lit()) == (State.PENDING, 0)

    def test_customers_and_strangers_stay_outside(self, lamp, maker, alice, signed_in, client):
        made = propose(maker)
        for browser in (client, signed_in(alice)):
            answer = approved(browser, made)
            assert answer.status_code in (302, 403)
            assert reverse(LIST) not in answer.get("Location", "").partition("?")[0]
        assert (state_of(made), lit()) == (State.PENDING, 0)

    @pytest.mark.parametrize("verb", ["approve", "reject", "withdraw"])
    def test_a_link_decides_nothing(self, lamp, maker, checker, signed_in, verb):
        made = propose(maker)
        assert signed_in(checker).get(page(made, verb)).status_code == 405
        assert state_of(made) == State.PENDING

    def test_a_form_from_elsewhere_decides_nothing(self, lamp, maker, checker):
        from django.test import Client

        made, browser = propose(maker), Client(enforce_csrf_checks=True)
        browser.force_login(checker, backend="allauth.account.auth_backends.AuthenticationBackend")
        assert approved(browser, made).status_code == 403
        assert (state_of(made), lit()) == (State.PENDING, 0)

    def test_what_is_not_there_is_not_found(self, lamp, checker, signed_in):
        address = reverse("admin:approvals_approval_approve", args=[10**12])
        assert signed_in(checker).post(address).status_code == 404
