"""The twelve kinds of damage, planted as superuser with every guard of the tables off."""

from dataclasses import dataclass
from typing import Any

from tests.integrity.conftest import Ledger, Plant


@dataclass(frozen=True)
class Expected:
    """What the check has to say: the source, and whatever of the place there is."""

    source: str
    wallet_id: int | None = None
    journal_id: int | None = None
    posting_id: int | None = None
    hold_id: int | None = None
    seq: int | None = None
    place: str = ""


def posting(plant: Plant, wallet: int, seq: int) -> dict[str, Any]:
    row = plant(
        "SELECT id, journal_id, wallet_id, shard, balance_type, amount, balance_after, seq"
        " FROM wallets_posting WHERE wallet_id = %(wallet)s AND seq = %(seq)s",
        wallet=wallet,
        seq=seq,
    )[0]
    names = ("id", "journal", "wallet", "shard", "balance_type", "amount", "balance_after", "seq")
    return dict(zip(names, row, strict=True))


def newest(plant: Plant, wallet: int) -> int:
    return int(
        plant("SELECT max(seq) FROM wallets_posting WHERE wallet_id = %(w)s", w=wallet)[0][0]
    )


def wallet_row(plant: Plant, copy: Ledger) -> Expected:
    plant(
        "UPDATE wallets_wallet SET available = available + 0.000000000000000001 WHERE id = %(w)s",
        w=copy.alice_gbp,
    )
    return Expected("wallet row", wallet_id=copy.alice_gbp, place="available")


def posting_missing(plant: Plant, copy: Ledger) -> Expected:
    gone = posting(plant, copy.alice_gbp, 3)
    plant("DELETE FROM wallets_posting WHERE id = %(id)s", id=gone["id"])
    return Expected("posting missing", copy.alice_gbp, gone["journal"], seq=3)


def newest_posting_missing(plant: Plant, copy: Ledger) -> Expected:
    seq = newest(plant, copy.alice_gbp)
    gone = posting(plant, copy.alice_gbp, seq)
    plant("DELETE FROM wallets_posting WHERE id = %(id)s", id=gone["id"])
    return Expected("newest posting missing", copy.alice_gbp, gone["journal"], seq=seq)


def posting_doubled(plant: Plant, copy: Ledger) -> Expected:
    first = posting(plant, copy.bob_gbp, 3)
    seq = newest(plant, copy.bob_gbp) + 1
    again = plant(
        "INSERT INTO wallets_posting"
        " (shard, journal_id, wallet_id, balance_type, amount, balance_after, seq)"
        " SELECT shard, journal_id, wallet_id, balance_type, amount, balance_after, %(seq)s"
        " FROM wallets_posting WHERE id = %(id)s RETURNING id",
        id=first["id"],
        seq=seq,
    )[0][0]
    return Expected("posting doubled", copy.bob_gbp, first["journal"], again, seq=seq)


def posting_moved(plant: Plant, copy: Ledger) -> Expected:
    moved = posting(plant, copy.alice_gbp, 4)
    plant(
        "UPDATE wallets_posting SET wallet_id = %(usd)s, seq = 2 WHERE id = %(id)s",
        usd=copy.alice_usd,
        id=moved["id"],
    )
    source = "posting on a wallet of another currency"
    return Expected(source, copy.alice_usd, moved["journal"], moved["id"], seq=2)


def posting_amount(plant: Plant, copy: Ledger) -> Expected:
    changed = posting(plant, copy.bob_gbp, 2)
    plant("UPDATE wallets_posting SET amount = amount + 0.01 WHERE id = %(id)s", id=changed["id"])
    return Expected("posting amount changed", copy.bob_gbp, changed["journal"], changed["id"])


def running_balance(plant: Plant, copy: Ledger) -> Expected:
    broken = posting(plant, copy.bob_gbp, 3)
    plant(
        "UPDATE wallets_posting SET balance_after = balance_after - 0.01 WHERE id = %(id)s",
        id=broken["id"],
    )
    return Expected("running balance broken", copy.bob_gbp, broken["journal"], broken["id"], seq=3)


def orphan_hold(plant: Plant, copy: Ledger) -> Expected:
    hold_id = plant(
        "INSERT INTO wallets_hold (public_id, shard, wallet_id, transaction_id, balance_type,"
        " amount, remaining, purpose, state)"
        " SELECT gen_random_uuid(), shard, wallet_id, 987654321, 'locked', 1, 1, 'none', 'open'"
        " FROM wallets_hold WHERE id = %(id)s RETURNING id",
        id=copy.open_hold,
    )[0][0]
    return Expected(
        "orphan hold: its transaction is not there", wallet_id=copy.alice_gbp, hold_id=hold_id
    )


def hold_amount(plant: Plant, copy: Ledger) -> Expected:
    plant(
        "UPDATE wallets_hold SET amount = amount + 0.01, remaining = remaining + 0.01"
        " WHERE id = %(id)s",
        id=copy.open_hold,
    )
    return Expected("hold amount", wallet_id=copy.alice_gbp, hold_id=copy.open_hold)


def journal_unbalanced(plant: Plant, copy: Ledger) -> Expected:
    """One more posting, chained, numbered, and counted by its wallet: only its journal tells."""
    last = posting(plant, copy.alice_usd, 1)
    plant(
        "INSERT INTO wallets_posting"
        " (shard, journal_id, wallet_id, balance_type, amount, balance_after, seq)"
        " VALUES (%(shard)s, %(journal)s, %(wallet)s, 'available', 3, 53, 2)",
        **{name: last[name] for name in ("shard", "journal", "wallet")},
    )
    plant(
        "UPDATE wallets_wallet SET available = available + 3, version = 2 WHERE id = %(w)s",
        w=copy.alice_usd,
    )
    return Expected("journal unbalanced", journal_id=last["journal"], place="USD")


def below_floor(plant: Plant, copy: Ledger) -> Expected:
    plant("ALTER TABLE wallets_wallet DROP CONSTRAINT wallet_available_not_below_floor")
    plant("UPDATE wallets_wallet SET floor = available + 1 WHERE id = %(w)s", w=copy.bob_gbp)
    return Expected("wallet below its floor", wallet_id=copy.bob_gbp, place="available")


def house_wallet_missing(plant: Plant, copy: Ledger) -> Expected:
    plant("DELETE FROM wallets_wallet WHERE code = 'R.FEE.TRF' AND currency_id = 'EUR'")
    return Expected("house wallet missing", place="R.FEE.TRF in EUR")


TWELVE = [
    wallet_row,
    posting_missing,
    newest_posting_missing,
    posting_doubled,
    posting_moved,
    posting_amount,
    running_balance,
    orphan_hold,
    hold_amount,
    journal_unbalanced,
    below_floor,
    house_wallet_missing,
]
