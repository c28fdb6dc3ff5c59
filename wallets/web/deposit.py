"""Depositing: what is coming in, what is held and why; in the sandbox money can be let arrive."""

import hashlib
import re
import secrets
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from coinhub.api import limits
from coinhub.core.errors import DomainError, ValidationFailed
from coinhub.core.money import Money
from coinhub.core.requests import actor_of
from coinhub.web.pages import Page, reader_of, refusals_on
from wallets.ledger.request import MoneyRequest
from wallets.models import Currency
from wallets.selectors import currencies, receipts, wallets
from wallets.selectors.pages import Window
from wallets.services import receipts as service
from wallets.web.forms import SPACES
from wallets.web.words import hold_in_words, refusal_in_words

KEY = re.compile(r"[A-Za-z0-9_-]{16,59}\Z", re.ASCII)
SHOWN = 10
OK, REFUSED = 200, 422
STATES = {
    "detected": ("Coming in", "state-held"),
    "credited": ("Arrived", "state-brand"),
    "below_minimum": ("Too small to credit", ""),
    "dropped": ("Did not come", "state-stop"),
    "returned": ("Sent back", ""),
}


class CurrencyChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # not at run time
    """One of the currencies, by name and code."""

    def label_from_instance(self, obj: Any) -> str:
        """Name it."""
        return f"{obj.name} ({obj.code})"


class DepositForm(forms.Form):
    """How much of what arrives."""

    amount = forms.CharField(
        label="Amount",
        max_length=60,
        error_messages={"required": "Say how much."},
        widget=forms.TextInput(
            {
                "class": "form-control amount-input",
                "inputmode": "decimal",
                "autocomplete": "off",
                "placeholder": "0.00",
            }
        ),
    )
    currency = CurrencyChoice(
        label="Currency",
        queryset=Currency.objects.none(),
        empty_label=None,
        error_messages={"required": "Choose one.", "invalid_choice": "Choose one."},
        widget=forms.Select({"class": "form-select"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        money = currencies.list_currencies().exclude(kind=Currency.Kind.POINTS)
        self.fields["currency"].queryset = money  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Read the amount by the rules of its currency."""
        cleaned: dict[str, Any] = super().clean() or {}
        currency, text = cleaned.get("currency"), cleaned.get("amount")
        if currency is not None and text:
            with refusals_on(self, in_words):
                amount = Money.parse(SPACES.sub("", text), currency.code, currency.decimals)
                amount.require_positive()
                cleaned["money"] = amount
        return cleaned


class Deposit(Page):
    """``/deposit/``: arrivals, and in the sandbox a form that makes one."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them."""
        return show(request, DepositForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Let the sandbox rail tell of an arrival; a repeat of the same form is the same one."""
        key = request.POST.get("key", "")
        if not settings.SANDBOX or not KEY.match(key):
            raise ValidationFailed("Please open the form again.")
        form = DepositForm(request.POST)
        if not form.is_valid():
            return show(request, form, status=REFUSED)
        amount: Money = form.cleaned_data["money"]
        limits.take_for_page(request, "money")
        said = f"deposit {amount.amount} {amount.currency}".encode()
        with refusals_on(form, in_words):
            booked = service.simulate(
                customer_id=reader_of(request),
                amount=amount,
                external_ref=f"page-{key[:12]}",
                actor=actor_of(request),
                request=MoneyRequest(
                    caller=reader_of(request),
                    key=f"page:{key}",
                    fingerprint=hashlib.sha256(said).digest(),
                ),
            )
            return redirect("transaction", booked.transaction.public_id)
        return show(request, form, status=REFUSED)


def in_words(refusal: DomainError) -> tuple[str | None, str]:
    """Put a refusal in plain words."""
    field, text = refusal_in_words(refusal, None)
    return (field if field == "amount" else None), text


def show(request: HttpRequest, form: DepositForm, status: int = OK) -> HttpResponse:
    """Show the form, what is held, and the newest arrivals."""
    reader = reader_of(request)
    holds = wallets.list_open_holds_of(reader, Window(limit=SHOWN))
    arrivals = [
        (row, *STATES.get(row.state, ("Being checked", "state-held")))
        for row in receipts.list_receipts(reader)[:SHOWN]
    ]
    context = {
        "form": form,
        "key": secrets.token_urlsafe(24),
        "account": reader,
        "holds": [hold_in_words(hold) for hold in holds.rows if hold.balance_type == "held"],
        "arrivals": arrivals,
    }
    return render(request, "wallets/deposit.html", context, status=status)
