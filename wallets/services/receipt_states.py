"""What an arrival was booked as."""

from coinhub.core.db import ClockTimestamp, require_transaction
from coinhub.users.models import User
from wallets.models import Receipt, Transaction


def settle_step(receipt: Receipt, state: str, txn: Transaction, customer: User | None) -> None:
    """Note what an arrival was booked as; that only changes where small ones are added up.

    Atomic: needs the caller's transaction, which booked it.
    Writes: Receipt.
    """
    require_transaction()
    Receipt.objects.filter(pk=receipt.pk).update(
        state=state, transaction=txn, customer=customer, settled_at=ClockTimestamp()
    )
    receipt.refresh_from_db()
