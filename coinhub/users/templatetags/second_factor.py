"""The one field at which a second factor is proved: a passkey by a button, a code by typing it."""

from typing import Any
from uuid import UUID

from django import template
from django.forms import BoundField
from django.http import HttpRequest

from coinhub.users.models import Confirmation, User
from coinhub.users.services import confirmations, passkeys, second_factor
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
