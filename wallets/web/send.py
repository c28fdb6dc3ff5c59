"""Sending money: a form, a page that says exactly what will happen, and the payment."""

import hashlib
import json
import re
import secrets
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from coinhub.api import limits
from coinhub.core.errors import DomainError, ValidationFailed
from coinhub.core.ids import as_uuid
from coinhub.core.money import Money
from coinhub.core.requests import actor_of
from coinhub.users.services.confirmations import StepUpRequired
from coinhub.users.web.shown import proof_in
from coinhub.web.pages import Page, is_undecided, reader_of, refusals_on
from wallets.ledger.request import Booked, MoneyRequest
from wallets.models import Wallet
from wallets.selectors import wallets
from wallets.services import refusals, transfer_plans, transfers
from wallets.services.transfer_plans import Plan, Wish
from wallets.web.destinations import person_of
from wallets.web.forms import Payment, SendForm
from wallets.web.words import refusal_in_words

KEY = re.compile(r"[A-Za-z0-9_-]{16,59}\Z", re.ASCII)
OK = 200
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
            plan = transfers.review(wish_of(request, payment), actor=actor_of(request))
            return confirmation(request, form, payment, plan, key=secrets.token_urlsafe(24))
        return show(request, form, status=REFUSED)

    def pay(self, request: HttpRequest, form: SendForm, payment: Payment) -> HttpResponse:
        """Pay, and go to the payment; a repeat of the same confirmation goes there too.

        Where a second factor is needed the same page asks for it, for exactly this payment.
        """
        key = request.POST.get("key", "")
        if not KEY.match(key):
            raise ValidationFailed("Please open the form again.")
        limits.take_for_page(request, "money")
        challenge = as_uuid(request.POST.get("challenge", ""))
        with refusals_on(form, in_words(payment.payer)):
            outcome = transfer(request, payment, key, challenge)
            if isinstance(outcome, Booked):
                there = reverse("transaction", args=[outcome.transaction.public_id])
                return redirect(f"{there}?{urlencode({'sent': 1})}")
            challenge = outcome.members["challenge_id"]
            return self.again(request, form, payment, key, challenge, status=OK)
        # Perhaps it was paid: only the same key makes a second try safe.
        if is_undecided(form):
            return self.again(request, form, payment, key, challenge, status=UNDECIDED)
        if challenge is not None and form.has_error("code"):
            return self.again(request, form, payment, key, challenge, status=REFUSED)
        return show(request, form, status=REFUSED)

    def again(
        self,
        request: HttpRequest,
        form: SendForm,
        payment: Payment,
        key: str,
        challenge: UUID | None,
        *,
        status: int,
    ) -> HttpResponse:
        """Show the second page once more, with the same key."""
        plan = transfer_plans.prepare(wish_of(request, payment), actor=actor_of(request))
        return confirmation(request, form, payment, plan, key, challenge=challenge, status=status)


def wish_of(request: HttpRequest, payment: Payment) -> Wish:
    """Say in the words of the use case what the signed-in customer asks for."""
    return Wish(reader_of(request), payment.to, payment.amount, payment.note)


def transfer(
    request: HttpRequest, payment: Payment, key: str, challenge: UUID | None
) -> Booked | StepUpRequired:
    """Call the use case for the signed-in customer; a second factor that it needs is no error.

    Raises: what the use case refuses.
    """
    caller, actor, wish = reader_of(request), actor_of(request), wish_of(request, payment)
    money = MoneyRequest(caller=caller, key=f"page:{key}", fingerprint=digest(payment))
    try:
        with refusals.counted(money, was_confirmed=challenge is not None):
            if challenge is None:
                return transfers.pay(
                    owner_id=caller,
                    to=wish.to,
                    amount=wish.amount,
                    note=wish.note,
                    actor=actor,
                    request=money,
                )
            return transfers.confirm_and_pay(
                challenge_id=challenge,
                proof=proof_in(request, person_of(request)),
                customer=person_of(request),
                wish=wish,
                actor=actor,
                request=money,
            )
    except StepUpRequired as needed:
        return needed


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
    request: HttpRequest,
    form: SendForm,
    payment: Payment,
    plan: Plan,
    key: str,
    *,
    challenge: UUID | None = None,
    status: int = OK,
) -> HttpResponse:
    """Show what will happen, with the key of this payment and no other."""
    command = plan.command
    form.fields["code"].required = challenge is not None
    available = Money(payment.payer.available, payment.amount.currency)
    context = {
        "form": form,
        "payment": payment,
        "recipient": plan.parties.recipient if command.unowned is None else None,
        "fee": command.fee.amount,
        "total": command.total.amount,
        "left": (available - command.total).amount,
        "wallet": payment.payer,
        "key": key,
        "challenge": challenge,
    }
    return render(request, "wallets/send_confirm.html", context, status=status)


def show(request: HttpRequest, form: SendForm, status: int = 200) -> HttpResponse:
    """Show the form with all that was typed."""
    return render(request, "wallets/send.html", {"form": form}, status=status)
