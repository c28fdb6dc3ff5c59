"""What staff fill in about a person's access."""

from typing import Any

from django import forms

from coinhub.approvals.models import SHORTEST_REASON
from coinhub.users import roles

MEANING = {
    roles.OPERATIONS: "operations: money, approvals, people",
    roles.KYC: "kyc: identity cases",
    roles.AUDITOR: "auditor: sees everything, changes nothing",
}
CHOICES = [(name, MEANING.get(name, name)) for name in roles.GROUPS]


def _reason() -> forms.CharField:
    return forms.CharField(
        label=f"Reason, at least {SHORTEST_REASON} characters",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ReasonForm(forms.Form):
    """Why."""

    reason = _reason()


class RolesForm(forms.Form):
    """Which roles from then on, and why."""

    roles = forms.MultipleChoiceField(
        label="Roles from then on",
        choices=CHOICES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    reason = _reason()


class InviteForm(forms.Form):
    """Whom to invite, as what, and why."""

    email = forms.EmailField(label="E-mail")
    name = forms.CharField(label="Name", max_length=150)
    roles = forms.MultipleChoiceField(
        label="Roles, once a second person has approved them",
        choices=CHOICES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    reason = _reason()


class NoForm(forms.Form):
    """Nothing to fill in: the button says it."""


def prefixed(
    kind: type[forms.Form], verb: str, data: Any = None, *, initial: dict[str, Any] | None = None
) -> forms.Form:
    """Make a form whose fields have ids of their own: several stand on one page."""
    return kind(data, auto_id=f"{verb}-%s", initial=initial)
