"""What the forms of the back office ask again and again, and how a form is sent once only."""

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.http import HttpRequest

from coinhub.approvals.models import SHORTEST_REASON, Approval
from coinhub.events.deeds import DeedForm
from wallets.ledger.request import Answer, MoneyRequest
from wallets.services import proposals

LONGEST_REASON = 500
KEPT = 201


def reason_field(shortest: int = SHORTEST_REASON) -> forms.CharField:
    """Ask why; the second person and the audit trail read it."""
    return forms.CharField(
        label=f"Reason, at least {shortest} characters",
        min_length=shortest,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


def amount_field(label: str = "Amount") -> forms.CharField:
    """Ask for an amount as it is written on the wire; the use case knows the decimals."""
    return forms.CharField(
        label=label,
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )


def as_choices(names: Iterable[str]) -> list[tuple[str, str]]:
    """Offer names with spaces for their underscores."""
    return [(name, name.replace("_", " ")) for name in names]


def told_once(request: HttpRequest, form: DeedForm, propose: Callable[[], Approval]) -> Approval:
    """Propose what a filled-in form says, once however often it is sent.

    Raises: what the proposal is refused for.
    """
    sent = repr(sorted((key, value) for key, value in request.POST.items() if key != CSRF))
    once: Any = form.cleaned_data["once"]
    named = MoneyRequest(
        caller=request.user.pk,  # type: ignore[arg-type]  # staff are people
        key=f"office-{once}",
        fingerprint=hashlib.sha256(f"{request.path}\n{sent}".encode()).digest(),
    )
    if once is None:
        return propose()
    told, _ = proposals.propose_once(
        request=named, propose=propose, answer=lambda made: Answer(KEPT, f'{{"id": {made.pk}}}')
    )
    return Approval.objects.get(pk=int(told.body.removeprefix('{"id": ').removesuffix("}")))


CSRF = "csrfmiddlewaretoken"
