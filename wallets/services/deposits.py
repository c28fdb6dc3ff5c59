"""Deposits: book what arrived at a rail, and send held money back to where it came from."""

from collections.abc import Sequence
from typing import Any

from coinhub.core.actor import Actor
from coinhub.core.db import require_transaction
from coinhub.core.money import Money, quantize
from coinhub.users.models import User
from wallets.ledger import chart, drafts, posting, steps
from wallets.ledger.drafts import FeeDraft, HoldDraft, TransactionDraft, leg
from wallets.ledger.request import Booked, MoneyRequest
from wallets.ledger.steps import StepDraft, Take
from wallets.ledger.wallets import open_wallet
from wallets.models import BalanceType, Hold, Receipt, Transaction, Wallet
from wallets.policies import routing
from wallets.selectors import currencies, fees, house

State = Transaction.State
PURPOSE = "deposit"
RETURN = "deposit_return"
NOT_RETURNED = "kept"  # the journal of what the rail would not take back


def credit_step(
    *,
    receipt: Receipt,
    customer: User,
    actor: Actor,
    request: MoneyRequest | None = None,
    is_free: bool = False,
) -> Booked | None:
    """Book an arrival for its customer, whose wallet is opened when it is the first.

    The fee comes out of it as soon as it can be used; what bounced ``is_free``. ``None`` where
    nothing would be left of it, or the wallet is closed: then it is not for the customer now.

    Atomic: needs the caller's transaction, which holds the receipt.
    Repeat: the same request gives back the first Transaction.
    Writes: Transaction, Journal with Postings, perhaps a Hold and the Wallet.
    Raises: RoutedAnew when the identity was approved this moment; try again.
    """
    require_transaction()
    amount = amount_of(receipt)
    draft = _draft(
        customer, amount, came_from=chart.SETTLEMENT, is_free=is_free, names=_names(receipt)
    )
    return None if draft is None else _book(draft, actor, request)


def collect_step(*, receipts: Sequence[Receipt], customer: User, actor: Actor) -> Booked | None:
    """Book together, out of suspense, what arrived for a customer in parts too small by themselves.

    ``None`` where nothing would be left of it, or the wallet is closed.

    Atomic: needs the caller's transaction, which holds the receipts.
    Writes, Raises: as ``credit_step``; InsufficientFunds when it left suspense by another way.
    """
    require_transaction()
    newest = receipts[-1]
    amount = sum(map(amount_of, receipts), Money.zero(newest.currency_id))
    named = {"rail": newest.rail, "receipts": [one.pk for one in receipts]}
    names = {"reference": newest.external_ref[:140], "metadata": named}
    draft = _draft(customer, amount, came_from=chart.SUSPENSE, names=names)
    return None if draft is None else _book(draft, actor, None)


def _draft(
    customer: User,
    amount: Money,
    *,
    came_from: str,
    names: dict[str, Any],
    is_free: bool = False,
) -> TransactionDraft | None:
    free = Money.zero(amount.currency)
    fee = free if is_free else fees.fee_for(Transaction.Type.DEPOSIT, amount)
    payee, _ = open_wallet(owner_id=customer.pk, currency=amount.currency)
    payee.owner = customer
    if amount <= fee or payee.status == Wallet.Status.CLOSED:
        return None
    currency = currencies.get_for(amount, payee)
    return drafts.move(
        type=Transaction.Type.DEPOSIT,
        payer=house.get_house_wallet(came_from, amount.currency),
        payee=payee,
        amount=amount,
        hold=routing.hold_for(payee, currency, purpose=PURPOSE),
        fee=FeeDraft(fee.amount, house.get_house_wallet(chart.FEE_DEPOSIT, amount.currency)),
        **names,
    )


def _book(draft: TransactionDraft, actor: Actor, request: MoneyRequest | None) -> Booked:
    event = "deposit.held" if draft.hold else "deposit.completed"
    return posting.book(draft, actor=actor, event=event, request=request)


def suspense_step(*, receipt: Receipt, why: str, actor: Actor) -> Booked:
    """Book an arrival that is nobody's yet: the house keeps it until it is explained.

    Atomic: needs the caller's transaction, which holds the receipt.
    Writes: Transaction, Journal with two Postings.
    """
    require_transaction()
    amount = amount_of(receipt)
    draft = drafts.move(
        type=Transaction.Type.DEPOSIT,
        payer=house.get_house_wallet(chart.SETTLEMENT, amount.currency),
        payee=house.get_house_wallet(chart.SUSPENSE, amount.currency),
        amount=amount,
        **_names(receipt, why=why),
    )
    return posting.book(draft, actor=actor, event=f"deposit.{why}")


def return_step(*, hold: Hold, actor: Actor, reason: str) -> None:
    """Set held money of a deposit aside, to be sent back to where it came from.

    Atomic: one statement; joins the caller's transaction, such as that of an approval.
    Repeat: refused, the deposit is on its way back.
    Writes: Journal with two Postings, Holds, Transaction (``return_pending``).
    Raises: MoveNotAllowed, HoldEnded.
    """
    draft = StepDraft(
        transaction=hold.transaction,
        from_states=(State.HELD,),
        to=State.RETURN_PENDING,
        name=f"return:{hold.pk}",
        legs=(
            leg(hold.wallet, hold.remaining.copy_negate(), BalanceType.HELD),
            leg(hold.wallet, hold.remaining, BalanceType.LOCKED),
        ),
        takes=(Take(hold, hold.remaining, Hold.State.CAPTURED),),
        place=HoldDraft(purpose=RETURN),
        details={"reason": reason},
    )
    steps.step(draft, actor=actor, event="deposit.return_pending")


def confirm_return_step(*, hold: Hold, actor: Actor) -> None:
    """Book that the money went back to where it came from.

    Atomic: needs the caller's transaction, which holds the receipt.
    Repeat: refused, the deposit is returned.
    Writes: Journal with two Postings, Hold, Transaction (``returned``).
    Raises: MoveNotAllowed, HoldEnded.
    """
    settlement = house.get_house_wallet(chart.SETTLEMENT, hold.wallet.currency_id)
    draft = StepDraft(
        transaction=hold.transaction,
        from_states=(State.RETURN_PENDING,),
        to=State.RETURNED,
        name=f"returned:{hold.pk}",
        legs=(
            leg(hold.wallet, hold.remaining.copy_negate(), BalanceType.LOCKED),
            leg(settlement, hold.remaining),
        ),
        takes=(Take(hold, hold.remaining, Hold.State.CAPTURED),),
    )
    steps.step(draft, actor=actor, event="deposit.returned")


def refuse_return_step(*, hold: Hold, actor: Actor, reason: str) -> None:
    """Let money that could not be sent back wait again: for somebody to look at it, at least.

    Atomic: needs the caller's transaction, which holds the receipt.
    Repeat: refused, the deposit is held.
    Writes: Journal with two Postings, Holds, Transaction (``held``).
    Raises: MoveNotAllowed, HoldEnded.
    """
    payee = hold.wallet
    currency = currencies.get_currency(payee.currency_id)
    waits = routing.hold_for(payee, currency, purpose=PURPOSE)
    conditions = dict.fromkeys([*(waits.conditions if waits else ()), "compliance"])
    draft = StepDraft(
        transaction=hold.transaction,
        from_states=(State.RETURN_PENDING,),
        to=State.HELD,
        name=f"{NOT_RETURNED}:{hold.pk}",
        legs=(
            leg(payee, hold.remaining.copy_negate(), BalanceType.LOCKED),
            leg(payee, hold.remaining, BalanceType.HELD),
        ),
        takes=(Take(hold, hold.remaining, Hold.State.CAPTURED),),
        place=HoldDraft(purpose=PURPOSE, conditions=tuple(conditions)),
        details={"reason": reason},
    )
    steps.step(draft, actor=actor, event="deposit.return_refused")


def amount_of(receipt: Receipt) -> Money:
    """Give what arrived, in the decimals of its currency, which it was checked for."""
    decimals = currencies.get_currency(receipt.currency_id).decimals
    return Money(quantize(receipt.amount, decimals), receipt.currency_id)


def _names(receipt: Receipt, **more: str) -> dict[str, Any]:
    """Say with the transaction which arrival it is."""
    told = {"rail": receipt.rail, "receipt": receipt.pk, **more}
    return {"reference": receipt.external_ref[:140], "metadata": told}
