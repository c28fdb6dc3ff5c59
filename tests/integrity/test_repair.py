"""A repair writes wallet rows from sound postings; every kind of damage is in test_damage."""

from decimal import Decimal

from coinhub.core.actor import system
from coinhub.events.models import AuditEvent
from integrity.models import Run
from integrity.services.check import check
from integrity.services.repair import repair_all
from tests.conftest import gbp
from tests.integrity import damages
from wallets.models import Wallet
from wallets.services import transfers


def rows() -> list[tuple[object, ...]]:
    return list(Wallet.objects.order_by("id").values_list("id", "available", "held", "version"))


def test_the_audit_event_holds_what_was_and_what_is(copy, plant):
    damages.wallet_row(plant, copy)
    (result,) = repair_all(actor=system("test"), apply=True)
    audit = AuditEvent.objects.get(action="wallet.repaired")
    assert (audit.before, audit.after) == (result.before, result.after)
    assert audit.before["available"] == "52.250000000000000001"
    assert audit.after["available"] == "52.25"


def test_a_repaired_row_takes_payments_again(copy, plant):
    damages.wallet_row(plant, copy)
    repair_all(actor=system("test"), apply=True)
    alice, bob = Wallet.objects.get(pk=copy.alice_gbp), Wallet.objects.get(pk=copy.bob_gbp)
    transfers.transfer(payer=alice, payee=bob, amount=gbp("1.00"), actor=system("test"))
    assert check(actor=system("test"), trigger=Run.Trigger.COMMAND).is_healthy


def test_a_second_repair_has_nothing_to_do(copy, plant):
    damages.wallet_row(plant, copy)
    repair_all(actor=system("test"), apply=True)
    assert repair_all(actor=system("test"), apply=True) == []
    assert AuditEvent.objects.filter(action="wallet.repaired").count() == 1


def test_a_dry_run_says_what_it_would_write_and_writes_nothing(copy, plant):
    damages.wallet_row(plant, copy)
    before = rows()
    (result,) = repair_all(actor=system("test"), apply=False)
    assert result.changed
    assert rows() == before
    assert not AuditEvent.objects.filter(action="wallet.repaired").exists()


def test_a_lost_posting_is_not_paid_out(copy, plant):
    """Alice paid 30.00; without that posting her postings sum to 30.00 more than she has."""
    damages.posting_missing(plant, copy)
    alice = Wallet.objects.get(pk=copy.alice_gbp)
    owned = alice.available

    (refused,) = [
        result
        for result in repair_all(actor=system("test"), apply=True)
        if result.wallet_id == alice.pk
    ]

    assert "gap" in refused.refused
    alice.refresh_from_db()
    assert alice.available == owned == Decimal("52.25")
