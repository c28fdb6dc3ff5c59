"""What a payment would be: all that is looked up for it before anything moves."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.conf import settings

from coinhub.core.actor import Actor
from coinhub.core.errors import CurrencyMismatch, DomainError
from coinhub.core.money import Money
from coinhub.users.services import confirmations
from wallets.ledger.request import MoneyRequest
from wallets.models import Transaction
from wallets.policies import gates
from wallets.policies.gates import Command
from wallets.selectors import currencies, fees
from wallets.selectors.parties import Parties, find_parties
from wallets.selectors.prices import Valued
from wallets.selectors.wallets import RecipientUnavailable
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


def prepare(
    wish: Wish, *, actor: Actor, request: MoneyRequest | None = None, mandate: Mandate = NONE
) -> Plan:
    """Look up all that a payment needs to be judged; nothing is written.

    Raises: CurrencyUnknown, AmountInvalid.
    """
    currency = currencies.get_currency(wish.amount.currency)
    wish.amount.require_scale(currency.decimals)
    fee = fees.fee_for(Transaction.Type.TRANSFER, wish.amount)
    parties = find_parties(wish.owner_id, wish.to, wish.amount.currency)
    parties, unowned = _judged(wish, parties)
    standing = parties.standing
    command = Command(
        customer=gates.Customer(wish.owner_id, standing.kyc_status, standing.tier),
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
    return Plan(wish, command, parties)


def _judged(wish: Wish, parties: Parties) -> tuple[Parties, DomainError | None]:
    """Say why there is nobody to pay; that refusal takes its turn at the gates."""
    refusal: DomainError | None = parties.refusal
    if recipients.is_used_up(parties.standing):
        refusal = recipients.refusal(parties.standing)
    if refusal is not None:
        return Parties(None, standing=parties.standing), refusal
    try:
        if parties.recipient is not None and parties.recipient.pk == wish.owner_id:
            raise SelfTransfer
        if parties.payee is not None:
            currencies.get_for(wish.amount, parties.payee)
    except (SelfTransfer, CurrencyMismatch) as found:
        return parties, found
    return parties, None


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
