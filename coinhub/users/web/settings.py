"""The settings pages: profile, e-mail, second factor, sessions."""

from typing import Any

from allauth.account.internal.flows import manage_email
from allauth.account.models import EmailAddress
from allauth.core.ratelimit import consume_or_429
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from coinhub.core.requests import actor_of
from coinhub.events import selectors
from coinhub.users.models import User
from coinhub.users.selectors.api_keys import list_keys
from coinhub.users.services import second_factor, sessions
from coinhub.users.web.forms import ChangeEmailForm, ProfileForm
from coinhub.web.pages import Page


def person_of(request: HttpRequest) -> User:
    """Give the person who is signed in; nobody else gets to a page."""
    if not isinstance(request.user, User):
        raise TypeError("this page is for people who are signed in")
    return request.user


class Overview(Page):
    """GET, POST /settings/: who I am here, and ways to the rest."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show."""
        return self.show(request, ProfileForm(instance=person_of(request)))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Change the name."""
        form = ProfileForm(request.POST, instance=person_of(request))
        if not form.is_valid():
            return self.show(request, form)
        form.instance.save(update_fields=["name"])
        messages.success(request, "Your name is changed.")
        return HttpResponseRedirect(reverse("settings"))

    def show(self, request: HttpRequest, form: Form | ProfileForm) -> HttpResponse:
        """Draw the page."""
        user = person_of(request)
        context = {"form": form, "has_factor": second_factor.has_second_factor(user)}
        return render(request, "settings/overview.html", context)


class Looks(Page):
    """GET /settings/looks/: who of the staff looked at what is mine, and why."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show."""
        looks = selectors.list_looks(person_of(request).pk)
        return render(request, "settings/looks.html", {"looks": looks})


class Email(Page):
    """GET, POST /settings/email/: another e-mail."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show."""
        return self.show(request, ChangeEmailForm(user=person_of(request)))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Send a mail to the new address, which confirms it; not to as many as one likes."""
        too_many: HttpResponse | None = consume_or_429(
            request, action="manage_email", user=request.user
        )
        if too_many is not None:
            return too_many
        form = ChangeEmailForm(person_of(request), request.POST)
        if not form.is_valid():
            return self.show(request, form)
        EmailAddress.objects.add_new_email(request, person_of(request), form.cleaned_data["email"])
        return HttpResponseRedirect(reverse("settings_email"))

    def show(self, request: HttpRequest, form: Form) -> HttpResponse:
        """Draw the page."""
        user = person_of(request)
        manage_email.sync_user_email_address(user)
        waiting = EmailAddress.objects.filter(user=user, verified=False).order_by("pk").first()
        return render(request, "settings/email.html", {"form": form, "waiting": waiting})


class Sessions(Page):
    """GET, POST /settings/sessions/: where I am signed in; end one, or all others."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """List them."""
        found = sorted(
            UserSession.objects.purge_and_list(person_of(request)),
            key=lambda session: session.created_at,
            reverse=True,
        )
        current = request.session.session_key
        rows = [{"session": s, "is_current": s.session_key == current} for s in found]
        context = {"rows": rows, "keys": list_keys(person_of(request)).count()}
        return render(request, "settings/sessions.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        """End what is named; somebody else's session is not found."""
        number, here = request.POST.get("session", ""), request.session.session_key
        if number == "others":
            sessions.end_elsewhere(user=person_of(request), here=here, actor=actor_of(request))
            messages.success(request, "Signed out everywhere else; your API keys are suspended.")
            return HttpResponseRedirect(reverse("settings_sessions"))
        mine = UserSession.objects.filter(user=person_of(request))
        for session in _one(mine.exclude(session_key=here), number):
            session.end()
        messages.success(request, "Signed out there.")
        return HttpResponseRedirect(reverse("settings_sessions"))


def _one(sessions: Any, number: str) -> Any:
    is_number = number.isascii() and number.isdigit() and len(number) < 19
    return sessions.filter(pk=number) if is_number else sessions.none()


def passkeys_of(user: User) -> list[Any]:
    """List a person's passkeys."""
    keys = Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.WEBAUTHN)
    return list(keys.order_by("pk"))
