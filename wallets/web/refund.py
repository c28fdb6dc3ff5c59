"""Giving a payment back, and taking back one that still waits: one page each, then it is done."""

import hashlib
import json
import re
import secrets
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from coinhub.api import limits
from coinhub.core.errors import DomainError, NotYours, ValidationFailed
from coinhub.core.requests import actor_of
from coinhub.web.pages import Page, reader_of, refusals_on
from wallets.ledger.request import MoneyRequest
from wallets.models import Transaction, Wallet
from wallets.selectors import corrections, transactions
from wallets.services import recalls, refunds, refusals
from wallets.web.forms import RefundForm
from wallets.web.words import refusal_in_words

KEY = re.compile(r"[A-Za-z0-9_-]{16,59}\Z", re.ASCII)
REFUSED = 422


class Refund(Page):
    """``/transactions/{id}/refund/``: the payee of a transfer gives back all or part of it."""

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        """Show how much could go back, with a key of its own."""
        wanted = refunds.prepare(owner_id=reader_of(request), transaction_id=public_id, amount=None)
        txn = wanted.original
        form = RefundForm(initial={"amount": wanted.amount.text(txn.currency.decimals)})
        return show(request, txn, form, secrets.token_urlsafe(24))

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        """Give it back, and go to the refund; a repeat goes there too."""
        key, form = key_of(request), RefundForm(request.POST)
        txn = transactions.get_transaction(reader_of(request), public_id)
        if not form.is_valid():
            return show(request, txn, form, key, status=REFUSED)
        limits.take_for_page(request, "money")
        amount = str(form.cleaned_data["amount"])
        money = money_request(request, key, str(public_id), amount)
        with refusals_on(form, in_words(txn.payee_wallet)), refusals.counted(money):
            booked = refunds.refund(
                owner_id=money.caller,
                transaction_id=public_id,
                amount=amount,
                actor=actor_of(request),
                request=money,
            )
            messages.success(request, "It was given back.")
            return redirect("transaction", booked.transaction.public_id)
        return show(request, txn, form, key, status=REFUSED)


class Recall(Page):
    """``/transactions/{id}/recall/``: the sender takes back what its recipient cannot use yet."""

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        """Ask."""
        reader = reader_of(request)
        txn = transactions.get_transaction(reader, public_id)
        if txn.payer_wallet.owner_id != reader:
            raise NotYours
        context = {"txn": txn, "key": secrets.token_urlsafe(24)}
        return render(request, "wallets/recall.html", context)

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        """Take it back; a repeat shows the same."""
        money = money_request(request, key_of(request), str(public_id), "recall")
        limits.take_for_page(request, "money")
        recalls.recall(
            owner_id=money.caller,
            transaction_id=public_id,
            actor=actor_of(request),
            request=money,
        )
        messages.success(request, "You took the payment back.")
        return redirect("transaction", public_id)


def key_of(request: HttpRequest) -> str:
    """Give the key of a page.

    Raises: ValidationFailed without one.
    """
    key = request.POST.get("key", "")
    if not KEY.match(key):
        raise ValidationFailed("Please open the page again.")
    return key


def money_request(request: HttpRequest, key: str, *said: str) -> MoneyRequest:
    """Name what the signed-in customer asks for by the key of the page."""
    fingerprint = hashlib.sha256(json.dumps(said).encode()).digest()
    return MoneyRequest(caller=reader_of(request), key=f"page:{key}", fingerprint=fingerprint)


def in_words(wallet: Wallet) -> Any:
    """Put refusals of a refund in plain words."""

    def words(refusal: DomainError) -> tuple[str | None, str]:
        return refusal_in_words(refusal, wallet)

    return words


def show(
    request: HttpRequest, txn: Transaction, form: RefundForm, key: str, *, status: int = 200
) -> HttpResponse:
    """Show the page with all that was typed."""
    context = {
        "txn": txn,
        "form": form,
        "key": key,
        "left": corrections.left_of(txn),
        "wallet": txn.payee_wallet,
    }
    return render(request, "wallets/refund.html", context, status=status)
