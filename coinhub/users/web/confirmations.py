"""Confirming what a program, or another page, asks for."""

import math
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from coinhub.core.errors import DomainError
from coinhub.core.ids import as_uuid
from coinhub.core.requests import actor_of
from coinhub.users.models import Confirmation
from coinhub.users.selectors.confirmations import list_open
from coinhub.users.services import confirmations, passkeys, second_factor
from coinhub.users.web.key_forms import CodeForm
from coinhub.users.web.proof import NOT_RIGHT
from coinhub.users.web.settings import person_of
from coinhub.users.web.shown import proof_in
from coinhub.users.web.staying import stay
from coinhub.web.pages import Page, refusals_on

REFUSED = 422
COMMANDS = {
    confirmations.WITHDRAWAL: "Withdraw money",
    confirmations.NEW_ADDRESS: "Add an address to the address book",
    confirmations.NEW_API_KEY: "Make an API key",
    confirmations.RESUME_API_KEY: "Let a suspended API key go on",
    confirmations.TRANSFER: "Pay another customer",
}


class Confirmations(Page):
    """GET, POST /settings/confirmations/: what waits for my second factor."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        return self.show(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Confirm the one that is named, with the code that was typed beside it."""
        challenge, form = as_uuid(request.POST.get("challenge", "")), CodeForm(request.POST)
        if challenge is not None and form.is_valid() and confirmed(request, form, challenge):
            messages.success(request, "Confirmed. The program can send its request again now.")
            return redirect("settings_confirmations")
        return self.show(request, challenge, form, status=REFUSED)

    def show(
        self,
        request: HttpRequest,
        challenge: UUID | None = None,
        form: Form | None = None,
        status: int = 200,
    ) -> HttpResponse:
        """Draw the page; what was typed and refused stands where it was typed."""
        user = person_of(request)
        rows = []
        for row in list_open(user):
            its_form = form if form is not None and row.pk == challenge else CodeForm()
            its_form.auto_id = f"id_%s_{row.pk.hex}"
            rows.append({"form": its_form, **in_words(row)})
        is_shown = challenge in {row["id"] for row in rows}
        context = {
            "rows": rows,
            "problem": None if is_shown or form is None else ENDED,
            "has_factor": second_factor.has_second_factor(user),
        }
        return render(request, "settings/confirmations.html", context, status=status)


ENDED = "This confirmation is over. Let the program ask again."


def confirmed(request: HttpRequest, form: Form, challenge: UUID) -> bool:
    """Confirm, with a new session id from here on; what is wrong stands at the form."""
    with refusals_on(form, refusal_in_words):
        confirmations.confirm(
            user=person_of(request),
            challenge_id=challenge,
            proof=proof_in(request, person_of(request)),
            actor=actor_of(request),
        )
        stay(request, person_of(request))
    return form.is_valid()


def refusal_in_words(refusal: DomainError) -> tuple[str | None, str]:
    """Say what is wrong with a code, or with what it was for."""
    if isinstance(refusal, second_factor.CodeRefused):
        return "code", NOT_RIGHT
    if isinstance(refusal, passkeys.PasskeyRefused):
        return "code", "This was not your passkey, or it was for something else. Try again."
    if isinstance(refusal, second_factor.FactorLocked):
        minutes = math.ceil(refusal.members["retry_after"] / 60)
        return "code", f"Too many wrong codes. Please wait, {minutes} min."
    return None, refusal.detail


def in_words(row: Confirmation) -> dict[str, Any]:
    """Say what is to be confirmed as the person reads it."""
    return {
        "id": row.pk,
        "title": COMMANDS.get(row.command, row.command),
        "facts": facts_in_words(row.facts),
        "expires_at": row.expires_at,
    }


def facts_in_words(facts: dict[str, str]) -> list[tuple[str, str]]:
    """Name each fact as people do; what it says is shown as it is."""
    names = {"daily_cap_usd": "Daily cap in USD", "days": "Ends after days"}
    return [
        (names.get(name, name.replace("_", " ").capitalize()), value)
        for name, value in facts.items()
    ]
