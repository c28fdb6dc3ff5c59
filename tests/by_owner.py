"""Rows as no function of the ledger writes them: for tests of what the database makes of them."""

from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from tests.sessions import Session, as_owner
from wallets.models import Wallet
from wallets.models.transaction import status_of

_INSERT = (
    "INSERT INTO wallets_transaction (public_id, shard, type, status, state, amount, fee,"
    " currency_id, payer_wallet_id, payee_wallet_id, reference, note, original_id, metadata)"
    " VALUES (%s, %s, %s, %s, %s, %s, 0, %s, %s, %s, '', '', %s, %s) RETURNING id"
)


def insert_transaction(
    session: Session,
    payer: Wallet,
    payee: Wallet,
    *,
    kind: str = "transfer",
    state: str = "pending_review",
    status: str | None = None,
    original: int | None = None,
    amount: int = 1,
    metadata: dict[str, object] | None = None,
) -> int:
    """Insert an operation that nothing is booked of, in any state, and give its id."""
    row = session.execute(
        _INSERT,
        [uuid4(), payer.shard, kind, status or status_of(state), state, amount, payer.currency_id,
         payer.pk, payee.pk, original, Jsonb(metadata or {})],
    ).fetchone()  # fmt: skip
    assert row is not None
    return int(row[0])


def commit_transaction(payer: Wallet, payee: Wallet, **columns: str) -> int:
    """Insert an operation for good; the wallets must be committed."""
    with as_owner(autocommit=True) as owner:
        return insert_transaction(owner, payer, payee, **columns)


def grow_old(caller: UUID, age: str) -> None:
    """Make the committed keys of a caller as old as ``age``; their trigger is away meanwhile."""
    with as_owner() as owner:
        owner.execute("ALTER TABLE wallets_idempotencykey DISABLE TRIGGER answer_stays")
        owner.execute(
            "UPDATE wallets_idempotencykey SET created_at = clock_timestamp() - %s::interval"
            " WHERE caller = %s",
            [age, caller],
        )
        owner.execute("ALTER TABLE wallets_idempotencykey ENABLE ALWAYS TRIGGER answer_stays")
        owner.commit()
