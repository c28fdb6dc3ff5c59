"""Receipts: what came in for a customer."""

from uuid import UUID

from django.db.models import QuerySet

from wallets.models import Receipt


def list_receipts(owner_id: UUID) -> QuerySet[Receipt]:
    """List what rails told of a customer's arrivals, newest first."""
    mine = Receipt.objects.filter(customer=owner_id)
    return mine.select_related("currency", "transaction").order_by("-id")
