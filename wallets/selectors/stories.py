"""What belongs to one transaction, for the page on which staff see its whole story."""

from django.db.models import Q

from coinhub.approvals.models import Approval
from coinhub.events.models import AuditEvent
from wallets.models import Receipt, Transaction, Withdrawal, WithdrawalAttempt
from wallets.selectors import corrections, office

MOST = 50


def relatives_of(txn: Transaction) -> list[tuple[str, Transaction]]:
    """List what a transaction gives back and what gave it back, each with what it is to it."""
    found: list[tuple[str, Transaction]] = []
    if txn.original_id is not None:
        rows = Transaction.objects.select_related(
            "currency", "payer_wallet__owner", "payee_wallet__owner"
        )
        found.append(("original", rows.get(pk=txn.original_id)))
    later = corrections.of(txn).select_related("payer_wallet__owner", "payee_wallet__owner")
    return found + [(row.type, row) for row in later[:MOST]]


def approvals_of(txn: Transaction) -> list[Approval]:
    """List the proposals about a transaction and about what was to give it back."""
    about = [str(txn.public_id)]
    about += [str(row.public_id) for row in corrections.of(txn)[:MOST]]
    where = Q(target_type="transaction", target_id__in=about)
    rows = Approval.objects.filter(where).select_related("maker", "checker").order_by("pk")
    found = list(rows[:MOST])
    booked_by = txn.metadata.get("approval")
    if booked_by:
        found += list(
            rows.model.objects.filter(public_id=booked_by).select_related("maker", "checker")
        )
    return found


def withdrawal_of(txn: Transaction) -> Withdrawal | None:
    """Give where the money of a withdrawal goes."""
    return Withdrawal.objects.filter(transaction_id=txn.pk).select_related("destination").first()


def attempts_of(txn: Transaction) -> list[WithdrawalAttempt]:
    """List the tries to have a withdrawal paid, oldest first."""
    rows = WithdrawalAttempt.objects.filter(withdrawal__transaction_id=txn.pk)
    return list(rows.order_by("number")[:MOST])


def receipts_of(txn: Transaction) -> list[Receipt]:
    """List what a rail told of the money of a deposit."""
    return list(Receipt.objects.filter(transaction_id=txn.pk).order_by("pk")[:MOST])


def moves_of(txn: Transaction) -> list[tuple[AuditEvent, str, str]]:
    """List the changes of a transaction's state, oldest first."""
    return moves_among(office.events_of(txn))


def moves_among(events: list[AuditEvent]) -> list[tuple[AuditEvent, str, str]]:
    """Pick the events that changed the state, with the state before and after."""
    found = []
    for event in events:
        after = str((event.after or {}).get("state", ""))
        before = str((event.before or {}).get("state", ""))
        if after and after != before:
            found.append((event, before, after))
    return found
