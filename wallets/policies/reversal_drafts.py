"""What a reversal books: drafts of its steps, from where its two wallets stand."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from coinhub.core.money import Money, trimmed_text
from wallets.ledger import chart
from wallets.ledger.drafts import HoldDraft, Leg, TransactionDraft, leg
from wallets.ledger.steps import StepDraft, Take
from wallets.models import BalanceType, Hold, Transaction, Wallet
from wallets.policies import reversals as policy
from wallets.policies import routing
from wallets.selectors import corrections, currencies, house

State = Transaction.State


def proposed(original: Transaction, money: Money, waiting: Hold | None) -> TransactionDraft:
    """Draft the proposal: what the recipient still has is set aside, unless it waits in held."""
    payer = Wallet.objects.get(pk=original.payee_wallet_id)
    frozen = Decimal(0) if waiting else policy.to_freeze(payer, money.amount)
    legs: tuple[Leg, ...] = ()
    if frozen:
        legs = (leg(payer, frozen.copy_negate()), leg(payer, frozen, BalanceType.LOCKED))
    return TransactionDraft(
        type=Transaction.Type.REVERSAL,
        status=Transaction.Status.PENDING,
        state=State.PENDING_APPROVAL,
        amount=money,
        payer=payer,
        payee=_who_gets(original),
        legs=legs,
        shard=original.shard,
        original=original,
        hold=HoldDraft(purpose="reversal_freeze") if frozen else None,
        transition_key="freeze",
    )


def _who_gets(original: Transaction) -> Wallet:
    """Say who gets it back: who had paid, or suspense when they left or closed that wallet."""
    paid = original.payer_wallet
    if paid.status == Wallet.Status.CLOSED:
        return house.get_house_wallet(chart.SUSPENSE, original.currency_id)
    currency = currencies.get_currency(original.currency_id)
    return routing.route(paid, currency, purpose="reversal").payee


def from_held(reversal: Transaction, waiting: Hold) -> StepDraft:
    """Take back what the recipient could not use yet; nothing can be short."""
    credit, waits = _credited(reversal, reversal.amount)
    return StepDraft(
        transaction=reversal,
        from_states=(State.PENDING_APPROVAL,),
        to=State.HELD if waits else State.COMPLETED,
        name="reverse",
        legs=(leg(waiting.wallet, reversal.amount.copy_negate(), BalanceType.HELD), credit),
        takes=(Take(waiting, reversal.amount, Hold.State.CAPTURED),),
        place=waits,
    )


def from_available(
    reversal: Transaction, original: Transaction, chosen: Mapping[str, Any]
) -> tuple[StepDraft, Decimal]:
    """Take back what was set aside and what came since; the reserve covers the rest, or nobody."""
    payer = reversal.payer_wallet
    frozen = corrections.find_freeze(reversal)
    reserve = house.get_house_wallet(chart.RESERVE, reversal.currency_id)
    found = policy.plan(
        original=original,
        payer=payer,
        amount=reversal.amount,
        frozen=frozen.remaining if frozen else Decimal(0),
        fee_policy=chosen["fee_policy"],
    )
    policy.require_covered(found, policy=chosen["shortfall_policy"], reserve=reserve)
    credit, waits = _credited(reversal, reversal.amount)
    taken = [
        (payer, found.frozen, BalanceType.LOCKED),
        (payer, found.more, BalanceType.AVAILABLE),
        (reserve, found.short, BalanceType.AVAILABLE),
    ]
    draft = StepDraft(
        transaction=reversal,
        from_states=(State.PENDING_APPROVAL,),
        to=State.HELD if waits else State.COMPLETED,
        name="reverse",
        legs=(*(leg(w, a.copy_negate(), kind) for w, a, kind in taken if a), credit),
        takes=(Take(frozen, frozen.remaining),) if frozen else (),
        place=waits,
        details={"covered": trimmed_text(found.short)} if found.short else {},
    )
    return draft, found.short


def _credited(reversal: Transaction, amount: Decimal) -> tuple[Leg, HoldDraft | None]:
    """Say where who had paid gets the money back: as every credit is routed."""
    payee = reversal.payee_wallet
    currency = currencies.get_currency(reversal.currency_id)
    waits = routing.hold_for(payee, currency, purpose="reversal")
    return leg(payee, amount, BalanceType.HELD if waits else BalanceType.AVAILABLE), waits


def given_back(frozen: Hold) -> tuple[Leg, ...]:
    """Give the lines that make available again what was set aside."""
    return (
        leg(frozen.wallet, frozen.remaining.copy_negate(), BalanceType.LOCKED),
        leg(frozen.wallet, frozen.remaining),
    )
