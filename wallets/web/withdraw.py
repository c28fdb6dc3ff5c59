"""Withdrawing: a form, a page that says what leaves and asks for the code, and cancelling."""

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
from coinhub.core.errors import DomainError, ValidationFailed
from coinhub.core.ids import as_uuid
from coinhub.core.requests import actor_of
from coinhub.users.web.shown import proof_in
from coinhub.web.pages import Page, is_undecided, reader_of, refusals_on
from wallets.ledger.errors import MoveNotAllowed
from wallets.ledger.request import Booked, MoneyRequest
from wallets.selectors import destinations, wallets, withdrawals
from wallets.services import refusals, withdrawal_reviews
from wallets.services import withdrawals as service
from wallets.services.withdrawal_reviews import Begun
from wallets.web.destinations import person_of
from wallets.web.lines import line
from wallets.web.progress import progress_of
from wallets.web.withdraw_forms import Leaving, WithdrawForm
from wallets.web.words import network_in_words, refusal_in_words

KEY = re.compile(r"[A-Za-z0-9_-]{16,59}\Z", re.ASCII)
OPEN_ONES = 10
OK, REFUSED, UNDECIDED = 200, 422, 503
SAID = {
    "KYC_REQUIRED": "Your identity check comes first.",
    "SECOND_FACTOR_REQUIRED": "A withdrawal needs a second factor. Set one up in your settings"
    " first.",
    "RAIL_MISSING": "This currency cannot be paid out this way at the moment.",
    "NOT_WITHDRAWABLE": "Points stay in CoinHub: they are no money.",
    "CONFIRMATION_ENDED": "That took too long. Please review the withdrawal again.",
    "STEP_UP_REQUIRED": "That took too long. Please review the withdrawal again.",
    "SERVICE_PAUSED": "Withdrawals are paused at the moment. Nothing has moved.",
}


class Withdraw(Page):
    """``/withdraw/``: nothing moves before the second page is confirmed with a code."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form, and what is under way."""
        return show(request, form_of(request, initial=request.GET.dict()))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Go back, review, or withdraw, by the button that was pressed."""
        step = request.POST.get("step")
        if step == "change":
            return show(request, form_of(request, initial=request.POST.dict()))
        form = form_of(request, request.POST)
        if not form.is_valid():
            return show(request, form, status=REFUSED)
        if step == "withdraw":
            return self.withdraw(request, form, form.leaving())
        return self.review(request, form, form.leaving(), key=secrets.token_urlsafe(24))

    def review(
        self,
        request: HttpRequest,
        form: WithdrawForm,
        leaving: Leaving,
        *,
        key: str,
        status: int = OK,
    ) -> HttpResponse:
        """Show what will happen and ask for the code, unless it is clear that it cannot be."""
        with refusals_on(form, in_words(leaving)):
            begun = withdrawal_reviews.begin(
                customer_id=reader_of(request), wish=leaving.wish, actor=actor_of(request)
            )
            return confirmation(request, form, leaving, begun, key=key, status=status)
        return show(request, form, status=REFUSED)

    def withdraw(self, request: HttpRequest, form: WithdrawForm, leaving: Leaving) -> HttpResponse:
        """Withdraw, and go to the payment; a repeat of the same confirmation goes there too."""
        key = request.POST.get("key", "")
        challenge = as_uuid(request.POST.get("challenge", ""))
        if not KEY.match(key) or challenge is None:
            raise ValidationFailed("Please open the form again.")
        limits.take_for_page(request, "money")
        with refusals_on(form, in_words(leaving)):
            booked = withdraw(request, leaving, key, challenge)
            return redirect("transaction", booked.transaction.public_id)
        if form.has_error("code") or is_undecided(form):
            begun = withdrawal_reviews.look_again(customer_id=reader_of(request), wish=leaving.wish)
            status = UNDECIDED if is_undecided(form) else REFUSED
            again = Begun(challenge, begun.price, begun.cools_until)
            return confirmation(request, form, leaving, again, key=key, status=status)
        return show(request, form, status=REFUSED)


class Cancel(Page):
    """``/withdraw/{id}/cancel/``: take it back, as long as it is not on its way."""

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        """Cancel, and go back to the payment."""
        try:
            service.cancel(
                owner_id=reader_of(request), public_id=public_id, actor=actor_of(request)
            )
        except MoveNotAllowed:
            messages.warning(request, "It cannot be taken back any more: it is on its way or over.")
        else:
            messages.success(request, "The withdrawal was taken back.")
        return redirect("transaction", public_id)


def form_of(request: HttpRequest, *args: Any, **kwargs: Any) -> WithdrawForm:
    """Make the form with the customer's own addresses, and no others, to choose from."""
    reader = reader_of(request)
    return WithdrawForm(
        *args,
        places=destinations.list_destinations(reader),
        wallets=wallets.list_wallets(reader),
        **kwargs,
    )


def withdraw(request: HttpRequest, leaving: Leaving, key: str, challenge: UUID) -> Booked:
    """Call the use case for the signed-in customer.

    Raises: what the use case refuses.
    """
    money = MoneyRequest(caller=reader_of(request), key=f"page:{key}", fingerprint=digest(leaving))
    with refusals.counted(money, was_confirmed=True):
        return service.confirm_and_withdraw(
            challenge_id=challenge,
            proof=proof_in(request, person_of(request)),
            customer=person_of(request),
            wish=leaving.wish,
            actor=actor_of(request),
            request=money,
        )


def digest(leaving: Leaving) -> bytes:
    """Give the fingerprint of what was confirmed."""
    wish = leaving.wish
    said = [
        str(wish.amount.amount),
        wish.amount.currency,
        str(wish.destination_id),
        wish.fee_mode,
    ]
    return hashlib.sha256(json.dumps(said).encode()).digest()


def in_words(leaving: Leaving) -> Any:
    """Put refusals of a withdrawal in plain words."""

    def words(refusal: DomainError) -> tuple[str | None, str]:
        if refusal.code in SAID:
            return None, SAID[refusal.code]
        field, text = refusal_in_words(refusal, leaving.wallet)
        return (field if field in ("amount", "code") else None), text

    return words


def confirmation(
    request: HttpRequest,
    form: WithdrawForm,
    leaving: Leaving,
    begun: Begun,
    *,
    key: str,
    status: int,
) -> HttpResponse:
    """Show what will happen, with the key and the challenge of this withdrawal and no other."""
    form.fields["code"].required = True  # only here, so the label does not call it optional
    context = {
        "form": form,
        "begun": begun,
        "price": begun.price,
        "place": leaving.destination,
        "network": network_in_words(leaving.destination.network),
        "wallet": leaving.wallet,
        "key": key,
    }
    return render(request, "wallets/withdraw_confirm.html", context, status=status)


def show(request: HttpRequest, form: WithdrawForm, status: int = OK) -> HttpResponse:
    """Show the form with all that was typed, and what is under way."""
    reader = reader_of(request)
    under_way = [
        (line(row.transaction, reader), progress_of(row))
        for row in withdrawals.list_open(reader, OPEN_ONES)
    ]
    context = {"form": form, "under_way": under_way}
    return render(request, "wallets/withdraw.html", context, status=status)
