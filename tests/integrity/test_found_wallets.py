"""A wallet that a check finds wrong pays nothing until it is right and two people say so."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from coinhub.approvals.models import Approval
from coinhub.core.actor import system
from coinhub.events.models import AuditEvent
from coinhub.users import roles
from integrity import tasks
from integrity.models import Run
from integrity.services.check import check
from tests.api_client import Caller
from tests.conftest import gbp, make_staff, use_second_factor
from tests.integrity import damages, more_damages
from tests.refusals import refused
from wallets.ledger.errors import WalletFrozen
from wallets.models import Stop, Wallet
from wallets.services import frozen_wallets, transfers

WHY = "repaired, and the last run was healthy"


def office(*groups):
    person, browser = make_staff("operator", *groups), Client()
    browser.force_login(person)
    use_second_factor(browser, person)
    return browser


def status_of(key):
    return Wallet.objects.get(pk=key).status


def pay(copy, *, back=False):
    alice, bob = Wallet.objects.get(pk=copy.alice_gbp), Wallet.objects.get(pk=copy.bob_gbp)
    payer, payee = (bob, alice) if back else (alice, bob)
    transfers.transfer(payer=payer, payee=payee, amount=gbp("1.00"), actor=system("test"))


def test_what_is_found_pays_nothing_any_more_and_still_receives(copy, plant):
    damages.wallet_row(plant, copy)
    tasks.check.run(trigger="hourly")
    assert status_of(copy.alice_gbp) == "frozen"
    assert status_of(copy.bob_gbp) == "active"
    before = Wallet.objects.get(pk=copy.alice_gbp).available
    with refused(WalletFrozen):
        pay(copy)
    assert Wallet.objects.get(pk=copy.alice_gbp).available == before
    pay(copy, back=True)
    event = AuditEvent.objects.get(action="wallet.frozen")
    assert event.after == {"run": str(Run.objects.latest("id").public_id)}


@pytest.mark.parametrize(
    ("damage", "currency"),
    [(more_damages.house_row, "GBP"), (damages.journal_unbalanced, "USD")],
)
def test_wrong_books_of_the_house_stop_their_currency(copy, plant, damage, currency):
    damage(plant, copy)
    tasks.check.run(trigger="hourly")
    tasks.check.run(trigger="hourly")
    stop = Stop.objects.get()
    assert (stop.scope, stop.value, stop.lifted_at) == ("currency", currency, None)
    assert str(Run.objects.earliest("id").public_id) in stop.reason
    payer = Wallet.objects.select_related("owner").get(pk=copy.alice_gbp)
    payee = Wallet.objects.select_related("owner").get(pk=copy.bob_gbp)
    sent = {"to": payee.owner.email, "amount": "1.00", "currency": currency}
    answer = Caller(payer.owner).post("transfer", sent)
    assert (answer.status_code, answer.json()["code"]) == (503, "SERVICE_PAUSED")
    assert AuditEvent.objects.filter(action="stop.engaged").count() == 1
    browser = office(roles.OPERATIONS)
    assert currency in browser.get(reverse("admin:wallets_stop_changelist")).content.decode()


def test_what_follows_from_a_customers_wallet_stops_nothing(copy, plant):
    damages.wallet_row(plant, copy)
    tasks.check.run(trigger="hourly")
    assert not Stop.objects.exists()


def test_found_again_it_is_told_once(copy, plant):
    damages.wallet_row(plant, copy)
    tasks.check.run(trigger="hourly")
    tasks.check.run(trigger="hourly")
    assert AuditEvent.objects.filter(action="wallet.frozen").count() == 1


def test_a_healthy_ledger_freezes_nothing(healthy):
    tasks.check.run(trigger="nightly")
    assert not Wallet.objects.filter(status="frozen").exists()


def test_a_news_that_fails_loses_neither_the_run_nor_the_mail(copy, plant, settings, monkeypatch):
    from django.core import mail
    from django.db import OperationalError

    def busy(*_, **__):
        raise OperationalError("deadlock detected")

    settings.ALERT_EMAILS = ["ops@example.com"]
    monkeypatch.setattr("coinhub.events.within.tell", busy)
    damages.wallet_row(plant, copy)
    mail.outbox = []
    tasks.check.run(trigger="hourly")
    assert Run.objects.latest("id").status == "failed"
    assert len(mail.outbox) == 1


def test_staff_check_repair_and_two_of_them_let_it_pay_again(copy, plant):
    damages.wallet_row(plant, copy)
    maker, checker = office(roles.OPERATIONS), office(roles.OPERATIONS)
    run = maker.post(reverse("admin:integrity_run_check")).url
    assert "wallet row" in maker.get(run).content.decode()
    assert status_of(copy.alice_gbp) == "frozen"
    index = maker.get(reverse("admin:index")).content.decode()
    assert reverse("admin:integrity_run_repair") in index
    done = maker.post(reverse("admin:integrity_run_repair"), follow=True).content.decode()
    assert "Repaired 1 of 1 wallets" in done
    assert check(actor=system("test"), trigger=Run.Trigger.COMMAND).is_healthy
    assert Wallet.objects.get(pk=copy.alice_gbp).available == Decimal("52.25")
    thaw = reverse("admin:wallets_wallet_thaw", args=[copy.alice_gbp])
    maker.post(thaw, {"reason": WHY})
    waiting = Approval.objects.get(kind=frozen_wallets.KIND)
    address = reverse("admin:approvals_approval_approve", args=[waiting.pk])
    sent = {"shown_sha256": waiting.payload_sha256}
    assert maker.post(address, sent).status_code == 403
    assert status_of(copy.alice_gbp) == "frozen"
    checker.post(address, sent)
    assert status_of(copy.alice_gbp) == "active"
    pay(copy)


@pytest.mark.parametrize(
    ("group", "may_check"), [(roles.AUDITOR, True), (roles.KYC, False)], ids=["auditor", "kyc"]
)
def test_who_may_have_it_checked_and_who_repaired(copy, plant, group, may_check):
    damages.wallet_row(plant, copy)
    before = Wallet.objects.get(pk=copy.alice_gbp).available
    browser = office(group)
    runs = Run.objects.count()
    answer = browser.post(reverse("admin:integrity_run_check"))
    assert (answer.status_code, Run.objects.count() - runs) == ((302, 1) if may_check else (403, 0))
    assert browser.post(reverse("admin:integrity_run_repair")).status_code == 403
    assert Wallet.objects.get(pk=copy.alice_gbp).available == before


def test_asking_by_get_does_nothing(copy):
    browser, runs = office(roles.OPERATIONS), Run.objects.count()
    for name in ("check", "repair"):
        assert browser.get(reverse(f"admin:integrity_run_{name}")).status_code == 405
    assert Run.objects.count() == runs
