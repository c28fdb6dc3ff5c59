"""Undoing a payment from its page: reverse it, give it back, return a deposit that is held."""

from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse

from coinhub.approvals.models import Approval
from coinhub.core.errors import DomainError
from coinhub.core.money import Money, amount_text, quantize
from coinhub.core.requests import actor_of
from coinhub.events.deeds import Deed, DeedForm, Done
from wallets.admin import simulation
from wallets.admin.fields import amount_field, as_choices, reason_field, told_once
from wallets.models import Transaction
from wallets.policies import reversals as policy
from wallets.selectors import corrections
from wallets.services import deposit_returns, reversals
from wallets.services.reversals import Terms

PROPOSED = "Proposed. It is done when a second person has approved it."


class GiveBackForm(DeedForm):
    """How much of a payment, and why; the terms are those of a request by the customer."""

    amount = amount_field("How much of it")
    category = forms.ChoiceField(label="Kind of reason", choices=as_choices(policy.CATEGORIES))
    reason = reason_field()

    def __init__(self, row: Transaction, data: Any = None, *, initial: dict[str, Any]) -> None:
        decimals = corrections.decimals_of(row)
        left = quantize(corrections.left_of(row), decimals)
        super().__init__(row, data, initial={**initial, "amount": amount_text(left, decimals)})
        self.left = left
        self.fields["amount"].help_text = f"{row.currency_id}; at most what is left of it"

    def clean_amount(self) -> Decimal:
        """Read the amount with the currency's decimals."""
        row, decimals = self.row, corrections.decimals_of(self.row)
        try:
            return Money.parse(self.cleaned_data["amount"], row.currency_id, decimals).amount
        except DomainError as refusal:
            raise forms.ValidationError(refusal.detail) from refusal

    @property
    def wanted(self) -> Decimal:
        """Give the amount to show the effect of: what was typed, or all that is left."""
        typed: Decimal | None = getattr(self, "cleaned_data", {}).get("amount")
        return self.left if typed is None or typed <= 0 else min(typed, self.left)

    @property
    def terms(self) -> Terms:
        """Give the terms chosen; where nothing valid is, the usual ones."""
        chosen = getattr(self, "cleaned_data", {})
        names = ("fee_policy", "shortfall_policy", "category")
        return Terms(**{name: chosen[name] for name in names if chosen.get(name)})


class ReverseForm(GiveBackForm):
    """And under which terms."""

    fee_policy = forms.ChoiceField(
        label="The fee",
        choices=[
            ("none", "stays charged"),
            ("proportional", "goes back in proportion, from the treasury"),
            ("full", "goes back whole, from the treasury"),
        ],
    )
    shortfall_policy = forms.ChoiceField(
        label="If money is short when it is approved",
        choices=[
            ("fail_if_short", "do nothing"),
            ("platform_covers", "the reserve covers what is missing"),
        ],
    )
    field_order = ("amount", "fee_policy", "shortfall_policy", "category", "reason")


class ReasonForm(DeedForm):
    """Why."""

    reason = reason_field()


def _propose_reversal(row: Transaction, form: Any, request: HttpRequest) -> Done:
    found = told_once(
        request,
        form,
        lambda: reversals.propose(
            original_id=row.public_id,
            amount=form.cleaned_data["amount"],
            terms=form.terms,
            reason=form.cleaned_data["reason"],
            maker=request.user,  # type: ignore[arg-type]  # staff are people
            actor=actor_of(request),
        ),
    )
    return Done(
        f"{PROPOSED} What the recipient still has of it is set aside.", page_of_proposal(found)
    )


def _propose_return(row: Transaction, form: Any, request: HttpRequest) -> Done:
    found = told_once(
        request,
        form,
        lambda: deposit_returns.propose(
            transaction_id=row.public_id,
            reason=form.cleaned_data["reason"],
            maker=request.user,  # type: ignore[arg-type]  # staff are people
            actor=actor_of(request),
        ),
    )
    return Done(PROPOSED, page_of_proposal(found))


def page_of_proposal(approval: Approval) -> str:
    """Give the address of a proposal's page."""
    return reverse("admin:approvals_approval_change", args=[approval.pk])


def _can_be_undone(row: Transaction) -> bool:
    try:
        policy.require_reversible(row)
    except DomainError:
        return False
    return corrections.left_of(row) > 0


REVERSE = Deed(
    verb="reverse",
    title="Reverse",
    words=(
        "You propose, somebody else approves. What the recipient still has is set aside at once,"
        " so that it cannot be spent meanwhile; the original itself is never changed."
    ),
    button="Propose the reversal",
    permission="approvals.propose_reversal",
    form=ReverseForm,
    fits=_can_be_undone,
    shows=simulation.sections,
    do=_propose_reversal,
    can_look=True,
    is_grave=True,
)
GIVE_BACK = Deed(
    verb="refund",
    title="Refund",
    words=(
        "A reversal with the usual terms: the fee stays charged, and if the recipient has not"
        " enough when it is approved, nothing is done. You propose, somebody else approves."
    ),
    button="Propose the refund",
    permission="approvals.propose_reversal",
    form=GiveBackForm,
    fits=_can_be_undone,
    shows=simulation.sections,
    do=_propose_reversal,
    can_look=True,
)
RETURN = Deed(
    verb="return",
    title="Return to the sender",
    words=(
        "Held money goes back to the account it came from. You propose, somebody else approves;"
        " then it is set aside until the rail confirms."
    ),
    button="Propose the return",
    permission="approvals.propose_deposit_return",
    form=ReasonForm,
    fits=deposit_returns.can_be_returned,
    do=_propose_return,
    is_grave=True,
)
