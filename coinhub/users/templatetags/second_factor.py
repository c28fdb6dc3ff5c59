"""The one field at which a second factor is proved: a passkey by a button, a code by typing it."""

from typing import Any
from uuid import UUID

from django import template
from django.forms import BoundField
from django.http import HttpRequest

from coinhub.users.models import Confirmation, User
from coinhub.users.services import confirmations, passkeys, second_factor, staff_factor
from coinhub.users.web import office_proof
from coinhub.users.web.shown import host_of

register = template.Library()


@register.inclusion_tag("parts/second_factor.html", takes_context=True)
def second_factor_for(context: Any, field: BoundField, challenge: UUID | str) -> dict[str, Any]:
    """Ask for the second factor of one confirmation, by whatever the person has."""
    request: HttpRequest = context["request"]
    options = _options(request, challenge)
    if options is not None and not second_factor.has_totp(request.user):  # type: ignore[arg-type]
        field.label = "Or a recovery code"
        field.help_text = "If your passkey is not at hand."
    return {"field": field, "options": options, "data_id": f"passkey-{challenge}"}


def _options(request: HttpRequest, challenge: UUID | str) -> dict[str, Any] | None:
    user = request.user
    if not isinstance(user, User):
        return None
    asked = Confirmation.objects.filter(pk=challenge, user=user).first()
    if asked is None:
        return None
    return passkeys.options_for(user, confirmations.passkey_challenge(asked), host_of(request))


@register.inclusion_tag("admin/prove_again.html", takes_context=True)
def prove_again(context: Any, place: str = "") -> dict[str, Any]:
    """Ask for the second factor in a form of the back office, unless it was proved just now.

    ``place`` tells the forms of one page apart.
    """
    request: HttpRequest = context["request"]
    user = request.user
    if not isinstance(user, User) or not office_proof.is_needed(request):
        return {"is_needed": False}
    return {
        "is_needed": True,
        "takes_code": staff_factor.counts(user, second_factor.TOTP),
        "options": office_proof.options_for(request, user),
        "data_id": f"passkey-{place or 'form'}",
        "code_name": office_proof.CODE,
        "credential_name": office_proof.CREDENTIAL,
    }
