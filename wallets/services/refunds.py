"""Refunds: whoever was paid gives all or part of it back."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from coinhub.core.actor import Actor
from coinhub.core.errors import DomainError, NotYours
from coinhub.core.money import Money, amount_text, quantize
from wallets.ledger import drafts
from wallets.ledger.drafts import TransactionDraft
from wallets.ledger.errors import MoveNotAllowed, NothingLeft, RoutedAnew
from wallets.ledger.request import Booked, MoneyRequest
from wallets.models import Transaction
from wallets.policies import gates, limits, routing
from wallets.policies.gates import Command, Customer
from wallets.selectors import corrections, currencies, transactions
from wallets.selectors.prices import find_value
from wallets.selectors.standings import standing_of
from wallets.services import mandates
from wallets.services.mandates import NONE, Mandate

Type, State = Transaction.Type, Transaction.State


class NotRefundable(DomainError):
    """The transaction is no payment between customers: there is nobody to give it back to."""

    code = "NOT_REFUNDABLE"
    status = 409
    title = "Only a transfer can be refunded"
    stored = True


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund with all that was looked up for it: nothing has moved."""

    original: Transaction
    amount: Money
    command: Command


def refund(
    *,
    owner_id: UUID,
    transaction_id: UUID,
    amount: str | None,
    actor: Actor,
    request: MoneyRequest | None = None,
    mandate: Mandate = NONE,
) -> Booked:
    """Give all or part of a transfer back to whoever paid it, from the payee's own money.

    Units:  ``amount`` as on the wire, in the transfer's currency; ``None`` is all that is left of
        it. The transfer's fee is not given back.
    Atomic: one statement of the ledger, which locks the transfer and adds up what went back.
    Repeat: the same request gives back the first Transaction and the answer kept for it.
    Writes: Transaction (linked to its original), Journal with two Postings; a Hold where the payer
        of the transfer cannot use money at once.
    Raises: NotYours, NotRefundable, MoveNotAllowed, NothingLeft, what the gates refuse,
        AmountInvalid, InsufficientFunds, WalletClosed and those of a key; for a key with a cap
        SpendCapExceeded, PriceUnavailable.
    """
    wanted = prepare(owner_id=owner_id, transaction_id=transaction_id, amount=amount)
    gates.require(wanted.command)
    capped = _counted(wanted, mandate)
    for is_last in (False, True):
        draft = _draft(wanted, mandate)
        try:
            return mandates.book(
                draft,
                guard=limits.guard_for(owner_id, wanted.command.customer.tier, Type.REFUND),
                mandate=mandate,
                actor=actor,
                event="refund.held" if draft.hold else "refund.completed",
                request=request,
                usd=capped,
            )
        except RoutedAnew:  # the payer was approved at this very moment
            if is_last:
                raise
            wanted = prepare(owner_id=owner_id, transaction_id=transaction_id, amount=amount)
    raise AssertionError("booked or refused by now")


def is_refundable(txn: Transaction) -> bool:
    """Say whether anything of a payment could be given back by its payee."""
    if txn.type != Type.TRANSFER or txn.state not in (State.COMPLETED, State.REVERSED):
        return False
    return corrections.left_of(txn) > Decimal(0)


def prepare(*, owner_id: UUID, transaction_id: UUID, amount: str | None) -> Refund:
    """Look up all that a refund needs to be judged; nothing is written.

    Raises: NotYours, NotRefundable, MoveNotAllowed, NothingLeft, AmountInvalid.
    """
    original = transactions.get_transaction(owner_id, transaction_id)
    if original.payee_wallet.owner_id != owner_id:
        raise NotYours
    if original.type != Type.TRANSFER:
        raise NotRefundable
    if original.state not in (State.COMPLETED, State.REVERSED):
        raise MoveNotAllowed(status=original.status, state=original.state)
    decimals = original.currency.decimals
    left = corrections.left_of(original)
    if left <= Decimal(0):
        raise NothingLeft(left=amount_text(Decimal(0), decimals))
    money = Money(quantize(left, decimals), original.currency_id)
    if amount is not None:
        money = Money.parse(amount, original.currency_id, decimals)
        money.require_positive()
        if money.amount > left:
            raise NothingLeft(left=amount_text(left, decimals))
    standing = standing_of(owner_id)
    command = Command(
        customer=Customer(owner_id, standing.kyc_status, standing.tier),
        operation=Type.REFUND,
        amount=money,
        fee=Money.zero(original.currency_id),
        standing=standing,
        payer=original.payee_wallet,
    )
    return Refund(original, money, command)


def _counted(wanted: Refund, mandate: Mandate) -> Decimal | None:
    """Say what a refund counts in the cap of an API key; nobody else needs a price for it."""
    if mandate.api_key is None or not mandate.api_key.has_cap:
        return None
    valued = find_value(wanted.amount)
    return None if valued is None else valued.usd


def _draft(wanted: Refund, mandate: Mandate) -> TransactionDraft:
    """Draft the way back; what comes back to somebody who left goes to suspense."""
    original = wanted.original
    currency = currencies.get_for(wanted.amount, original.payer_wallet)
    route = routing.route(original.payer_wallet, currency, purpose="refund")
    return drafts.move(
        type=Type.REFUND,
        payer=original.payee_wallet,
        payee=route.payee,
        amount=wanted.amount,
        hold=route.hold,
        original=original,
        note=original.note,
        metadata=mandates.metadata(None, mandate),
    )
