"""Small receipts: what is too little to credit by itself is added up until it is not."""

import structlog

from coinhub.core.actor import Actor
from coinhub.core.money import total
from coinhub.users.models import User
from wallets.ledger.errors import InsufficientFunds
from wallets.models import Receipt
from wallets.rails.base import Rail
from wallets.selectors import corrections
from wallets.services import deposits, releases, routed
from wallets.services.receipt_states import settle_step

log = structlog.get_logger(__name__)


def collect(*, rail: Rail, customer: User, currency: str, actor: Actor) -> None:
    """Credit a customer with all that was too little by itself, once the rail's minimum is passed.

    It lies in suspense until then. Whoever books it last sees all of it, so none is left over.

    Atomic: opens its own transaction.
    Repeat: each arrival is credited once.
    Writes: Receipt, Transaction, Journal with Postings, perhaps Hold and Wallet.
    """
    try:
        routed.run(lambda: _collect(rail, customer, currency, actor))
    except InsufficientFunds as refusal:  # staff took it out of suspense by hand
        log.warning("small_receipts_not_there", customer=str(customer.pk), code=refusal.code)


def _collect(rail: Rail, customer: User, currency: str, actor: Actor) -> None:
    rows = Receipt.objects.filter(rail=rail.name, customer=customer, currency=currency)
    rows = rows.filter(state=Receipt.State.BELOW_MINIMUM).order_by("pk")
    locked = rows.select_for_update(of=("self",), no_key=True).select_related("transaction")
    small = _still_there(list(locked))
    if not small or total(one.amount for one in small) < rail.minimum(currency):
        return
    booked = deposits.collect_step(receipts=small, customer=customer, actor=actor)
    if booked is None:
        return
    for receipt in small:
        settle_step(receipt, Receipt.State.CREDITED, booked.transaction, customer)


def _still_there(small: list[Receipt]) -> list[Receipt]:
    """Leave out what was taken out of suspense again, or is about to be, by a reversal.

    A reversal is proposed under the same lock, and of nothing that was credited since.
    """
    laid_down = {one.pk: one.transaction for one in small if one.transaction is not None}
    releases.lock_transactions(laid_down.values())
    return [
        one
        for one in small
        if one.pk in laid_down and corrections.left_of(laid_down[one.pk]) == one.amount
    ]
