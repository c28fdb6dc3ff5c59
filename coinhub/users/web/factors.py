"""The pages of the second factor: set up an app, take it away, recovery codes."""

import base64
from typing import Any

from allauth.account.adapter import get_adapter as account_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from coinhub.core.requests import actor_of
from coinhub.users.selectors import people
from coinhub.users.services import factors, second_factor, staff_factor
from coinhub.users.services.second_factor import CodeRefused
from coinhub.users.web.forms import EnrolForm, ProofForm
from coinhub.users.web.settings import passkeys_of, person_of
from coinhub.users.web.staying import stay
from coinhub.web.pages import Page

SECRET = "totp_secret"  # noqa: S105 - the name of it in the session, where it is sealed


class SecondFactor(Page):
    """GET /settings/second-factor/: what there is, and what can be set up."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show."""
        user = person_of(request)
        context = {
            "has_totp": second_factor.has_totp(user),
            "passkeys": passkeys_of(user),
            "has_factor": second_factor.has_second_factor(user),
            "recovery_codes": second_factor.count_recovery_codes(user),
            "is_forced": user.is_staff and not staff_factor.is_set_up(user),
            "needs_passkey": staff_factor.needs_passkey(user),
        }
        return render(request, "settings/second_factor.html", context)


class App(Page):
    """GET, POST /settings/second-factor/app/: set up an authenticator app."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show a new secret; an app that is set up is taken away first."""
        user = person_of(request)
        if second_factor.has_totp(user) or not people.has_confirmed_email(user):
            return HttpResponseRedirect(reverse("settings_second_factor"))
        secret = generate_totp_secret()
        request.session[SECRET] = get_adapter().encrypt(secret)
        return self.show(request, EnrolForm(user=user), secret)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Take the app when it shows the right code."""
        user = person_of(request)
        sealed = request.session.get(SECRET)
        if sealed is None or second_factor.has_totp(user):
            return HttpResponseRedirect(reverse("settings_second_factor"))
        secret, form = get_adapter().decrypt(sealed), EnrolForm(request.POST, user=user)
        if not form.is_valid():
            return self.show(request, form, secret)
        try:
            codes = factors.enrol(
                user=user,
                secret=secret,
                code=form.cleaned_data["app_code"],
                actor=actor_of(request),
            )
        except CodeRefused as refusal:
            words = "The app shows another code. Look at the clock of your phone."
            form.add_error("app_code", ValidationError(words, code=refusal.code))
            return self.show(request, form, secret)
        del request.session[SECRET]
        stay(request, user)
        record_authentication(request, user, "mfa", type="totp", reauthenticated=True)
        account_adapter().send_notification_mail("mfa/email/totp_activated", user)
        return show_codes(request, codes, "Your authenticator app is set up.")

    def show(self, request: HttpRequest, form: Form, secret: str) -> HttpResponse:
        """Draw the page with the secret as a picture and as text."""
        adapter = get_adapter()
        address = adapter.build_totp_url(person_of(request), secret)
        groups = " ".join(secret[place : place + 4] for place in range(0, len(secret), 4))
        context: dict[str, Any] = {
            "form": form,
            "picture": picture_of(adapter.build_totp_svg(address)),
            "secret": groups,
        }
        return render(request, "settings/app.html", context)


class Proven(Page):
    """A page with one button and the proof that it needs."""

    template = ""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask."""
        return self.ask(request, ProofForm(user=person_of(request)))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Do it, with the proof."""
        form = ProofForm(request.POST, user=person_of(request))
        return self.do(request) if form.is_valid() else self.ask(request, form)

    def ask(self, request: HttpRequest, form: Form) -> HttpResponse:
        """Draw the page."""
        return render(request, self.template, {"form": form})

    def do(self, request: HttpRequest) -> HttpResponse:
        """Do what the page is for."""
        raise NotImplementedError


class RemoveApp(Proven):
    """GET, POST /settings/second-factor/app/remove/."""

    template = "settings/app_remove.html"

    def do(self, request: HttpRequest) -> HttpResponse:
        """Take the app away."""
        user = person_of(request)
        factors.remove_totp(user=user, actor=actor_of(request))
        stay(request, user)
        account_adapter().send_notification_mail("mfa/email/totp_deactivated", user)
        messages.success(request, "The authenticator app is removed.")
        return HttpResponseRedirect(reverse("settings_second_factor"))


class RecoveryCodes(Proven):
    """GET, POST /settings/second-factor/recovery-codes/: new ones, shown once."""

    template = "settings/recovery_codes.html"

    def do(self, request: HttpRequest) -> HttpResponse:
        """Make new codes and show them."""
        user = person_of(request)
        if not second_factor.has_second_factor(user):
            return HttpResponseRedirect(reverse("settings_second_factor"))
        codes = factors.renew_recovery_codes(user=user, actor=actor_of(request))
        stay(request, user)
        account_adapter().send_notification_mail("mfa/email/recovery_codes_generated", user)
        return show_codes(request, codes, "You have new recovery codes.")


def show_codes(request: HttpRequest, codes: list[str], done: str) -> HttpResponse:
    """Show recovery codes, this once; they are nowhere else."""
    if not codes:
        messages.success(request, done)
        return HttpResponseRedirect(reverse("settings_second_factor"))
    return render(request, "settings/recovery_codes_shown.html", {"codes": codes, "done": done})


def picture_of(svg: str) -> str:
    """Make a picture an address that an ``img`` can show."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode("ascii")
