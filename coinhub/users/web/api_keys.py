"""API keys on pages: see them, make one (with the second factor if it may move money), end one."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from coinhub.core.errors import DomainError, NotYours
from coinhub.core.ids import as_uuid
from coinhub.core.requests import actor_of
from coinhub.users.selectors.api_keys import list_keys
from coinhub.users.services import api_keys, key_pauses
from coinhub.users.services.confirmations import SecondFactorNeeded, StepUpRequired
from coinhub.users.web.confirmations import REFUSED, confirmed, facts_in_words
from coinhub.users.web.key_forms import SCOPES, CodeForm, KeyForm
from coinhub.users.web.settings import person_of
from coinhub.web.pages import Page, refusals_on

WORDS = {
    SecondFactorNeeded.code: "A key that may move money needs a second factor. Set one up first.",
    "CONFIRMATION_ENDED": "That took too long. Please review the key again.",
}


class ApiKeys(Page):
    """GET, POST /settings/api-keys/: the keys of my programs; end one."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them."""
        names = dict(SCOPES)
        rows = [
            {"key": row, "scopes": [names[scope] for scope in row.scopes]}
            for row in list_keys(person_of(request))
        ]
        return render(request, "settings/api_keys.html", {"rows": rows})

    def post(self, request: HttpRequest) -> HttpResponse:
        """End the one that is named; somebody else's is not found."""
        named = as_uuid(request.POST.get("key", ""))
        if named is None:
            raise NotYours
        api_keys.revoke(user=person_of(request), public_id=named, actor=actor_of(request))
        messages.success(request, "The key is revoked. Whoever holds it can do nothing with it.")
        return redirect("settings_api_keys")


class NewApiKey(Page):
    """GET, POST /settings/api-keys/new/: a form, the second factor if needed, the key once."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form."""
        return show(request, KeyForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Go back, ask for the second factor, or make the key."""
        form = KeyForm(request.POST)
        if request.POST.get("step") == "change" or not form.is_valid():
            return show(request, form, REFUSED if form.errors else 200)
        challenge = as_uuid(request.POST.get("challenge", ""))
        if challenge is not None:
            code = CodeForm(request.POST)
            if not code.is_valid() or not confirmed(request, code, challenge):
                return self.unconfirmed(request, form, code, challenge)
        return self.make(request, form, challenge)

    def make(self, request: HttpRequest, form: KeyForm, challenge: UUID | None) -> HttpResponse:
        """Make the key and show its text, or ask for the code that it needs."""
        needed: list[StepUpRequired] = []

        def words(refusal: DomainError) -> tuple[str | None, str]:
            if isinstance(refusal, StepUpRequired):
                needed.append(refusal)
            return field_of(refusal), WORDS.get(refusal.code) or problem_of(refusal)

        with refusals_on(form, words):
            row, text = api_keys.create(
                user=person_of(request),
                wish=form.wish(),
                confirmation_id=challenge,
                actor=actor_of(request),
            )
            return render(request, "settings/api_key_shown.html", {"key": row, "text": text})
        if needed:
            return ask(request, form, CodeForm(), needed[0].members["challenge_id"])
        return show(request, form, REFUSED)

    def unconfirmed(
        self, request: HttpRequest, form: KeyForm, code: CodeForm, challenge: UUID
    ) -> HttpResponse:
        """Ask for the code again, unless what it was for is over."""
        if code.has_error("code"):
            return ask(request, form, code, challenge, REFUSED)
        form.add_error(None, WORDS["CONFIRMATION_ENDED"])
        return show(request, form, REFUSED)


class ResumeApiKey(Page):
    """GET, POST /settings/api-keys/{id}/resume/: let a suspended key go on, with the factor."""

    def get(self, request: HttpRequest, key_id: UUID) -> HttpResponse:
        """Show which key it is, and ask."""
        return self.resume(request, key_id, None)

    def post(self, request: HttpRequest, key_id: UUID) -> HttpResponse:
        """Confirm, and let it go on."""
        challenge, code = as_uuid(request.POST.get("challenge", "")), CodeForm(request.POST)
        if challenge is None or not code.is_valid() or not confirmed(request, code, challenge):
            return self.resume(request, key_id, None, code, REFUSED)
        return self.resume(request, key_id, challenge)

    def resume(
        self,
        request: HttpRequest,
        key_id: UUID,
        challenge: UUID | None,
        code: CodeForm | None = None,
        status: int = 200,
    ) -> HttpResponse:
        """Let it go on, or show what is to be confirmed first."""
        try:
            key = key_pauses.resume(
                user=person_of(request),
                public_id=key_id,
                confirmation_id=challenge,
                actor=actor_of(request),
            )
        except StepUpRequired as needed:
            context = {
                "code": code or CodeForm(),
                "challenge": needed.members["challenge_id"],
                "facts": facts_in_words(needed.members["facts"]),
            }
            return render(request, "settings/api_key_resume.html", context, status=status)
        messages.success(request, f"{key.label} works again.")
        return redirect("settings_api_keys")


def field_of(refusal: DomainError) -> str | None:
    """Give the field at which a refusal stands."""
    pointers = [place["pointer"].strip("/") for place in refusal.members.get("errors", ())]
    return pointers[0] if pointers and pointers[0] in KeyForm.base_fields else None


def problem_of(refusal: DomainError) -> str:
    """Give the words of a refusal, those of the field if there is one."""
    details = [place["detail"] for place in refusal.members.get("errors", ())]
    return f"{details[0].capitalize()}." if details else refusal.detail


def ask(
    request: HttpRequest, form: KeyForm, code: CodeForm, challenge: UUID, status: int = 200
) -> HttpResponse:
    """Show what the key will be able to do, and ask for the code."""
    wish = api_keys.require_sound(form.wish())
    context = {
        "form": form,
        "code": code,
        "challenge": challenge,
        "facts": facts_in_words(api_keys.facts_of(wish)),
    }
    return render(request, "settings/api_key_confirm.html", context, status=status)


def show(request: HttpRequest, form: KeyForm, status: int = 200) -> HttpResponse:
    """Show the form with all that was typed."""
    return render(request, "settings/api_key_new.html", {"form": form}, status=status)
