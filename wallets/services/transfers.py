"""Payments between customers."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from coinhub.core.actor import Actor
from coinhub.core.money import Money
from coinhub.users.models import User
from coinhub.users.services import confirmations
from coinhub.users.services.confirmations import ConfirmationEnded
from coinhub.users.services.proofs import Proof
from wallets.ledger import drafts, posting
from wallets.ledger.drafts import FeeDraft, TransactionDraft
from wallets.ledger.errors import RoutedAnew
from wallets.ledger.request import Booked, MoneyRequest
from wallets.ledger.wallets import open_wallet
from wallets.models import Transaction, Wallet
from wallets.policies import gates, limits, routing
from wallets.selectors import currencies, house, wallets
from wallets.selectors.prices import Valued
from wallets.selectors.standings import Standing, standing_of
from wallets.selectors.wallets import RecipientUnavailable
from wallets.services import mandates, routed
from wallets.services.mandates import NONE, Mandate
from wallets.services.transfer_plans import Plan, SelfTransfer, Wish, pass_gates, prepare

Type = Transaction.Type
FEE_WALLET = "R.FEE.TRF"


def transfer(
    *,
    payer: Wallet,
    payee: Wallet,
    amount: Money,
    actor: Actor,
    note: str = "",
    value_date: date | None = None,
    request: MoneyRequest | None = None,
) -> Booked:
    """Move money between two customers' wallets of the same currency, without gates and fee.

    Units:  ``amount`` is positive, in units of its currency; ``value_date`` is the day from which
        it counts, today when not given.
    Atomic: one statement of the ledger.
    Repeat: the same request gives back the first Transaction and the answer kept for it.
    Writes: Transaction, Journal with two Postings; while the payee's identity is not approved, or
        the payee is frozen for credits, the money arrives in ``held``, on a Hold that says so.
    Raises: SelfTransfer, CurrencyMismatch, AmountInvalid, InsufficientFunds, WalletFrozen,
        WalletClosed, IdempotencyKeyReused, IdempotencyInProgress.
    """
    _require_two(payer, payee)
    drafted = partial(_draft, payer, payee, amount, note=note, value_date=value_date)
    draft = drafted(standing=Standing())  # nobody looks before: nearly nobody is frozen
    if draft.hold is None:
        with suppress(RoutedAnew), routed.attempt():  # a freeze lets it wait
            return posting.book(draft, actor=actor, event=_event(draft), request=request)
    draft = drafted()
    return posting.book(draft, actor=actor, event=_event(draft), request=request)


def pay(
    *,
    owner_id: UUID,
    to: str,
    amount: Money,
    actor: Actor,
    note: str = "",
    request: MoneyRequest | None = None,
    mandate: Mandate = NONE,
) -> Booked:
    """Move money from a customer's wallet to whoever is named, as pages and API ask for it.

    ``to`` is an e-mail or a wallet id. A customer's first payment in a currency opens the wallet.
    The fee comes on top, in the same journal.

    Units, Repeat: as ``transfer``.
    Atomic: one statement of the ledger, in which stops, freezes, pause and limits are decided.
    Writes: as ``transfer``, with the fee's Posting; perhaps the payee's Wallet, before it.
    Raises: what the gates refuse, RecipientUnavailable, TooManyRecipients, CurrencyUnknown,
        SpendCapExceeded, and those of ``transfer``.
    """
    plan = prepare(Wish(owner_id, to, amount, note), actor=actor, request=request, mandate=mandate)
    valued = pass_gates(plan)
    sides = _both_wallets(plan)
    for is_last in (False, True):
        draft = _planned_draft(plan, sides, valued, mandate)
        try:
            with routed.attempt():
                return mandates.book(
                    draft,
                    guard=limits.guard_for(owner_id, plan.command.customer.tier, Type.TRANSFER),
                    mandate=mandate,
                    actor=actor,
                    event=_event(draft),
                    request=request,
                )
        except RoutedAnew:  # the payee was approved or frozen at this very moment
            if is_last or sides.payee.owner_id is None:
                raise
            sides.payee.owner = wallets.get_customer(sides.payee.owner_id)
            sides = replace(sides, freezes=standing_of(sides.payee.owner_id).freezes)
    raise AssertionError("booked or refused by now")


def confirm_and_pay(
    *,
    challenge_id: UUID,
    proof: Proof,
    customer: User,
    wish: Wish,
    actor: Actor,
    request: MoneyRequest,
) -> Booked:
    """Confirm with the second factor, and pay.

    Atomic: the check of the code by itself, so that it stays used; then as ``pay``.
    Repeat: as ``pay``; what was confirmed already is not confirmed again.
    Raises: what ``confirmations.confirm`` and ``pay`` refuse.
    """
    with suppress(ConfirmationEnded):  # a second click; if it really ended, ``pay`` says so
        confirmations.confirm(user=customer, challenge_id=challenge_id, proof=proof, actor=actor)
    return pay(
        owner_id=customer.pk,
        to=wish.to,
        amount=wish.amount,
        note=wish.note,
        actor=actor,
        request=request,
        mandate=Mandate(challenge_id),
    )


def review(wish: Wish, *, actor: Actor) -> Plan:
    """Say what a payment would be before it is confirmed, unless it is clear that it cannot be.

    A second factor is not asked for yet.

    Writes: a refused recipient is counted.
    Raises: what the gates refuse, RecipientUnavailable, TooManyRecipients, InsufficientFunds.
    """
    plan = prepare(wish, actor=actor)
    pass_gates(replace(plan, command=replace(plan.command, step_up=None)))
    gates.require_funds(plan.command)
    return plan


@dataclass(frozen=True, slots=True)
class _Sides:
    """Both wallets of a payment that may be booked, and the freezes of whoever is paid."""

    payer: Wallet
    payee: Wallet
    freezes: frozenset[str]


def _both_wallets(plan: Plan) -> _Sides:
    """Give both wallets; the payee's first one is opened, unless the payment cannot be made."""
    payer, payee, recipient = plan.parties.payer, plan.parties.payee, plan.parties.recipient
    if payer is not None and payee is not None:
        return _Sides(payer, payee, plan.parties.freezes)
    gates.require_funds(plan.command)
    if recipient is None or payer is None:
        raise RecipientUnavailable
    payee, _ = open_wallet(owner_id=recipient.pk, currency=plan.wish.amount.currency)
    payee.owner = recipient
    return _Sides(payer, payee, standing_of(recipient.pk).freezes)


def _planned_draft(
    plan: Plan, sides: _Sides, valued: Valued | None, mandate: Mandate
) -> TransactionDraft:
    fee = plan.command.fee
    return _draft(
        sides.payer,
        sides.payee,
        plan.wish.amount,
        standing=Standing(freezes=sides.freezes),
        fee=FeeDraft(fee.amount, house.get_earner(FEE_WALLET, fee.currency)) if fee else None,
        note=plan.wish.note,
        usd_value=valued.usd if valued else None,
        metadata=mandates.metadata(valued, mandate),
    )


def _draft(
    payer: Wallet,
    payee: Wallet,
    amount: Money,
    *,
    standing: Standing | None = None,
    **fields: Any,
) -> TransactionDraft:
    currency = currencies.get_for(amount, payer)
    currencies.get_for(amount, payee)
    hold = routing.hold_for(payee, currency, purpose="transfer", standing=standing)
    return drafts.move(
        type=Type.TRANSFER,
        payer=payer,
        payee=payee,
        amount=amount,
        hold=hold,
        free_payee=None if hold or not currency.needs_kyc else payee.owner_id,
        **fields,
    )


def _event(draft: TransactionDraft) -> str:
    return "transfer.held" if draft.hold else "transfer.completed"


def _require_two(payer: Wallet, payee: Wallet) -> None:
    if payer.owner_id == payee.owner_id:
        raise SelfTransfer
