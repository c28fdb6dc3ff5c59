"""The form of a withdrawal."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet

from coinhub.core.money import Money
from coinhub.web.pages import refusals_on
from wallets.models import Destination, Wallet, Withdrawal
from wallets.services.withdrawal_plans import Wish
from wallets.web.forms import SPACES
from wallets.web.words import network_in_words, refusal_in_words


class DestinationChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # not at run time
    """One of the customer's own addresses."""

    def label_from_instance(self, obj: Any) -> str:
        """Name currency, place and address."""
        waits = " (new, waits)" if obj.status == Destination.Status.PENDING else ""
        place = f"{obj.label}, {network_in_words(obj.network)}, {obj.masked}"
        return f"{obj.currency_id}: {place}{waits}"


@dataclass(frozen=True, slots=True)
class Leaving:
    """What a withdrawal form asks for, in domain types; ``wallet`` is where it comes from."""

    wish: Wish
    destination: Destination
    wallet: Wallet | None


class WithdrawForm(forms.Form):
    """How much goes to which address."""

    destination = DestinationChoice(
        label="To",
        queryset=Destination.objects.none(),
        to_field_name="public_id",
        empty_label=None,
        error_messages={"required": "Choose one.", "invalid_choice": "Choose one."},
    )
    amount = forms.CharField(
        label="Amount", max_length=60, error_messages={"required": "Say how much."}
    )
    inside = forms.BooleanField(label="Take the fee out of the amount", required=False)
    code = forms.CharField(
        label="Code from your authenticator app",
        max_length=40,
        required=False,
        help_text="Or one of your recovery codes.",
    )

    def __init__(
        self,
        *args: Any,
        places: QuerySet[Destination],
        wallets: QuerySet[Wallet],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["destination"].queryset = places  # type: ignore[attr-defined]
        self.has_places = places.exists()
        self.wallets = {wallet.currency_id: wallet for wallet in wallets}
        inputs = {
            "destination": {"class": "form-select"},
            "amount": {
                "class": "form-control amount-input",
                "inputmode": "decimal",
                "autocomplete": "off",
                "placeholder": "0.00",
            },
            "inside": {"class": "form-check-input"},
            "code": {
                "class": "form-control",
                "autocomplete": "one-time-code",
                "spellcheck": "false",
            },
        }
        for name, attributes in inputs.items():
            self.fields[name].widget.attrs.update(attributes)

    def clean_amount(self) -> str:
        """Take out the spaces between groups of digits; everything else is left to ``Money``."""
        return SPACES.sub("", str(self.cleaned_data["amount"]))

    def clean(self) -> dict[str, Any]:
        """Read the amount by the rules of the address's currency."""
        cleaned: dict[str, Any] = super().clean() or {}
        place, text = cleaned.get("destination"), cleaned.get("amount")
        if place is not None and text:
            wallet = self.wallets.get(place.currency_id)
            with refusals_on(self, lambda refusal: refusal_in_words(refusal, wallet)):
                amount = Money.parse(text, place.currency_id, place.currency.decimals)
                amount.require_positive()
                cleaned["money"] = amount
        return cleaned

    def leaving(self) -> Leaving:
        """Give what a valid form asks for."""
        cleaned = self.cleaned_data
        place: Destination = cleaned["destination"]
        mode = Withdrawal.FeeMode.INSIDE if cleaned["inside"] else Withdrawal.FeeMode.ON_TOP
        wish = Wish(cleaned["money"], place.public_id, mode.value)
        return Leaving(wish, place, self.wallets.get(place.currency_id))
