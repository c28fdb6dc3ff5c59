"""GET integrity/check over HTTP: who may ask, and what is answered."""

import uuid

import pytest
from django.test import Client

from coinhub.events.models import AuditEvent
from coinhub.users import roles
from coinhub.users.services import tokens
from integrity.models import Run
from tests.conftest import make_staff, wallet_of
from tests.integrity import damages
from wallets.models import Wallet

RELATIONS = ("wallets", "crypto_balances", "trader_balances", "internal_balances")


@pytest.fixture
def ask():
    def asked(person, path, **query):
        client = Client()
        token = tokens.issue(user=person).access
        return client.get(
            f"/api/integrity/{path}", query, headers={"Authorization": f"Bearer {token}"}
        )

    return asked


@pytest.mark.django_db
class TestHealthy:
    def test_the_whole_ledger_is_answered_with_counts_and_a_checksum(self, ask, alice):
        wallet_of(alice, funded="10.00")
        answer = ask(make_staff("auditor", roles.AUDITOR), "check")
        body = answer.json()
        assert answer.status_code == 200
        assert answer["Content-Type"] == "application/json"
        assert body["status"] == "healthy"
        assert body["checked_users"] >= 1
        assert body["checked_currencies"] == 9
        assert body["timestamp"].endswith("Z")
        assert len(body["checksum"]) == 64

    def test_every_run_leaves_a_run_and_an_audit_event(self, ask, alice):
        body = ask(alice, f"check-all/{alice.pk}").json()
        run = Run.objects.get(public_id=body["run_id"])
        assert (run.owner_id, run.actor_id, run.trigger) == (alice.pk, alice.pk, "api")
        audit = AuditEvent.objects.get(object_type="integrity_run", object_id=body["run_id"])
        assert audit.actor_id == alice.pk
        assert audit.after["status"] == "healthy"

    def test_a_customer_sees_the_four_relations_side_by_side(self, ask, alice):
        wallet_of(alice, funded="10.00")
        wallet_of(alice, "JPY", funded="500")
        body = ask(alice, f"check-all/{alice.pk}").json()
        shown = {one["currency"]: one for one in body["balances"]}
        assert set(shown) == {"GBP", "JPY"}
        for name in RELATIONS:
            assert shown["GBP"][name]["total"] == "10.00"
            assert shown["JPY"][name]["available"] == "500"
        assert (body["checked_users"], body["checked_currencies"]) == (1, 2)

    def test_one_currency_can_be_asked_for(self, ask, alice):
        wallet_of(alice, funded="10.00")
        wallet_of(alice, "JPY", funded="500")
        body = ask(alice, f"check/{alice.pk}", currency="JPY").json()
        assert [one["currency"] for one in body["balances"]] == ["JPY"]
        assert body["checked_currencies"] == 1

    def test_the_checksum_is_the_same_until_a_balance_changes(self, ask, alice):
        wallet_of(alice, funded="10.00")
        first, second = (ask(alice, f"check/{alice.pk}").json()["checksum"] for _ in range(2))
        wallet_of(alice, funded="0.01")
        assert first == second != ask(alice, f"check/{alice.pk}").json()["checksum"]


@pytest.mark.django_db
class TestWhoMayAsk:
    @pytest.mark.parametrize("role", [roles.OPERATIONS, roles.AUDITOR])
    def test_staff_may_ask_for_everything_and_everybody(self, ask, alice, role):
        staff = make_staff("staff", role)
        assert ask(staff, "check").status_code == 200
        assert ask(staff, f"check/{alice.pk}").status_code == 200
        assert ask(staff, f"check-all/{alice.pk}").status_code == 200

    def test_nobody_else_may_ask_for_everything(self, ask, alice):
        runs = Run.objects.count()
        for person in (alice, make_staff("kyc", roles.KYC)):
            answer = ask(person, "check")
            assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")
        assert Client().get("/api/integrity/check").status_code == 401
        assert Run.objects.count() == runs

    def test_somebody_elses_and_nobodys_look_alike(self, ask, alice, bob):
        runs = Run.objects.count()
        answers = [
            ask(alice, f"{route}/{whose}")
            for route in ("check", "check-all")
            for whose in (bob.pk, uuid.uuid4(), "not-an-id")
        ]
        assert {answer.status_code for answer in answers} == {403}
        assert {answer.json()["code"] for answer in answers} == {"NOT_FOUND_OR_NOT_YOURS"}
        assert Run.objects.count() == runs

    def test_an_unknown_currency_or_parameter_is_refused(self, ask, alice):
        runs = Run.objects.count()
        assert ask(alice, f"check/{alice.pk}", currency="XXX").status_code == 400
        assert ask(alice, f"check/{alice.pk}", colour="red").status_code == 400
        assert Run.objects.count() == runs


class TestFailure:
    def test_each_mismatch_is_told_with_its_figures(self, copy, plant, ask):
        damages.wallet_row(plant, copy)
        owner = Wallet.objects.get(pk=copy.alice_gbp).owner
        answer = ask(make_staff("auditor", roles.AUDITOR), "check")
        body = answer.json()
        assert answer.status_code == 500
        assert answer["Content-Type"] == "application/json"
        assert body["status"] == "INTEGRITY_FAILURE"
        (mismatch,) = body["mismatches"]
        assert (mismatch["user_id"], mismatch["currency"]) == (str(owner.pk), "GBP")
        assert mismatch["in_sync"] is False
        assert mismatch["wallets"]["available"] == "52.250000000000000001"
        assert mismatch["crypto_balances"]["available"] == "52.25"
        assert mismatch["internal_balances"]["total"] == "62.25"
        (found,) = body["findings"]
        assert (found["source"], found["wallet_id"]) == ("wallet row", copy.alice_gbp)
        assert found["figures"]["difference"] == "0.000000000000000001"

    def test_the_customer_concerned_is_told_and_others_are_not(self, copy, plant, ask):
        damages.posting_amount(plant, copy)
        bob = Wallet.objects.get(pk=copy.bob_gbp).owner
        carol = Wallet.objects.get(pk=copy.carol_gbp).owner
        assert ask(bob, f"check/{bob.pk}").status_code == 500
        assert ask(carol, f"check-all/{carol.pk}").status_code == 200
