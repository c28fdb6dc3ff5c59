"""The history of all wallets, narrowed down by kind, currency, state, day and words."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from coinhub.web.pages import Page, reader_of
from wallets.models import Transaction, Wallet
from wallets.selectors import transactions, wallets
from wallets.selectors.pages import Window
from wallets.web import cursors
from wallets.web.lines import line
from wallets.web.words import STATUSES

ROWS = 25
CURSOR = "transactions"
Type = Transaction.Type
KINDS = (
    ("", "Everything"),
    (Type.TRANSFER, "Payments between people"),
    (Type.DEPOSIT, "Deposits"),
    (Type.WITHDRAWAL, "Withdrawals"),
    (Type.REFUND, "Refunds"),
    (Type.HOLD, "Money set aside"),
    (Type.REVERSAL, "Corrections"),
    (Type.ADJUSTMENT, "Adjustments"),
)
EARLIEST, LATEST = date(2000, 1, 1), date(2999, 12, 31)  # outside there is nothing to find


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        validators=[MinValueValidator(EARLIEST), MaxValueValidator(LATEST)],
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Write a day such as 2026-01-31."},
    )


class HistoryForm(forms.Form):
    """Which part of the history is wanted; what is left empty does not matter."""

    type = forms.ChoiceField(label="Kind", choices=KINDS, required=False)
    currency = forms.ChoiceField(label="Wallet", required=False)
    status = forms.ChoiceField(
        label="State",
        choices=[("", "Any"), *((status.value, words) for status, (words, _) in STATUSES.items())],
        required=False,
    )
    begin = _day("From (UTC)")
    end = _day("To (UTC)")
    q = forms.CharField(label="Note or reference", max_length=100, required=False)

    def __init__(self, data: Any, mine: list[Wallet]) -> None:
        super().__init__(data)
        own = [(wallet.currency_id, wallet.currency.name) for wallet in mine]
        self.fields["currency"] = forms.ChoiceField(
            label="Wallet", choices=[("", "All wallets"), *own], required=False
        )
        for name in ("type", "currency", "status"):
            self.fields[name].widget.attrs["class"] = "form-select"
        self.fields["q"].widget.attrs |= {"class": "form-control", "autocomplete": "off"}

    def clean(self) -> dict[str, Any]:
        """Refuse a time that ends before it begins."""
        cleaned: dict[str, Any] = super().clean() or {}
        begin, end = cleaned.get("begin"), cleaned.get("end")
        if begin and end and end < begin:
            self.add_error("end", "The last day is before the first.")
        return cleaned

    def wanted(self) -> transactions.Filter:
        """Give what a valid form asks for; days are those of UTC, the last one included."""
        cleaned = self.cleaned_data
        end = cleaned["end"] and cleaned["end"] + timedelta(days=1)
        return transactions.Filter(
            type=cleaned["type"] or None,
            status=cleaned["status"] or None,
            currency=cleaned["currency"] or None,
            begin=_midnight(cleaned["begin"]),
            end=_midnight(end),
            q=cleaned["q"] or None,
        )

    def sent(self) -> dict[str, str]:
        """Give what was asked for as it stands in the address, without what was left empty."""
        return {name: self.data[name] for name in self.fields if self.data.get(name)}


def _midnight(day: date | None) -> datetime | None:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None


class TransactionList(Page):
    """``/transactions/``: every payment of all wallets, or those that are asked for."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show a page of it."""
        reader = reader_of(request)
        form = HistoryForm(request.GET, list(wallets.list_wallets(reader)))
        sent = form.sent()
        here = reverse("transactions")
        context: dict[str, Any] = {"form": form, "is_narrowed": bool(sent), "lines": []}
        if not form.is_valid():
            return render(request, "wallets/transactions.html", context, status=400)
        before = cursors.read(request, CURSOR)
        window = Window(before=before, limit=ROWS)
        page = transactions.list_transactions(reader, window, form.wanted(), journals=True)
        first = f"{here}?{urlencode(sent)}" if sent else here
        context |= {
            "lines": [line(txn, reader) for txn in page.rows],
            "next_url": cursors.link(request, here, CURSOR, page.older, sent),
            "first_url": first if before is not None else None,
        }
        return render(request, "wallets/transactions.html", context)
