"""What a request shows of a second factor, and from which place."""

import json
from typing import Any

from django.http import HttpRequest

from coinhub.users import devices
from coinhub.users.models import User
from coinhub.users.services.proofs import SIGNED_IN, STRANGER, Proof

LONGEST_CREDENTIAL = 8192  # signs


def proof_in(request: HttpRequest, user: User) -> Proof:
    """Give what a form was sent with: ``code``, or what a passkey signed as ``credential``."""
    sent = request.POST.get("credential", "")
    return Proof(
        code=request.POST.get("code", ""),
        credential=read_credential(sent) if sent else None,
        host=host_of(request),
        place=place_of(request, user),
    )


def read_credential(text: str) -> dict[str, Any]:
    """Read a credential; what cannot be read is one without members, which is refused."""
    try:
        found = json.loads(text) if len(text) <= LONGEST_CREDENTIAL else {}
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def place_of(request: HttpRequest, user: User) -> str:
    """Name the place a code comes from: a known device, what is signed in, or any other."""
    device = devices.known_device(request, user.email or "")
    if device is not None:
        return f"device {device}"
    person = getattr(request, "user", None)
    return SIGNED_IN if getattr(person, "pk", None) == user.pk else STRANGER


def host_of(request: HttpRequest) -> str:
    """Give the host to which passkeys of this site belong."""
    return request.get_host().partition(":")[0]
