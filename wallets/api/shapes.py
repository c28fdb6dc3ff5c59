"""What the API shows of wallets and transactions; amounts have the currency's decimals."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from coinhub.core.money import amount_text
from wallets.models import BalanceType, Destination, Hold, Posting, Transaction, Wallet
from wallets.selectors import transactions
from wallets.selectors.balances import Balances
from wallets.selectors.reasons import open_conditions, reason_of
from wallets.selectors.statements import Entry

TRANSACTIONS = "/api/v1/transactions/"
DESTINATIONS = "/api/v1/destinations/"
IN, OUT = "in", "out"


def wallet(row: Wallet) -> dict[str, Any]:
    """Show a wallet; all figures come from the one row."""
    return {
        "id": row.public_id,
        "currency": row.currency_id,
        **figures(row, row.decimals),
        "is_primary": row.is_primary,
        "status": row.status,
    }


def balances(found: Balances, decimals: int) -> dict[str, str]:
    """Show the balances of a moment."""
    return figures(found, decimals)


def hold(row: Hold, decimals: int) -> dict[str, Any]:
    """Show why money is held or locked."""
    return {
        "id": row.public_id,
        "balance_type": row.balance_type,
        "amount": amount_text(row.remaining, decimals),
        "purpose": row.purpose,
        "reason": reason_of(row),
        "conditions": open_conditions(row),
        "created_at": row.created_at,
        "expires_at": row.expires_at,
        "transaction": row.transaction.public_id,
    }


def entry(row: Entry, reader: UUID | None, decimals: int) -> dict[str, Any]:
    """Show one line of a wallet's history."""
    txn = row.transaction
    return {
        "seq": row.seq,
        "booked_at": row.booked_at,
        "value_date": row.posting.journal.value_date.isoformat(),
        "kind": row.posting.journal.kind,
        **_moved(row.balance_type, row.amount, decimals),
        "balance_after": amount_text(row.balance_after or Decimal(0), decimals),
        "total_after": amount_text(row.total_after, decimals),
        "transaction": txn.public_id,
        "counterparty": counterparty(txn, reader),
        "reference": txn.reference,
        "note": txn.note,
    }


def transaction(
    txn: Transaction,
    reader: UUID | None,
    journals: list[dict[str, Any]],
    *,
    created_at: Any = None,
    ended_at: Any = None,
) -> dict[str, Any]:
    """Show a transaction to one of its sides.

    ``created_at`` stands for its times while it is not booked yet, ``ended_at`` for that of a step
    which ends it.
    """
    decimals = txn.payer_wallet.decimals
    completed = txn.status == Transaction.Status.COMPLETED
    return {
        "id": txn.public_id,
        "type": txn.type,
        "status": txn.status,
        "direction": OUT if txn.payer_wallet.owner_id == reader else IN,
        "amount": amount_text(_amount(txn), decimals),
        "currency": txn.currency_id,
        "fee": amount_text(txn.fee, decimals),
        "counterparty": counterparty(txn, reader),
        "reference": txn.reference,
        "note": txn.note,
        "created_at": created_at or txn.created_at,
        "completed_at": ended_at or (created_at if completed else None) or txn.completed_at,
        "journals": journals,
        "links": _links(txn),
    }


def _links(txn: Transaction) -> dict[str, Any]:
    """Say where to read on: the payment given back, and what was given back of this one."""
    given = transactions.corrections_of(txn)
    return {
        "self": f"{TRANSACTIONS}{txn.public_id}",
        "original": f"{TRANSACTIONS}{txn.original.public_id}" if txn.original else None,
        "refunds": _addresses(given, Transaction.Type.REFUND),
        "reversals": _addresses(given, Transaction.Type.REVERSAL),
    }


def _addresses(rows: list[Transaction], kind: str) -> list[str]:
    return [f"{TRANSACTIONS}{row.public_id}" for row in rows if row.type == kind]


def _amount(txn: Transaction) -> Decimal:
    """Give what a hold came to once it was captured; all else came to what was asked for."""
    captured = txn.type == Transaction.Type.HOLD and txn.status == Transaction.Status.COMPLETED
    return transactions.moved(txn).copy_abs() if captured else txn.amount


def journals_of(txn: Transaction) -> list[dict[str, Any]]:
    """Show the journals of a transaction with what they did to the reader's own wallets.

    They are loaded by ``transactions.add_journals``, which leaves out the other side's postings.
    """
    return [
        journal(row.kind, row.postings.all(), txn.payer_wallet.decimals)
        for row in txn.journals.all()
    ]


def journal(kind: str, postings: Iterable[Posting], decimals: int) -> dict[str, Any]:
    """Show one journal."""
    lines = [
        {"wallet": row.wallet.public_id, **_moved(row.balance_type, row.amount, decimals)}
        for row in postings
    ]
    return {"kind": kind, "postings": lines}


def counterparty(txn: Transaction, reader: UUID | None) -> dict[str, Any]:
    """Name the other side: a customer, the platform, or the world outside."""
    mine = txn.payer_wallet.owner_id == reader
    other = txn.payee_wallet if mine else txn.payer_wallet
    if other.owner is not None:
        return {"kind": "customer", "name": str(other.owner)}
    return {"kind": "outside" if other.code == "A.SET" else "platform", "name": None}


def destination(row: Destination) -> dict[str, Any]:
    """Show an entry of the address book; the address itself stays sealed."""
    return {
        "id": row.public_id,
        "label": row.label,
        "currency": row.currency_id,
        "network": row.network,
        "masked": row.masked,
        "is_own": row.is_own,
        "status": row.status,
        "active_from": row.active_from,
        "created_at": row.created_at,
    }


def figures(row: Wallet | Balances, decimals: int) -> dict[str, str]:
    """Show the balances of one moment."""
    names = [*BalanceType.values, "total"]
    return {name: amount_text(getattr(row, name), decimals) for name in names}


def _moved(balance_type: str, amount: Decimal, decimals: int) -> dict[str, str]:
    """Say what moved; amounts on the wire have no sign, so the direction is a word."""
    return {
        "balance_type": balance_type,
        "direction": IN if amount > 0 else OUT,
        "amount": amount_text(amount.copy_abs(), decimals),
    }
