"""The page on which an invited person chooses the first password."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import View

from coinhub.core.actor import Actor
from coinhub.core.errors import DomainError
from coinhub.core.requests import address_of, request_id_of
from coinhub.people import invitations
from coinhub.users.models import User
from coinhub.users.passwords import LEAST_OF_STAFF
from coinhub.web.pages import refused


class FirstPassword(SetPasswordForm):  # type: ignore[type-arg]
    """Two fields that have to agree; as long as staff's passwords are."""

    def clean_new_password1(self) -> str:
        """Ask for the length of a staff password: whoever is invited may become staff."""
        password: str = self.cleaned_data["new_password1"]
        MinimumLengthValidator(LEAST_OF_STAFF).validate(password, self.user)
        return password


@method_decorator(sensitive_post_parameters(), name="dispatch")
class Invitation(View):
    """Shows the form while the link is valid, and sets the password once."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer, and turn a refusal into a page."""
        try:
            return super().dispatch(request, *args, **kwargs)
        except DomainError as refusal:
            return refused(request, refusal)

    def get(self, request: HttpRequest, person_id: UUID, token: str) -> HttpResponse:
        """Show the form."""
        person = invitations.require_invited(person_id, token)
        return self.page(request, person, FirstPassword(person))

    def post(self, request: HttpRequest, person_id: UUID, token: str) -> HttpResponse:
        """Set the password and go to the sign-in."""
        person = invitations.require_invited(person_id, token)
        form = FirstPassword(person, request.POST)
        if not form.is_valid():
            return self.page(request, person, form)
        invitations.accept(
            person_id=person_id,
            token=token,
            password=form.cleaned_data["new_password1"],
            actor=Actor(
                kind="customer",
                user_id=person.pk,
                request_id=request_id_of(request),
                address=address_of(request),
            ),
        )
        messages.success(request, "Your password is set. Sign in with it.")
        return redirect("account_login")

    def page(self, request: HttpRequest, person: User, form: FirstPassword) -> HttpResponse:
        """Show the form with what is wrong in it."""
        context = {"person": person, "form": form}
        return render(
            request, "people/invitation.html", context, status=400 if form.errors else 200
        )
