"""Adjustments: money of the house for a customer, or back, with a second pair of eyes.

Each kind says who gives and who gets; ``flows.md`` 9.7 is the list. Nothing here can take a wallet
below its floor: what is not there is refused, and then the checker's vote is not recorded either.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from coinhub.approvals import services as approvals
from coinhub.approvals.models import Approval
from coinhub.core.actor import Actor
from coinhub.core.errors import DomainError
from coinhub.core.money import Money, trimmed_text
from coinhub.users.models import User
from wallets.ledger import chart, drafts, posting
from wallets.ledger.wallets import open_wallet
from wallets.models import Transaction, Wallet
from wallets.policies import routing
from wallets.selectors import currencies, house, wallets

KIND = "adjustment"
CUSTOMER = ""
Type = Transaction.Type


class AdjustmentUnknown(DomainError):
    """There is no such kind of adjustment, or not in this currency."""

    code = "ADJUSTMENT_UNKNOWN"
    title = "There is no such adjustment"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of adjustment: who gives and who gets, by house code; empty is the customer."""

    name: str
    title: str
    payer: str
    payee: str
    points: bool = False

    @property
    def for_a_customer(self) -> bool:
        """Say whether a customer gives or gets."""
        return CUSTOMER in (self.payer, self.payee)


KINDS = {
    kind.name: kind
    for kind in (
        Kind("admin_funding", "Fund a customer from the reserve", chart.RESERVE, CUSTOMER),
        Kind("goodwill", "Goodwill from the treasury", chart.TREASURY, CUSTOMER),
        Kind("correction_credit", "Correction: the customer gets", chart.RESERVE, CUSTOMER),
        Kind("correction_debit", "Correction: the customer gives", CUSTOMER, chart.RESERVE),
        Kind("points_grant", "Grant points", chart.SETTLEMENT, CUSTOMER, points=True),
        Kind("points_take", "Take points", CUSTOMER, chart.SETTLEMENT, points=True),
        Kind("suspense_assignment", "Assign money of unknown owner", chart.SUSPENSE, CUSTOMER),
        Kind("capital_in", "Capital in", chart.SETTLEMENT, chart.TREASURY),
        Kind("capital_out", "Capital out", chart.TREASURY, chart.SETTLEMENT),
        Kind("reserve_top_up", "Top up the reserve", chart.TREASURY, chart.RESERVE),
        Kind("reserve_release", "Reserve back to the treasury", chart.RESERVE, chart.TREASURY),
        Kind("rail_surplus", "The rail has more than we", chart.SETTLEMENT, chart.SUSPENSE),
        Kind("rail_loss", "The rail has less than we", chart.TREASURY, chart.SETTLEMENT),
    )
}


def propose(
    *,
    kind: str,
    amount: Money,
    customer_id: UUID | None,
    reason: str,
    maker: User,
    actor: Actor,
) -> Approval:
    """Propose an adjustment; nothing moves before a second person approves it.

    Units:  ``amount`` is positive, in units of its currency.
    Atomic: opens its own transaction or joins the caller's.
    Repeat: the same proposal is refused while it waits.
    Writes: Approval, AuditEvent, OutboxEvent.
    Raises: AdjustmentUnknown, NotYours when there is no such customer, CurrencyUnknown,
        AmountInvalid, NotPermitted, ReasonTooShort, ApprovalExists.
    """
    chosen = _kind(kind, amount.currency, has_customer=customer_id is not None)
    amount.require_positive()
    amount.require_scale(currencies.get_currency(amount.currency).decimals)
    if customer_id is not None:
        wallets.get_customer(customer_id)
    return approvals.propose(
        kind=KIND,
        target_type="customer" if customer_id else "house",
        target_id=str(customer_id or f"{chosen.payer}>{chosen.payee}"),
        payload={
            "kind": chosen.name,
            "amount": trimmed_text(amount.amount),
            "currency": amount.currency,
            "customer": str(customer_id) if customer_id else None,
        },
        reason=reason,
        maker=maker,
        actor=actor,
    )


def execute(approval: Approval, *, checker: User, actor: Actor) -> Mapping[str, Any]:
    """Book an approved adjustment.

    Atomic: a step in the checker's transaction.
    Writes: Transaction, Journal with Postings, perhaps a Hold and the customer's first Wallet,
        AuditEvent, OutboxEvent.
    Raises: InsufficientFunds, WalletFrozen, WalletClosed, RoutedAnew.
    """
    chosen = KINDS[approval.payload["kind"]]
    money = Money(Decimal(approval.payload["amount"]), approval.payload["currency"])
    payer = _wallet(chosen.payer, money.currency, approval.payload["customer"])
    payee = _wallet(chosen.payee, money.currency, approval.payload["customer"])
    currency = currencies.get_currency(money.currency)
    draft = drafts.move(
        type=Type.ADJUSTMENT if chosen.for_a_customer else Type.FUNDING,
        payer=payer,
        payee=payee,
        amount=money,
        hold=routing.hold_for(payee, currency, purpose="adjustment"),
        reference=chosen.title,
        metadata={"category": chosen.name, "approval": str(approval.public_id)},
    )
    booked = posting.book(draft, actor=actor, event=f"adjustment.{chosen.name}")
    return {"transaction": str(booked.transaction.public_id), "checker": str(checker.pk)}


def parties_of(approval: Approval) -> Collection[UUID]:
    """Name the customer it is about."""
    customer = approval.payload["customer"]
    return [UUID(customer)] if customer else []


def _kind(name: str, currency: str, *, has_customer: bool) -> Kind:
    chosen = KINDS.get(name)
    is_points = currencies.get_currency(currency).kind == "points"
    if chosen is None or chosen.for_a_customer != has_customer:
        raise AdjustmentUnknown
    if chosen.points and not is_points:
        raise AdjustmentUnknown(f"{chosen.title} is for points")
    return chosen


def _wallet(code: str, currency: str, customer: str | None) -> Wallet:
    if code != CUSTOMER:
        return house.get_house_wallet(code, currency)
    owner = wallets.get_customer(UUID(str(customer)))
    wallet, _ = open_wallet(owner_id=owner.pk, currency=currency)
    wallet.owner = owner
    return wallet
