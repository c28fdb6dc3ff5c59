"""Adjustments and funding: proposing to move the house's money, from the list of transactions."""

from typing import Any

from django import forms
from django.http import HttpRequest

from coinhub.core.errors import DomainError
from coinhub.core.money import Money
from coinhub.core.requests import actor_of
from coinhub.events.deeds import Deed, DeedForm, Done
from coinhub.users.models import User
from wallets.admin.customers import customer_field
from wallets.admin.fields import amount_field, reason_field, told_once
from wallets.admin.reversing import PROPOSED, page_of_proposal
from wallets.models import Currency
from wallets.selectors.currencies import get_currency
from wallets.services import adjustments

HOUSE, CUSTOMER = "Within the house", "For a customer"


class AdjustForm(DeedForm):
    """What kind, for whom, how much and why."""

    kind = forms.ChoiceField(label="What")
    customer = customer_field("only where a customer gives or gets", required=False)
    currency = forms.ModelChoiceField(Currency.objects.order_by("position", "code"))
    amount = amount_field()
    reason = reason_field()

    def __init__(self, row: Any, data: Any = None, *, initial: dict[str, Any]) -> None:
        super().__init__(row, data, initial=initial)
        known = adjustments.KINDS.values()
        kinds: Any = self.fields["kind"]
        kinds.choices = [
            (title, [(kind.name, _words(kind)) for kind in known if kind.for_a_customer is wanted])
            for title, wanted in ((CUSTOMER, True), (HOUSE, False))
        ]

    def clean(self) -> dict[str, Any]:
        """Read the amount in its currency; say at once where a customer is missing or too much."""
        sent = dict(super().clean() or self.cleaned_data)
        chosen = adjustments.KINDS.get(sent.get("kind", ""))
        if chosen is not None and "customer" in sent:
            if chosen.for_a_customer and sent["customer"] is None:
                self.add_error("customer", "This is for a customer: say which.")
            elif not chosen.for_a_customer and sent["customer"] is not None:
                self.add_error("customer", "No customer gives or gets here: leave it empty.")
        if sent.get("currency") and sent.get("amount"):
            try:
                sent["money"] = _money(sent["amount"], sent["currency"].pk)
            except DomainError as refusal:
                self.add_error("amount", refusal.detail)
        return sent


def _money(text: str, currency: str) -> Money:
    return Money.parse(text, currency, get_currency(currency).decimals)


def _words(kind: adjustments.Kind) -> str:
    giver, taker = kind.payer or "customer", kind.payee or "customer"
    return f"{kind.title} ({giver} to {taker})"


def _propose(row: Any, form: Any, request: HttpRequest) -> Done:
    sent, customer = form.cleaned_data, form.cleaned_data["customer"]
    found = told_once(
        request,
        form,
        lambda: adjustments.propose(
            kind=sent["kind"],
            amount=sent["money"],
            customer_id=customer.pk if isinstance(customer, User) else None,
            reason=sent["reason"],
            maker=request.user,  # type: ignore[arg-type]  # staff are people
            actor=actor_of(request),
        ),
    )
    return Done(PROPOSED, page_of_proposal(found))


ADJUST = Deed(
    verb="adjust",
    title="Adjust or fund",
    words="You propose, somebody else approves. Nothing can take a wallet below its floor.",
    button="Propose the adjustment",
    permission="approvals.propose_adjustment",
    form=AdjustForm,
    do=_propose,
)
