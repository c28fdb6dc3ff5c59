"""The address book on pages: see it, add to it with the second factor, remove from it."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from coinhub.core.errors import DomainError
from coinhub.core.ids import as_uuid
from coinhub.core.requests import actor_of
from coinhub.users.models import User
from coinhub.users.services.confirmations import SecondFactorNeeded, StepUpRequired
from coinhub.users.web.shown import proof_in
from coinhub.web.pages import Page, reader_of, refusals_on
from wallets.selectors import destinations
from wallets.services import destinations as address_book
from wallets.web.destination_forms import DestinationForm
from wallets.web.words import network_in_words

REFUSED = 422


class DestinationList(Page):
    """``/destinations/``: where money may leave to."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        rows = destinations.list_destinations(reader_of(request))[: address_book.MOST]
        context = {"destinations": [(row, network_in_words(row.network)) for row in rows]}
        return render(request, "wallets/destinations.html", context)


class DestinationAdd(Page):
    """``/destinations/add/``: a form, then the second factor for exactly this address."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form."""
        return show(request, DestinationForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Go back, ask for the second factor, or add, by the button that was pressed."""
        if request.POST.get("step") == "change":
            return show(request, DestinationForm(initial=request.POST.dict()))
        form = DestinationForm(request.POST)
        if not form.is_valid():
            return show(request, form, status=REFUSED)
        challenge = as_uuid(request.POST.get("challenge", ""))
        needed: list[StepUpRequired] = []
        with refusals_on(form, in_words(needed)):
            return done(request, add(request, form, challenge))
        if needed:
            return confirmation(request, form, needed[0].members["challenge_id"])
        if challenge is not None and form.has_error("code"):
            return confirmation(request, form, challenge, status=REFUSED)
        return show(request, form, status=REFUSED)


class DestinationRemove(Page):
    """``/destinations/{id}/remove/``: ask once more, then remove."""

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        """Ask."""
        row = destinations.get_destination(reader_of(request), public_id)
        context = {"destination": row, "network": network_in_words(row.network)}
        return render(request, "wallets/destination_remove.html", context)

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        """Remove."""
        address_book.remove(
            customer=person_of(request), public_id=public_id, actor=actor_of(request)
        )
        messages.success(request, "The address was removed.")
        return redirect("destinations")


def add(request: HttpRequest, form: DestinationForm, challenge: UUID | None) -> address_book.Added:
    """Call the use case for the signed-in customer.

    Raises: what the use case refuses.
    """
    person, actor, place = person_of(request), actor_of(request), form.place()
    if challenge is None:
        return address_book.add(customer=person, wanted=place, confirmation_id=None, actor=actor)
    return address_book.confirm_and_add(
        customer=person,
        wanted=place,
        challenge_id=challenge,
        proof=proof_in(request, person),
        actor=actor,
    )


def in_words(needed: list[StepUpRequired]) -> Any:
    """Put refusals in plain words; that a confirmation is needed is no error, it is kept aside."""

    def words(refusal: DomainError) -> tuple[str | None, str]:
        if isinstance(refusal, StepUpRequired):
            needed.append(refusal)
            return None, ""
        return FIELDS.get(refusal.code), TEXTS.get(refusal.code) or refusal.detail

    return words


FIELDS = {
    "ADDRESS_INVALID": "address",
    "CODE_REFUSED": "code",
    "FACTOR_LOCKED": "code",
    "PASSKEY_REFUSED": "code",
}
TEXTS = {
    "CODE_REFUSED": "This code is not right, or was used before. Wait for the next one.",
    "PASSKEY_REFUSED": "This was not your passkey, or it was for something else. Try again.",
    "CONFIRMATION_ENDED": "That took too long. Please review the address again.",
    SecondFactorNeeded.code: "An address needs a second factor. Set one up in your settings first.",
}


def person_of(request: HttpRequest) -> User:
    """Give the customer; only signed-in people get to a page."""
    person = request.user
    assert isinstance(person, User)  # noqa: S101  # for the type; Page lets nobody else in
    return person


def done(request: HttpRequest, added: address_book.Added) -> HttpResponse:
    """Go back to the address book and say what was done."""
    label = added.destination.label
    if added.is_new:
        messages.success(request, f"{label} was added. We have sent you an e-mail about it.")
    else:
        messages.success(request, f"This address is in your address book already, as {label}.")
    return redirect("destinations")


def confirmation(
    request: HttpRequest, form: DestinationForm, challenge: UUID, *, status: int = 200
) -> HttpResponse:
    """Show what will be added, and ask for the code."""
    form.fields["code"].required = True
    place = address_book.read_place(form.place())
    context = {
        "form": form,
        "place": place,
        "network": network_in_words(place.network),
        "challenge": challenge,
        "cooling_h": settings.ADDRESS_COOLING_H,
    }
    return render(request, "wallets/destination_confirm.html", context, status=status)


def show(request: HttpRequest, form: DestinationForm, status: int = 200) -> HttpResponse:
    """Show the form with all that was typed."""
    return render(request, "wallets/destination_add.html", {"form": form}, status=status)
