"""Receipts: what came in for a customer."""

from uuid import UUID

from django.db.models import QuerySet

from wallets.models import Hold, Receipt, Transaction


def list_receipts(owner_id: UUID) -> QuerySet[Receipt]:
    """List what rails told of a customer's arrivals, newest first."""
    mine = Receipt.objects.filter(customer=owner_id)
    return mine.select_related("currency", "transaction").order_by("-id")


def list_returns() -> QuerySet[Hold]:
    """List what is to go back to its sender, in no order: none is always asked after last."""
    return (
        Hold.objects.select_related("wallet__owner__kyc_case", "transaction")
        .filter(state=Hold.State.OPEN, purpose="deposit_return")
        .order_by("?")
    )


def find_receipt(hold: Hold) -> Receipt | None:
    """Give the arrival that a deposit was booked for; one that was only booked has none."""
    return Receipt.objects.filter(transaction_id=hold.transaction_id).first()


def was_collected(deposit: Transaction) -> bool:
    """Say whether what lay in suspense by this deposit was credited by another one since."""
    number = deposit.metadata.get("receipt")
    if deposit.type != Transaction.Type.DEPOSIT or not isinstance(number, int):
        return False
    named = Receipt.objects.filter(pk=number, transaction__isnull=False)
    return named.exclude(transaction=deposit).exists()
