"""The kinds of approvals that move money, for the queue of approvals."""

from decimal import Decimal

from coinhub.approvals import kinds
from coinhub.approvals.kinds import Kind, Lines
from coinhub.approvals.models import Approval
from coinhub.core.money import amount_text, less
from coinhub.users.models import User
from wallets.models import Transaction
from wallets.policies import reversals as policy
from wallets.selectors import corrections, currencies
from wallets.services import adjustments, reversals


def register() -> None:
    """Make the kinds known; called once, at start."""
    kinds.register(
        Kind(
            name=reversals.KIND,
            title="Reverse a payment",
            execute=reversals.execute,
            on_end=reversals.undo,
            describe=describe_reversal,
            version=reversals.version_of,
            parties=reversals.parties_of,
            propose_permission="approvals.propose_reversal",
            approve_permission="approvals.approve_reversal",
        )
    )
    kinds.register(
        Kind(
            name=adjustments.KIND,
            title="Adjust balances",
            execute=adjustments.execute,
            describe=describe_adjustment,
            parties=adjustments.parties_of,
            propose_permission="approvals.propose_adjustment",
            approve_permission="approvals.approve_adjustment",
        )
    )


def describe_reversal(approval: Approval) -> Lines:
    """Say who loses what, what is short, and where the money went, before the vote."""
    original = corrections.get_for_staff(approval.payload["original"])
    reversal = corrections.get_for_staff(approval.target_id)
    made = f"{original.created_at:%Y-%m-%d %H:%M} UTC"
    lines = [
        ("Original", f"{original.type} {original.public_id}, {made}"),
        ("Takes from", _holder(original.payee_wallet)),
        ("Gives to", _holder(reversal.payee_wallet)),
        ("Amount", _text(reversal.amount, original)),
        ("Why", approval.payload["category"].replace("_", " ")),
        ("Fee", f"{_text(original.fee, original)}, refund: {approval.payload['fee_policy']}"),
        ("If money is short", approval.payload["shortfall_policy"].replace("_", " ")),
    ]
    if reversal.state == Transaction.State.PENDING_APPROVAL:
        lines += _standing(original, reversal, approval.payload["fee_policy"])
    return lines


def _standing(original: Transaction, reversal: Transaction, fee_policy: str) -> Lines:
    frozen = corrections.find_freeze(reversal)
    set_aside = frozen.remaining if frozen else Decimal(0)
    seen = policy.simulate(original, reversal.amount, fee_policy=fee_policy)
    if seen.waits_in_held:
        return [("Taken now", f"{_text(reversal.amount, original)} that still waits in held")]
    more = min(seen.standing.available, less(reversal.amount, set_aside))
    more = reversal.amount if original.payee_wallet.code else max(more, Decimal(0))
    lines = [
        ("Set aside", _text(set_aside, original)),
        ("Taken from available", _text(more, original)),
        ("Short by", _text(less(reversal.amount, set_aside, more), original)),
        (
            "Locked for other operations",
            _text(less(seen.standing.locked_elsewhere, set_aside), original),
        ),
        ("Reserve has", _text(seen.reserve_available, original)),
    ]
    return lines + [
        ("Went out since", f"{_text(txn.amount, txn)} to {_holder(txn.payee_wallet)}")
        for txn in seen.standing.went_to
    ]


def describe_adjustment(approval: Approval) -> Lines:
    """Say what would move from where to where."""
    chosen = adjustments.KINDS[approval.payload["kind"]]
    currency = approval.payload["currency"]
    decimals = currencies.get_currency(currency).decimals
    lines = [
        ("What", chosen.title),
        ("Amount", f"{amount_text(Decimal(approval.payload['amount']), decimals)} {currency}"),
        ("From", chosen.payer or "the customer"),
        ("To", chosen.payee or "the customer"),
    ]
    if approval.payload["customer"]:
        lines.append(("Customer", str(User.objects.get(pk=approval.payload["customer"]))))
    return lines


def _holder(wallet: object) -> str:
    code = getattr(wallet, "code", None)
    return str(code or getattr(wallet, "owner", None))


def _text(amount: Decimal, txn: Transaction) -> str:
    return f"{amount_text(amount, corrections.decimals_of(txn))} {txn.currency_id}"
