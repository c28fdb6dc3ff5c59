"""Forms of the customer's pages."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet

from coinhub.core.money import Money
from coinhub.web.pages import refusals_on
from wallets.models import Wallet
from wallets.templatetags.money import money
from wallets.web.words import refusal_in_words

# People paste amounts as pages show them, with thin or other spaces between groups.
SPACES = re.compile("[ \u00a0\u2009\u202f]")


CODE_INPUT = {
    "class": "form-control",
    "autocomplete": "one-time-code",
    "inputmode": "text",
    "spellcheck": "false",
}


class WalletChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # not at run time
    """One of the customer's own wallets, shown with what can be spent from it."""

    def label_from_instance(self, obj: Any) -> str:
        """Name currency and available balance."""
        return f"{obj.currency.name}: {money(obj.available, obj)} available"


@dataclass(frozen=True, slots=True)
class Payment:
    """What a send form asks for, in domain types."""

    payer: Wallet
    to: str
    amount: Money
    note: str


class SendForm(forms.Form):
    """Who gets how much from which wallet."""

    to = forms.CharField(
        label="To",
        max_length=254,
        help_text="The e-mail or wallet id of the recipient.",
        error_messages={"required": "Say who gets the money."},
    )
    amount = forms.CharField(
        label="Amount",
        max_length=60,
        error_messages={"required": "Say how much."},
    )
    wallet = WalletChoice(
        label="From",
        queryset=Wallet.objects.none(),
        to_field_name="public_id",
        empty_label=None,
        error_messages={"required": "Choose a wallet.", "invalid_choice": "Choose a wallet."},
    )
    note = forms.CharField(
        label="Note", max_length=140, required=False, help_text="You and the recipient see it."
    )

    code = forms.CharField(
        label="Code from your authenticator app",
        max_length=40,
        required=False,
        help_text="Or one of your recovery codes.",
    )

    def __init__(self, *args: Any, wallets: QuerySet[Wallet], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["wallet"].queryset = wallets  # type: ignore[attr-defined]
        self.has_wallets = wallets.exists()
        inputs = {
            "to": {"class": "form-control", "autocomplete": "off", "spellcheck": "false"},
            "amount": {
                "class": "form-control amount-input",
                "inputmode": "decimal",
                "autocomplete": "off",
                "placeholder": "0.00",
            },
            "wallet": {"class": "form-select"},
            "note": {"class": "form-control", "autocomplete": "off"},
            "code": CODE_INPUT,
        }
        for name, attributes in inputs.items():
            self.fields[name].widget.attrs.update(attributes)

    def clean_amount(self) -> str:
        """Take out the spaces between groups of digits; everything else is left to ``Money``."""
        return SPACES.sub("", str(self.cleaned_data["amount"]))

    def clean_note(self) -> str:
        """Refuse what is no text; the recipient's programs read the note too."""
        note = str(self.cleaned_data["note"])
        if any(unicodedata.category(sign) == "Cc" for sign in note):
            raise forms.ValidationError("A note is one line of text.")
        return note

    def clean(self) -> dict[str, Any]:
        """Read the amount by the rules of the wallet's currency."""
        cleaned: dict[str, Any] = super().clean() or {}
        wallet, text = cleaned.get("wallet"), cleaned.get("amount")
        if wallet is not None and text:
            with refusals_on(self, lambda refusal: refusal_in_words(refusal, wallet)):
                amount = Money.parse(text, wallet.currency_id, wallet.decimals)
                amount.require_positive()
                cleaned["money"] = amount
        return cleaned

    def payment(self) -> Payment:
        """Give what a valid form asks for."""
        cleaned = self.cleaned_data
        return Payment(
            payer=cleaned["wallet"],
            to=cleaned["to"].strip(),
            amount=cleaned["money"],
            note=cleaned["note"].strip(),
        )


class RefundForm(forms.Form):
    """How much of a payment goes back."""

    amount = forms.CharField(
        label="Amount", max_length=60, error_messages={"required": "Say how much."}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].widget.attrs.update(
            {"class": "form-control amount-input", "inputmode": "decimal", "autocomplete": "off"}
        )

    def clean_amount(self) -> str:
        """Take out the spaces between groups of digits; everything else is left to ``Money``."""
        return SPACES.sub("", str(self.cleaned_data["amount"]))
