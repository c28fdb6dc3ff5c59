"""The forms by which staff propose a fee or a limit."""

from decimal import Decimal
from typing import Any, ClassVar

from django import forms

from coinhub.approvals.models import SHORTEST_REASON
from coinhub.core.errors import DomainError
from coinhub.core.money import trimmed_text
from wallets.models import Fee, Limit
from wallets.policies import terms

Payload = dict[str, Any]


class ProposalForm(forms.ModelForm):
    """A row that is not saved but proposed; the rules are those of the use case."""

    refused: ClassVar[DomainError | None] = None
    reason = forms.CharField(
        min_length=SHORTEST_REASON, max_length=200, help_text="why; the second person reads it"
    )

    def clean(self) -> dict[str, Any]:
        """Ask the policy; constraints of the table are checked when the row is made."""
        if not self.errors:
            try:
                self.check(self.payload())
            except DomainError as refusal:
                field = refusal.members.get("field")
                self.add_error(field if field in self.fields else None, refusal.detail)
        if self.refused is not None:
            self.add_error(None, self.refused.detail)
        return dict(self.cleaned_data)

    def payload(self) -> Payload:
        """Write down what is proposed."""
        raise NotImplementedError

    def check(self, payload: Payload) -> None:
        """Refuse what cannot be."""
        raise NotImplementedError


class FeeForm(ProposalForm):
    """What a fee is made of."""

    class Meta:
        model = Fee
        fields = ("operation", "currency", "fixed", "bps", "minimum", "maximum", "valid_from")

    def payload(self) -> Payload:
        said = self.cleaned_data
        return {
            "operation": said["operation"],
            "currency": said["currency"].pk if said["currency"] else None,
            "bps": said["bps"],
            "valid_from": _moment(said["valid_from"]),
            **{name: _text(said[name]) for name in ("fixed", "minimum", "maximum")},
        }

    def check(self, payload: Payload) -> None:
        terms.check_fee(payload)


class LimitForm(ProposalForm):
    """What a limit is made of."""

    class Meta:
        model = Limit
        fields = ("name", "tier", "customer", "maximum", "valid_from", "expires_at")

    def payload(self) -> Payload:
        said = self.cleaned_data
        return {
            "name": said["name"],
            "tier": said["tier"],
            "customer": str(said["customer"].pk) if said["customer"] else None,
            "maximum": _text(said["maximum"]),
            "valid_from": _moment(said["valid_from"]),
            "expires_at": _moment(said["expires_at"]),
        }

    def check(self, payload: Payload) -> None:
        terms.check_limit({**payload, "reason": self.cleaned_data["reason"]})


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else trimmed_text(amount)


def _moment(moment: Any) -> str | None:
    return None if moment is None else str(moment.isoformat())
