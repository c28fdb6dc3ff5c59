"""POST integrity/sync-all and the others: staff, with the key, and only from sound postings."""

import json

import pytest
from django.conf import settings
from django.test import Client

from coinhub.events.models import AuditEvent
from coinhub.users import roles
from coinhub.users.models import User
from coinhub.users.services import tokens
from integrity.models import Run
from integrity.templatetags.office_runs import newest_run
from tests.conftest import make_staff
from tests.integrity import damages
from wallets.models import Wallet

PLACES = ("sync-all", "reconcile/{owner}", "auto-reconcile-admin")


@pytest.fixture
def send():
    def sent(person, path, body=None, *, key=settings.RECONCILIATION_KEY):
        headers = {"Authorization": f"Bearer {tokens.issue(user=person).access}"}
        if key is not None:
            headers["X-Reconciliation-Key"] = key
        data = "" if body is None else json.dumps(body)
        return Client().post(
            f"/api/integrity/{path}", data, headers=headers, content_type="application/json"
        )

    return sent


def operator() -> User:
    return make_staff("operator", roles.OPERATIONS)


def available(wallet_id):
    return str(Wallet.objects.get(pk=wallet_id).available.normalize())


class TestRepair:
    @pytest.mark.parametrize("place", ["sync-all", "reconcile/{owner}"])
    def test_writes_the_row_anew_and_says_what_it_was(self, copy, plant, send, place):
        damages.wallet_row(plant, copy)
        owner = Wallet.objects.get(pk=copy.alice_gbp).owner_id
        answer = send(operator(), place.format(owner=owner))
        assert (answer.status_code, answer.json()["status"]) == (200, "healthy")
        (one,) = answer.json()["repaired"]
        assert one["changed"]
        assert (one["before"]["available"], one["after"]["available"]) == (
            "52.250000000000000001",
            "52.25",
        )
        assert available(copy.alice_gbp) == "52.25"
        assert AuditEvent.objects.filter(action="wallet.repaired").count() == 1

    def test_of_somebody_else_leaves_the_row(self, copy, plant, send):
        damages.wallet_row(plant, copy)
        other = Wallet.objects.get(pk=copy.bob_gbp).owner_id
        answer = send(operator(), "sync-all", {"user_id": str(other)})
        assert answer.json()["repaired"] == []
        assert available(copy.alice_gbp) == "52.250000000000000001"

    def test_of_the_house_leaves_customers(self, copy, plant, send):
        damages.wallet_row(plant, copy)
        answer = send(operator(), "auto-reconcile-admin")
        assert (answer.status_code, answer.json()["repaired"]) == (200, [])
        assert available(copy.alice_gbp) == "52.250000000000000001"

    @pytest.mark.parametrize("place", PLACES)
    @pytest.mark.parametrize("key", [None, "", "wrong", settings.RECONCILIATION_KEY + "x"])
    def test_without_the_key_is_refused(self, copy, plant, send, place, key):
        damages.wallet_row(plant, copy)
        owner = Wallet.objects.get(pk=copy.alice_gbp).owner_id
        answer = send(operator(), place.format(owner=owner), key=key)
        assert (answer.status_code, answer.json()["code"]) == (403, "RECONCILIATION_KEY_REFUSED")
        assert available(copy.alice_gbp) == "52.250000000000000001"

    @pytest.mark.parametrize("group", [roles.AUDITOR, roles.KYC, None])
    def test_by_others_is_refused_key_or_not(self, copy, plant, send, group):
        damages.wallet_row(plant, copy)
        person = (
            make_staff("other", group)
            if group
            else User.objects.get(pk=Wallet.objects.get(pk=copy.alice_gbp).owner_id)
        )
        answer = send(person, "sync-all")
        assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")
        assert available(copy.alice_gbp) == "52.250000000000000001"

    def test_of_a_lost_posting_reports_it_and_changes_nothing(self, copy, plant, send):
        damages.newest_posting_missing(plant, copy)
        before = list(Wallet.objects.order_by("pk").values_list("available", "version"))
        answer = send(operator(), "sync-all")
        assert (answer.status_code, answer.json()["status"]) == (500, "INTEGRITY_FAILURE")
        assert list(Wallet.objects.order_by("pk").values_list("available", "version")) == before


class TestHouse:
    def test_is_shown_side_by_side_and_is_no_run_over_everything(self, copy):
        person = make_staff("auditor", roles.AUDITOR)
        everything = newest_run()
        answer = Client().get(
            "/api/integrity/admin-wallet",
            headers={"Authorization": f"Bearer {tokens.issue(user=person).access}"},
        )
        body = answer.json()
        assert (answer.status_code, body["status"]) == (200, "healthy")
        assert {one["user_id"] for one in body["balances"]} == {None}
        assert {"A.SET", "PLATFORM_TREASURY_WALLET"} <= {one["code"] for one in body["balances"]}
        assert Run.objects.get(public_id=body["run_id"]).is_house
        assert newest_run() == everything
