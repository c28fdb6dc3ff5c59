"""Credit and debit: money that comes from outside and money that goes there."""

from datetime import date
from uuid import UUID

from coinhub.core.actor import Actor
from coinhub.core.money import Money
from wallets.ledger import chart, drafts, posting
from wallets.ledger.drafts import HoldDraft
from wallets.ledger.errors import RoutedAnew
from wallets.ledger.request import Booked, MoneyRequest
from wallets.ledger.wallets import open_wallet
from wallets.models import Transaction, Wallet
from wallets.policies import routing
from wallets.selectors import currencies, house, wallets


def credit(
    *,
    payee: Wallet,
    amount: Money,
    actor: Actor,
    reference: str = "",
    value_date: date | None = None,
    request: MoneyRequest | None = None,
) -> Booked:
    """Book money that arrived outside for a customer.

    Units:  ``amount`` is positive, in units of its currency; ``value_date`` is the day from which
        it counts, today when not given.
    Atomic: one statement of the ledger.
    Repeat: the same request gives back the first Transaction.
    Writes: Transaction, Journal with two Postings; while the customer's identity is not approved
        the money arrives in ``held``, on a Hold with the condition ``kyc``.
    Raises: AmountInvalid, CurrencyMismatch, WalletClosed, HouseWalletMissing.
    """
    return _credit(payee, amount, actor, request, reference=reference, value_date=value_date)


def credit_customer(
    *,
    customer_id: UUID,
    amount: Money,
    actor: Actor,
    reference: str = "",
    request: MoneyRequest | None = None,
) -> Booked:
    """Book money that arrived outside for a customer, whose wallet is opened when it is the first.

    Units, Atomic, Repeat, Writes: as ``credit``; perhaps the Wallet, before it.
    Raises: NotYours when there is no such customer, CurrencyUnknown, and those of ``credit``.
    """
    currencies.get_currency(amount.currency)
    customer = wallets.get_customer(customer_id)
    payee, _ = open_wallet(owner_id=customer.pk, currency=amount.currency)
    payee.owner = customer
    return _credit(payee, amount, actor, request, reference=reference)


def _credit(
    payee: Wallet,
    amount: Money,
    actor: Actor,
    request: MoneyRequest | None,
    *,
    reference: str,
    value_date: date | None = None,
) -> Booked:
    currency = currencies.get_for(amount, payee)

    def book(hold: HoldDraft | None) -> Booked:
        draft = drafts.move(
            type=Transaction.Type.DEPOSIT,
            payer=house.get_house_wallet(chart.SETTLEMENT, amount.currency),
            payee=payee,
            amount=amount,
            hold=hold,
            reference=reference,
            value_date=value_date,
        )
        event = "deposit.held" if hold else "deposit.completed"
        return posting.book(draft, actor=actor, event=event, request=request)

    try:
        return book(routing.hold_for(payee, currency, purpose="deposit"))
    except RoutedAnew:  # the identity was approved since the case was read
        return book(None)


def debit(
    *,
    payer: Wallet,
    amount: Money,
    actor: Actor,
    reference: str = "",
    value_date: date | None = None,
    request: MoneyRequest | None = None,
) -> Booked:
    """Book money that left for the outside: the mirror of ``credit``.

    Units, Atomic, Repeat: as ``credit``.
    Writes: Transaction, Journal with two Postings.
    Raises: InsufficientFunds, AmountInvalid, CurrencyMismatch, WalletFrozen, WalletClosed.
    """
    currencies.get_for(amount, payer)
    draft = drafts.move(
        type=Transaction.Type.WITHDRAWAL,
        payer=payer,
        payee=house.get_house_wallet(chart.SETTLEMENT, amount.currency),
        amount=amount,
        reference=reference,
        value_date=value_date,
    )
    return posting.book(draft, actor=actor, event="withdrawal.completed", request=request)


def fund_house(
    *,
    code: str,
    amount: Money,
    actor: Actor,
    value_date: date | None = None,
    request: MoneyRequest | None = None,
) -> Booked:
    """Book the platform's own capital into a wallet of the house.

    Units, Atomic, Repeat: as ``credit``.
    Writes: Transaction, Journal with two Postings.
    Raises: AmountInvalid, HouseWalletMissing.
    """
    payee = house.get_house_wallet(code, amount.currency)
    currencies.get_for(amount, payee)
    draft = drafts.move(
        type=Transaction.Type.FUNDING,
        payer=house.get_house_wallet(chart.SETTLEMENT, amount.currency),
        payee=payee,
        amount=amount,
        value_date=value_date,
    )
    return posting.book(draft, actor=actor, event="house.funded", request=request)
