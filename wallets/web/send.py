"""Sending money: a form, a page that says exactly what will happen, and the payment."""

import hashlib
import json
import re
import secrets
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from coinhub.api import limits
from coinhub.core.errors import DomainError, ValidationFailed
from coinhub.core.requests import actor_of
from coinhub.web.pages import Page, is_undecided, reader_of, refusals_on
from wallets.ledger.request import Booked, MoneyRequest
from wallets.models import Wallet
from wallets.policies import funds
from wallets.selectors import wallets
from wallets.services import transfers
from wallets.web.forms import Payment, SendForm
from wallets.web.words import refusal_in_words

KEY = re.compile(r"[A-Za-z0-9_-]{16,59}\Z", re.ASCII)
REFUSED = 422  # the form again, with what was wrong
UNDECIDED = 503


class Send(Page):
    """``/send/``: nothing moves before the second page is confirmed.

    The second page holds a key of its own: a double click or a reload pays once.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form; ``?wallet=`` and ``?to=`` fill in."""
        return show(request, self.form(request, initial=request.GET.dict()))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Go back, review, or pay, by the button that was pressed."""
        step = request.POST.get("step")
        if step == "change":
            return show(request, self.form(request, initial=request.POST.dict()))
        form = self.form(request, request.POST)
        if not form.is_valid():
            return show(request, form, status=REFUSED)
        payment = form.payment()
        if step == "pay":
            return self.pay(request, form, payment)
        return self.review(request, form, payment)

    def form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> SendForm:
        """Make the form with the customer's own wallets, and no others, to choose from."""
        return SendForm(*args, wallets=wallets.list_wallets(reader_of(request)), **kwargs)

    def review(self, request: HttpRequest, form: SendForm, payment: Payment) -> HttpResponse:
        """Show what will happen, unless it is clear already that it cannot."""
        with refusals_on(form, in_words(payment.payer)):
            wallets.find_parties(reader_of(request), payment.to, payment.amount.currency)
            funds.require_available(payment.payer, payment.amount)
        if form.errors:
            return show(request, form, status=REFUSED)
        return confirmation(request, form, payment, key=secrets.token_urlsafe(24))

    def pay(self, request: HttpRequest, form: SendForm, payment: Payment) -> HttpResponse:
        """Pay, and go to the payment; a repeat of the same confirmation goes there too."""
        key = request.POST.get("key", "")
        if not KEY.match(key):
            raise ValidationFailed("Please open the form again.")
        limits.take_for_page(request, "money")
        with refusals_on(form, in_words(payment.payer)):
            booked = transfer(request, payment, key)
            there = reverse("transaction", args=[booked.transaction.public_id])
            return redirect(f"{there}?{urlencode({'sent': 1})}")
        if is_undecided(form):  # perhaps it was paid: only the same key makes a second try safe
            return confirmation(request, form, payment, key=key, status=UNDECIDED)
        return show(request, form, status=REFUSED)


def transfer(request: HttpRequest, payment: Payment, key: str) -> Booked:
    """Call the use case for the signed-in customer.

    Raises: what the use case refuses.
    """
    caller = reader_of(request)
    return transfers.pay(
        owner_id=caller,
        to=payment.to,
        amount=payment.amount,
        note=payment.note,
        actor=actor_of(request),
        request=MoneyRequest(caller=caller, key=f"page:{key}", fingerprint=digest(payment)),
    )


def digest(payment: Payment) -> bytes:
    """Give the fingerprint of what was confirmed."""
    said = [
        str(payment.payer.public_id),
        payment.to,
        str(payment.amount.amount),
        payment.amount.currency,
        payment.note,
    ]
    return hashlib.sha256(json.dumps(said).encode()).digest()


def in_words(wallet: Wallet) -> Any:
    """Put refusals of a payment from ``wallet`` in plain words."""

    def words(refusal: DomainError) -> tuple[str | None, str]:
        return refusal_in_words(refusal, wallet)

    return words


def confirmation(
    request: HttpRequest, form: SendForm, payment: Payment, *, key: str, status: int = 200
) -> HttpResponse:
    """Show what will happen, with the key of this payment and no other."""
    context = {"form": form, "payment": payment, "wallet": payment.payer, "key": key}
    return render(request, "wallets/send_confirm.html", context, status=status)


def show(request: HttpRequest, form: SendForm, status: int = 200) -> HttpResponse:
    """Show the form with all that was typed."""
    return render(request, "wallets/send.html", {"form": form}, status=status)
