"""What was given back of a payment, what is left, and where the money went since."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet, Sum

from coinhub.core.errors import NotYours
from coinhub.core.money import less
from wallets.ledger import chart
from wallets.models import BalanceType, Hold, Posting, Transaction, Wallet
from wallets.selectors.currencies import get_currency

Type, Status = Transaction.Type, Transaction.Status
GIVE_BACK = (Type.REFUND, Type.REVERSAL)
REFUSED = (Status.FAILED, Status.CANCELLED)


@dataclass(frozen=True, slots=True)
class Standing:
    """How the recipient of a payment stands, for somebody who decides on a reversal."""

    available: Decimal
    held: Decimal
    locked_elsewhere: Decimal
    went_to: list[Transaction]


def get_for_staff(public_id: UUID | str) -> Transaction:
    """Give a transaction with both ends, whoever's it is.

    Raises: NotYours when there is none.
    """
    rows = Transaction.objects.select_related(
        "currency", "original", "payer_wallet__owner__kyc_case", "payee_wallet__owner__kyc_case"
    )
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise NotYours
    return found


def of(original: Transaction) -> QuerySet[Transaction]:
    """List the refunds, reversals and fee refunds of a payment, oldest first."""
    rows = Transaction.objects.filter(original=original, shard=original.shard)
    return rows.select_related("currency", "payer_wallet", "payee_wallet").order_by("pk")


def left_of(original: Transaction) -> Decimal:
    """Say how much of a payment was not given back and is not about to be; the ledger decides."""
    given = of(original).filter(type__in=GIVE_BACK).exclude(status__in=REFUSED)
    return less(original.amount, given.aggregate(sum=Sum("amount"))["sum"] or Decimal(0))


def reversed_of(original: Transaction) -> Decimal:
    """Say how much of a payment was reversed."""
    done = of(original).filter(type=Type.REVERSAL, status__in=(Status.COMPLETED, Status.HELD))
    found: Decimal = done.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    return found


def fee_charged(original: Transaction) -> Decimal:
    """Say what the house earned by a payment: of a deposit that still waits nothing yet."""
    rows = Posting.objects.filter(
        journal__transaction=original, wallet__code__startswith=chart.FEES, wallet__shard=0
    )
    found: Decimal = rows.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    return found


def fee_refunded(original: Transaction) -> Decimal:
    """Say how much of a payment's fee was given back."""
    rows = of(original).filter(type=Type.ADJUSTMENT)
    found: Decimal = rows.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    return found


def find_open_hold(original: Transaction) -> Hold | None:
    """Give the hold on which a payment still waits in the recipient's ``held``, if it does."""
    rows = Hold.objects.filter(
        transaction=original, state=Hold.State.OPEN, balance_type=BalanceType.HELD
    )
    return rows.select_related("wallet", "transaction").first()


def find_freeze(reversal: Transaction) -> Hold | None:
    """Give the open hold that sets the recipient's money aside for a reversal."""
    rows = Hold.objects.filter(transaction=reversal, state=Hold.State.OPEN, balance_type="locked")
    return rows.select_related("wallet", "transaction").first()


def standing_of(original: Transaction) -> Standing:
    """Say what the recipient still has, and the next two payments that went out since."""
    wallet = Wallet.objects.get(pk=original.payee_wallet_id)
    went = Transaction.objects.filter(payer_wallet=wallet, pk__gt=original.pk)
    went = went.exclude(status__in=REFUSED).exclude(type=Type.REVERSAL)
    rows = went.select_related("currency", "payee_wallet__owner").order_by("pk")[:2]
    return Standing(wallet.available, wallet.held, wallet.locked, list(rows))


def decimals_of(txn: Transaction) -> int:
    """Give the decimals of a transaction's currency."""
    return get_currency(txn.currency_id).decimals
