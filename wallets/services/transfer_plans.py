"""What a payment would be: all that is looked up for it before anything moves."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.conf import settings

from coinhub.core.actor import Actor
from coinhub.core.errors import CurrencyMismatch, DomainError
from coinhub.core.money import Money
from coinhub.users.models import User
from coinhub.users.services import confirmations
from kyc.selectors import cases
from wallets.ledger.request import MoneyRequest
from wallets.models import Transaction, Wallet
from wallets.policies import gates
from wallets.policies.gates import Command
from wallets.selectors import currencies, fees, wallets
from wallets.selectors.prices import Valued
from wallets.selectors.standings import Standing, standing_of
from wallets.selectors.wallets import Parties, RecipientUnavailable
from wallets.services import recipients
from wallets.services.mandates import NONE, Mandate, StepUp


class SelfTransfer(DomainError):
    """Payer and payee are the same customer."""

    code = "SELF_TRANSFER"
    title = "A payment to yourself moves nothing"
    stored = True


@dataclass(frozen=True, slots=True)
class Wish:
    """A payment that a customer asks for; ``to`` is an e-mail or a wallet id."""

    owner_id: UUID
    to: str
    amount: Money
    note: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A wish with all that was looked up for it: nothing has moved."""

    wish: Wish
    command: Command
    parties: Parties
    recipient: User | None


def prepare(
    wish: Wish, *, actor: Actor, request: MoneyRequest | None = None, mandate: Mandate = NONE
) -> Plan:
    """Look up all that a payment needs to be judged; nothing is written.

    Raises: CurrencyUnknown, AmountInvalid.
    """
    currency = currencies.get_currency(wish.amount.currency)
    wish.amount.require_scale(currency.decimals)
    fee = fees.fee_for(Transaction.Type.TRANSFER, wish.amount)
    standing = standing_of(wish.owner_id)
    parties, recipient, unowned = _look_up(wish, standing)
    command = Command(
        customer=customer_of(wish.owner_id, parties.payer),
        operation=Transaction.Type.TRANSFER,
        amount=wish.amount,
        fee=fee,
        standing=standing,
        payer=parties.payer,
        unowned=unowned,
        step_up=StepUp(
            customer_id=wish.owner_id,
            command=confirmations.TRANSFER,
            facts={
                "to": wish.to.strip(),
                "amount": wish.amount.text(currency.decimals),
                "currency": wish.amount.currency,
            },
            mandate=mandate,
            actor=actor,
            request=request,
            above_usd=Decimal(settings.TRANSFER_STEP_UP_USD),
        ),
    )
    return Plan(wish, command, parties, recipient)


def _look_up(wish: Wish, standing: Standing) -> tuple[Parties, User | None, DomainError | None]:
    """Find both sides, or say why there are none; that refusal takes its turn at the gates."""
    nobody = Parties(None, None)
    if recipients.is_used_up(standing):
        return nobody, None, recipients.refusal(standing)
    try:
        parties = wallets.find_parties(wish.owner_id, wish.to, wish.amount.currency)
    except RecipientUnavailable as refusal:
        return nobody, None, refusal
    payee = parties.payee
    recipient = payee.owner if payee is not None else wallets.find_recipient(wish.to)
    try:
        if recipient is not None and recipient.pk == wish.owner_id:
            raise SelfTransfer
        if payee is not None:
            currencies.get_for(wish.amount, payee)
    except (SelfTransfer, CurrencyMismatch) as refusal:
        return parties, recipient, refusal
    return parties, recipient, None


def prepare_trial(wish: Wish, *, actor: Actor, mandate: Mandate = NONE) -> Plan:
    """Look up a payment that is only tried out; who cannot be paid is counted all the same.

    Writes: a refused recipient is counted.
    Raises: CurrencyUnknown, AmountInvalid, TooManyRecipients.
    """
    plan = prepare(wish, actor=actor, mandate=mandate)
    if isinstance(plan.command.unowned, RecipientUnavailable):
        recipients.count_refused(wish.owner_id)
    return plan


def pass_gates(plan: Plan) -> Valued | None:
    """Refuse at the first gate that is closed, and give what the payment is worth.

    Writes: a refused recipient is counted.
    Raises: what the gates refuse, TooManyRecipients.
    """
    try:
        return gates.require(plan.command)
    except RecipientUnavailable:
        recipients.count_refused(plan.wish.owner_id)
        raise


def customer_of(customer_id: UUID, wallet: Wallet | None) -> gates.Customer:
    """Say who pays; the wallet came with its owner and case, without one they are looked up."""
    if wallet is not None and wallet.owner is not None:
        case = getattr(wallet.owner, "kyc_case", None)
    else:
        case = cases.find_case(customer_id)
    if case is None:
        return gates.Customer(customer_id)
    return gates.Customer(customer_id, case.status, case.tier)
