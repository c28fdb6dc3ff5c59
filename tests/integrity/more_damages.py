"""More damage: the same kinds done otherwise, and what the twelve do not cover."""

from tests.integrity.conftest import Ledger, Plant
from tests.integrity.damages import Expected, newest, newest_posting_missing, posting


def newest_running_balance(plant: Plant, copy: Ledger) -> Expected:
    seq = newest(plant, copy.bob_gbp)
    broken = posting(plant, copy.bob_gbp, seq)
    plant(
        "UPDATE wallets_posting SET balance_after = balance_after + 1 WHERE id = %(id)s",
        id=broken["id"],
    )
    return Expected("running balance broken", posting_id=broken["id"], seq=seq)


def second_hold(plant: Plant, copy: Ledger) -> Expected:
    hold_id = plant(
        "INSERT INTO wallets_hold (public_id, shard, wallet_id, transaction_id, balance_type,"
        " amount, remaining, purpose, state)"
        " SELECT gen_random_uuid(), shard, wallet_id, transaction_id, 'locked', 1, 1, 'none',"
        " 'open'"
        " FROM wallets_hold WHERE id = %(id)s RETURNING id",
        id=copy.open_hold,
    )[0][0]
    return Expected("orphan hold: no posting put the money there", hold_id=hold_id)


def hold_without_wallet(plant: Plant, copy: Ledger) -> Expected:
    plant("UPDATE wallets_hold SET wallet_id = 987654321 WHERE id = %(id)s", id=copy.open_hold)
    return Expected("orphan hold: its wallet is not there", hold_id=copy.open_hold)


def hold_ended(plant: Plant, copy: Ledger) -> Expected:
    plant(
        "UPDATE wallets_hold SET remaining = 0, state = 'voided', ended_at = now()"
        " WHERE id = %(id)s",
        id=copy.open_hold,
    )
    return Expected("hold amount", wallet_id=copy.alice_gbp, hold_id=copy.open_hold)


def hold_missing(plant: Plant, copy: Ledger) -> Expected:
    plant("DELETE FROM wallets_hold WHERE id = %(id)s", id=copy.open_hold)
    return Expected("hold missing", wallet_id=copy.alice_gbp, place="locked")


def used_house_wallet_missing(plant: Plant, copy: Ledger) -> Expected:
    plant("DELETE FROM wallets_wallet WHERE code = 'A.SET' AND currency_id = 'GBP'")
    return Expected("house wallet missing", place="A.SET in GBP")


def not_a_number(plant: Plant, copy: Ledger) -> Expected:
    plant("ALTER TABLE wallets_wallet DROP CONSTRAINT wallet_amounts_are_numbers")
    plant("UPDATE wallets_wallet SET held = 'NaN' WHERE id = %(w)s", w=copy.bob_gbp)
    return Expected("not a number", wallet_id=copy.bob_gbp, place="held")


def journal_gone(plant: Plant, copy: Ledger) -> Expected:
    gone = posting(plant, copy.alice_gbp, 2)
    plant("DELETE FROM wallets_journal WHERE id = %(id)s", id=gone["journal"])
    return Expected("posting without its journal", journal_id=gone["journal"])


def transaction_unbooked(plant: Plant, copy: Ledger) -> Expected:
    gone = posting(plant, copy.alice_gbp, 2)["journal"]
    number = plant("SELECT transaction_id FROM wallets_journal WHERE id = %(id)s", id=gone)[0][0]
    plant("UPDATE wallets_journal SET transaction_id = 987654321 WHERE id = %(id)s", id=gone)
    return Expected("transaction without a journal", place=f"transaction {number}")


def two_primaries(plant: Plant, copy: Ledger) -> Expected:
    plant("DROP INDEX wallet_one_primary_per_owner")
    plant("UPDATE wallets_wallet SET is_primary = true WHERE id = %(w)s", w=copy.alice_usd)
    return Expected("several primary wallets")


def lost_with_version_set_back(plant: Plant, copy: Ledger) -> Expected:
    expected = newest_posting_missing(plant, copy)
    plant("UPDATE wallets_wallet SET version = version - 1 WHERE id = %(w)s", w=copy.alice_gbp)
    return expected


def first_posting_missing(plant: Plant, copy: Ledger) -> Expected:
    gone = posting(plant, copy.bob_gbp, 1)
    plant("DELETE FROM wallets_posting WHERE id = %(id)s", id=gone["id"])
    return Expected("posting missing", copy.bob_gbp, gone["journal"], seq=1)


def only_posting_missing(plant: Plant, copy: Ledger) -> Expected:
    gone = posting(plant, copy.alice_usd, 1)
    plant("DELETE FROM wallets_posting WHERE id = %(id)s", id=gone["id"])
    return Expected("newest posting missing", copy.alice_usd, gone["journal"], seq=1)


def locked_posting_missing(plant: Plant, copy: Ledger) -> Expected:
    row = plant(
        "SELECT seq, journal_id FROM wallets_posting WHERE wallet_id = %(w)s"
        " AND balance_type = 'locked' ORDER BY seq LIMIT 1",
        w=copy.alice_gbp,
    )[0]
    plant(
        "DELETE FROM wallets_posting WHERE wallet_id = %(w)s AND seq = %(seq)s",
        w=copy.alice_gbp,
        seq=row[0],
    )
    return Expected("posting missing", copy.alice_gbp, row[1], seq=row[0], place="locked")


def doubled_without_number(plant: Plant, copy: Ledger) -> Expected:
    plant("ALTER TABLE wallets_posting DROP CONSTRAINT posting_numbered_or_folded")
    first = posting(plant, copy.bob_gbp, 3)
    again = plant(
        "INSERT INTO wallets_posting (shard, journal_id, wallet_id, balance_type, amount)"
        " SELECT shard, journal_id, wallet_id, balance_type, amount"
        " FROM wallets_posting WHERE id = %(id)s RETURNING id",
        id=first["id"],
    )[0][0]
    return Expected("posting doubled", copy.bob_gbp, first["journal"], again)


def doubled_with_its_number(plant: Plant, copy: Ledger) -> Expected:
    plant("ALTER TABLE wallets_posting DROP CONSTRAINT posting_seq_once_per_wallet")
    first = posting(plant, copy.bob_gbp, 3)
    again = plant(
        "INSERT INTO wallets_posting"
        " (shard, journal_id, wallet_id, balance_type, amount, balance_after, seq)"
        " SELECT shard, journal_id, wallet_id, balance_type, amount, balance_after, seq"
        " FROM wallets_posting WHERE id = %(id)s RETURNING id",
        id=first["id"],
    )[0][0]
    return Expected("posting doubled", copy.bob_gbp, first["journal"], again, seq=3)


def doubled_and_counted(plant: Plant, copy: Ledger) -> Expected:
    """The second line is numbered, chained and counted by the row, as a bug would do it."""
    last = newest(plant, copy.bob_gbp)
    first = posting(plant, copy.bob_gbp, last)
    again = plant(
        "INSERT INTO wallets_posting"
        " (shard, journal_id, wallet_id, balance_type, amount, balance_after, seq)"
        " SELECT shard, journal_id, wallet_id, balance_type, amount, balance_after + amount,"
        " seq + 1"
        " FROM wallets_posting WHERE id = %(id)s RETURNING id",
        id=first["id"],
    )[0][0]
    plant(
        "UPDATE wallets_wallet SET version = version + 1, available = available + %(a)s"
        " WHERE id = %(w)s",
        a=first["amount"],
        w=copy.bob_gbp,
    )
    return Expected("posting doubled", copy.bob_gbp, first["journal"], again, seq=last + 1)


def moved_without_number(plant: Plant, copy: Ledger) -> Expected:
    plant("ALTER TABLE wallets_posting DROP CONSTRAINT posting_numbered_or_folded")
    moved = posting(plant, copy.alice_gbp, newest(plant, copy.alice_gbp))
    plant(
        "UPDATE wallets_posting SET wallet_id = %(usd)s, seq = NULL WHERE id = %(id)s",
        usd=copy.alice_usd,
        id=moved["id"],
    )
    source = "posting on a wallet of another currency"
    return Expected(source, copy.alice_usd, moved["journal"], moved["id"])


def newest_amount_changed(plant: Plant, copy: Ledger) -> Expected:
    changed = posting(plant, copy.bob_gbp, newest(plant, copy.bob_gbp))
    plant("UPDATE wallets_posting SET amount = amount - 0.01 WHERE id = %(id)s", id=changed["id"])
    return Expected("posting amount changed", copy.bob_gbp, changed["journal"], changed["id"])


def both_amounts_changed(plant: Plant, copy: Ledger) -> Expected:
    """The journal still sums to zero; the running balances tell."""
    changed = posting(plant, copy.bob_gbp, 2)
    plant(
        "UPDATE wallets_posting SET amount = amount + sign(amount) * 0.01 WHERE journal_id = %(j)s",
        j=changed["journal"],
    )
    return Expected("posting amount changed", copy.bob_gbp, changed["journal"], changed["id"])


def version_wrong(plant: Plant, copy: Ledger) -> Expected:
    plant("UPDATE wallets_wallet SET version = version + 1 WHERE id = %(w)s", w=copy.bob_gbp)
    return Expected("wallet row", wallet_id=copy.bob_gbp, place="version")


def house_row(plant: Plant, copy: Ledger) -> Expected:
    house = plant(
        "UPDATE wallets_wallet SET available = available - 0.01"
        " WHERE code = 'PLATFORM_TREASURY_WALLET' AND currency_id = 'GBP' RETURNING id"
    )[0][0]
    return Expected("wallet row", wallet_id=house, place="available")


def held_on_the_row(plant: Plant, copy: Ledger) -> Expected:
    plant("UPDATE wallets_wallet SET held = held + 5 WHERE id = %(w)s", w=copy.carol_gbp)
    return Expected("wallet row", wallet_id=copy.carol_gbp, place="held")


def whole_journal_gone(plant: Plant, copy: Ledger) -> Expected:
    gone = posting(plant, copy.alice_gbp, 3)
    plant("DELETE FROM wallets_posting WHERE journal_id = %(j)s", j=gone["journal"])
    return Expected("posting missing", copy.alice_gbp, seq=3)


MORE = [
    newest_running_balance,
    second_hold,
    hold_without_wallet,
    hold_ended,
    hold_missing,
    used_house_wallet_missing,
    not_a_number,
    journal_gone,
    transaction_unbooked,
    two_primaries,
    lost_with_version_set_back,
    first_posting_missing,
    only_posting_missing,
    locked_posting_missing,
    doubled_without_number,
    doubled_with_its_number,
    doubled_and_counted,
    moved_without_number,
    newest_amount_changed,
    both_amounts_changed,
    version_wrong,
    house_row,
    held_on_the_row,
    whole_journal_gone,
]
