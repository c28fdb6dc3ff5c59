"""Damage to folded wallets is named by one cause each, and a repair pays nothing out."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from coinhub.core.actor import system
from integrity.services.check import Checked, check
from integrity.services.invariants import judge as judge_invariants
from integrity.services.repair import repair_all
from tests.conftest import gbp
from tests.integrity.conftest import Ledger, Plant, copied, planting
from tests.wallets.horizon import settle
from wallets.models import Fold, Posting, Wallet
from wallets.selectors import house
from wallets.services import folding, payments


@dataclass(frozen=True)
class Expected:
    """What the check has to say."""

    source: str
    posting_id: int | None = None
    journal_id: int | None = None
    place: str = ""


@dataclass(frozen=True)
class Folded:
    """A.SET in pounds with three fold rows and one posting after them."""

    wallet: Wallet
    folds: list[int]
    postings: list[tuple[int, int]]  # id and journal, oldest first; the last is not folded


def fold(wallet: Wallet) -> None:
    settle(wallet)
    folding.fold_all()
    wallet.refresh_from_db()


def book(ledger: Ledger) -> Folded:
    """Fold three times with deposits in between, and deposit once more."""
    wallet = house.get_house_wallet("A.SET", "GBP")
    payee = Wallet.objects.get(pk=ledger.bob_gbp)
    fold(wallet)
    for amounts in (("3.00", "4.00"), ("5.00", "6.50"), ()):
        for amount in amounts:
            payments.credit(payee=payee, amount=gbp(amount), actor=system("test"))
        fold(wallet)
    payments.credit(payee=payee, amount=gbp("7.00"), actor=system("test"))
    folds = list(Fold.objects.filter(wallet=wallet).order_by("pk").values_list("pk", flat=True))
    mine = Posting.objects.filter(wallet=wallet).order_by("pk").values_list("pk", "journal_id")
    return Folded(wallet, folds, list(mine))


def fold_amount(plant: Plant, made: Folded) -> Expected:
    plant("UPDATE wallets_fold SET amount = amount - 1 WHERE id = %(id)s", id=made.folds[1])
    return Expected("fold row changed", place=f"fold {made.folds[1]}")


def fold_balance(plant: Plant, made: Folded) -> Expected:
    plant("UPDATE wallets_fold SET balance_after = 1 WHERE id = %(id)s", id=made.folds[1])
    return Expected("fold row changed", place=f"fold {made.folds[1]}")


def newest_fold_balance(plant: Plant, made: Folded) -> Expected:
    plant("UPDATE wallets_fold SET balance_after = 1 WHERE id = %(id)s", id=made.folds[-1])
    return Expected("fold row changed", place=f"fold {made.folds[-1]}")


def fold_count(plant: Plant, made: Folded) -> Expected:
    plant("UPDATE wallets_fold SET postings = postings + 1 WHERE id = %(id)s", id=made.folds[1])
    return Expected("fold row changed", place=f"fold {made.folds[1]}")


def fold_version(plant: Plant, made: Folded) -> Expected:
    plant("UPDATE wallets_fold SET version = version + 1 WHERE id = %(id)s", id=made.folds[0])
    return Expected("fold row changed", place=f"fold {made.folds[0]}")


def fold_horizon(plant: Plant, made: Folded) -> Expected:
    """Lowered below what was folded: the next row seems to have got its postings."""
    plant(
        "UPDATE wallets_fold SET horizon ="
        " (SELECT xact_id FROM wallets_posting WHERE id = %(first)s) WHERE id = %(id)s",
        first=made.postings[-4][0],
        id=made.folds[1],
    )
    return Expected("fold row changed", place=f"fold {made.folds[1]}")


def fold_missing(plant: Plant, made: Folded) -> Expected:
    plant("DELETE FROM wallets_fold WHERE id = %(id)s", id=made.folds[1])
    return Expected("fold row missing", place=f"fold {made.folds[2]}")


def newest_fold_missing(plant: Plant, made: Folded) -> Expected:
    plant("DELETE FROM wallets_fold WHERE id = %(id)s", id=made.folds[-1])
    return Expected("fold row missing", place=f"after fold {made.folds[-2]}")


def all_folds_missing(plant: Plant, made: Folded) -> Expected:
    plant("DELETE FROM wallets_fold WHERE wallet_id = %(w)s", w=made.wallet.pk)
    return Expected("fold row missing", place=f"wallet {made.wallet.pk}")


def posting_lost(plant: Plant, made: Folded) -> Expected:
    posting, journal = made.postings[-3]
    plant("DELETE FROM wallets_posting WHERE id = %(id)s", id=posting)
    return Expected("posting missing", journal_id=journal)


def posting_doubled(plant: Plant, made: Folded) -> Expected:
    posting, journal = made.postings[-3]
    return Expected("posting doubled", double(plant, posting), journal)


def posting_changed(plant: Plant, made: Folded) -> Expected:
    posting, journal = made.postings[-3]
    plant("UPDATE wallets_posting SET amount = amount - 1 WHERE id = %(id)s", id=posting)
    return Expected("posting amount changed", posting, journal)


def unfolded_posting_lost(plant: Plant, made: Folded) -> Expected:
    """Nothing has counted it yet but its journal."""
    posting, journal = made.postings[-1]
    plant("DELETE FROM wallets_posting WHERE id = %(id)s", id=posting)
    return Expected("journal unbalanced", journal_id=journal)


def unfolded_posting_doubled(plant: Plant, made: Folded) -> Expected:
    posting, journal = made.postings[-1]
    return Expected("posting doubled", double(plant, posting), journal)


def row_amount(plant: Plant, made: Folded) -> Expected:
    plant("UPDATE wallets_wallet SET available = 5 WHERE id = %(w)s", w=made.wallet.pk)
    return Expected("wallet row", place="available")


def row_version(plant: Plant, made: Folded) -> Expected:
    plant("UPDATE wallets_wallet SET version = version - 1 WHERE id = %(w)s", w=made.wallet.pk)
    return Expected("wallet row", place="version")


def row_horizon(plant: Plant, made: Folded) -> Expected:
    plant(
        "UPDATE wallets_wallet SET folded_through ="
        " (SELECT horizon FROM wallets_fold WHERE id = %(f)s) WHERE id = %(w)s",
        f=made.folds[-2],
        w=made.wallet.pk,
    )
    return Expected("wallet row", place="folded_through")


def double(plant: Plant, posting: int) -> int:
    return int(
        plant(
            "INSERT INTO wallets_posting"
            " (shard, journal_id, wallet_id, balance_type, amount, xact_id)"
            " SELECT shard, journal_id, wallet_id, balance_type, amount, xact_id"
            " FROM wallets_posting WHERE id = %(id)s RETURNING id",
            id=posting,
        )[0][0]
    )


DAMAGES: list[Callable[[Plant, Folded], Expected]] = [
    fold_amount,
    fold_balance,
    newest_fold_balance,
    fold_count,
    fold_version,
    fold_horizon,
    fold_missing,
    newest_fold_missing,
    all_folds_missing,
    posting_lost,
    posting_doubled,
    posting_changed,
    unfolded_posting_lost,
    unfolded_posting_doubled,
    row_amount,
    row_version,
    row_horizon,
]


@dataclass
class Damaged:
    """A copy with one damage."""

    kind: object
    expected: Expected
    made: Folded
    rows: list[Any]


@pytest.fixture(scope="module")
def folded_ledger(ledger, django_db_blocker) -> Iterator[tuple[Ledger, Folded]]:
    with copied(ledger, django_db_blocker) as copy:
        made = book(copy)
        assert judge().findings == []
        yield copy, made


@pytest.fixture(scope="module", params=DAMAGES, ids=lambda damage: damage.__name__)
def damaged(request, folded_ledger, django_db_blocker) -> Iterator[Damaged]:
    folded, made = folded_ledger
    with copied(folded, django_db_blocker) as copy, planting(copy) as plant:
        before = rows()
        yield Damaged(request.param, request.param(plant, made), made, before)


def judge() -> Checked:
    return check(actor=system("test"), trigger="command")


def rows() -> list[Any]:
    return list(
        Wallet.objects.order_by("pk").values_list("pk", "available", "version", "folded_through")
    )


def test_it_is_named_by_one_cause(damaged):
    checked, expected = judge(), damaged.expected
    causes = [found for found in checked.findings if found.is_cause]
    assert [found.source for found in causes] == [expected.source], causes
    (cause,) = causes
    assert expected.place in cause.place
    assert expected.posting_id in (None, cause.posting_id)
    assert expected.journal_id in (None, cause.journal_id)


def test_it_breaks_a_promise(damaged):
    broken = [kept.name for kept in judge_invariants(say=lambda _: None) if not kept.holds]
    assert broken, damaged.expected


def test_a_repair_writes_the_wrong_row_and_nothing_else(damaged):
    found, kept = rows(), list(Fold.objects.order_by("pk").values_list())
    results = repair_all(actor=system("test"), apply=True)
    is_row = damaged.kind is row_amount
    assert [result.wallet_id for result in results if result.changed] == (
        [damaged.made.wallet.pk] if is_row else []
    )
    assert rows() == (damaged.rows if is_row else found)
    assert list(Fold.objects.order_by("pk").values_list()) == kept
    assert judge().is_healthy is is_row


def test_a_sound_ledger_is_healthy_before_and_after_a_fold(folded_ledger, django_db_blocker):
    with copied(folded_ledger[0], django_db_blocker):
        before = judge()
        fold(folded_ledger[1].wallet)
        after = judge()
        assert before.is_healthy
        assert after.is_healthy
        assert before.run.checksum == after.run.checksum, "a fold moves no money"
        assert after.run.checked_postings == before.run.checked_postings
