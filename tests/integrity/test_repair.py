"""A repair writes wallet rows from sound postings, and refuses everything else."""

from decimal import Decimal

import pytest

from coinhub.core.actor import system
from coinhub.events.models import AuditEvent
from integrity.models import Run
from integrity.services.check import check
from integrity.services.repair import repair_all
from tests.conftest import gbp
from tests.integrity import damages, more_damages
from wallets.models import Wallet
from wallets.services import transfers

# Whatever is wrong with the postings themselves, a row is not written from them.
UNSOUND = [
    damages.posting_missing,
    damages.newest_posting_missing,
    damages.posting_doubled,
    damages.posting_moved,
    damages.posting_amount,
    damages.running_balance,
    more_damages.lost_with_version_set_back,
    more_damages.first_posting_missing,
    more_damages.only_posting_missing,
    more_damages.locked_posting_missing,
    more_damages.doubled_without_number,
    more_damages.doubled_with_its_number,
    more_damages.moved_without_number,
    more_damages.newest_amount_changed,
    more_damages.both_amounts_changed,
    more_damages.newest_running_balance,
    more_damages.version_wrong,
    more_damages.journal_gone,
]
SOUND = [damages.wallet_row, more_damages.house_row, more_damages.held_on_the_row]


def tables(plant) -> list[tuple[object, ...]]:
    """A digest of every row of postings, journals, holds and transactions."""
    return [
        plant(f"SELECT count(*), md5(string_agg(t::text, ',' ORDER BY t.id)) FROM wallets_{name} t")
        for name in ("posting", "journal", "hold", "transaction")
    ]


def rows() -> list[tuple[object, ...]]:
    return list(Wallet.objects.order_by("id").values_list("id", "available", "held", "version"))


@pytest.mark.parametrize("damage", SOUND, ids=lambda damage: damage.__name__)
def test_a_wrong_row_is_written_from_its_postings(copy, plant, damage):
    right, postings = rows(), tables(plant)
    wallet_id = damage(plant, copy).wallet_id
    assert rows() != right

    (result,) = repair_all(actor=system("test"), apply=True)

    assert (result.wallet_id, result.changed, result.refused) == (wallet_id, True, "")
    assert rows() == right
    assert tables(plant) == postings
    assert check(actor=system("test"), trigger=Run.Trigger.COMMAND).is_healthy
    audit = AuditEvent.objects.get(action="wallet.repaired")
    assert (audit.before, audit.after) == (result.before, result.after)


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


@pytest.mark.parametrize("damage", UNSOUND, ids=lambda damage: damage.__name__)
def test_a_row_is_left_alone_when_its_postings_are_not_sound(copy, plant, damage):
    damage(plant, copy)
    before, postings = rows(), tables(plant)

    results = repair_all(actor=system("test"), apply=True)

    assert rows() == before
    assert tables(plant) == postings
    assert [result for result in results if result.changed] == []
    assert not AuditEvent.objects.filter(action="wallet.repaired").exists()
    assert not check(actor=system("test"), trigger=Run.Trigger.COMMAND).is_healthy


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
