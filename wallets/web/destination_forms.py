"""The form of the address book."""

import unicodedata

from django import forms

from wallets.policies import addresses
from wallets.selectors import currencies
from wallets.services.destinations import Place
from wallets.web.words import network_in_words

# People paste IBANs in groups of four, and addresses with what stood around them.
SPACES = dict.fromkeys(map(ord, " \u00a0\u2009\u202f"))


class DestinationForm(forms.Form):
    """Which money goes where, and what the place is called."""

    where = forms.ChoiceField(
        label="What leaves, and how",
        error_messages={"required": "Choose one.", "invalid_choice": "Choose one."},
    )
    address = forms.CharField(
        label="Address or IBAN",
        max_length=120,
        help_text="Copy it, do not type it. We check its checksum.",
        error_messages={"required": "Enter the address or IBAN."},
    )
    label = forms.CharField(
        label="Name",
        max_length=60,
        help_text="By which you know it, such as: my savings account.",
        error_messages={"required": "Give it a name."},
    )
    is_own = forms.BooleanField(label="It belongs to me", required=False)
    code = forms.CharField(
        label="Code from your authenticator app",
        max_length=40,
        required=False,
        help_text="Or one of your recovery codes.",
        error_messages={"required": "Enter the code."},
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        where: forms.Field = self.fields["where"]
        where.choices = places()  # type: ignore[attr-defined]
        inputs = {
            "where": {"class": "form-select"},
            "address": {"class": "form-control", "autocomplete": "off", "spellcheck": "false"},
            "label": {"class": "form-control", "autocomplete": "off"},
            "is_own": {"class": "form-check-input"},
            "code": {
                "class": "form-control",
                "autocomplete": "one-time-code",
                "inputmode": "text",
                "spellcheck": "false",
            },
        }
        for name, attributes in inputs.items():
            self.fields[name].widget.attrs.update(attributes)

    def clean_address(self) -> str:
        """Take out spaces; everything else is left to the checksum."""
        return str(self.cleaned_data["address"]).translate(SPACES)

    def clean_label(self) -> str:
        """Refuse what is no text."""
        label = str(self.cleaned_data["label"]).strip()
        if not label or any(unicodedata.category(sign) == "Cc" for sign in label):
            raise forms.ValidationError("A name is one line of text.")
        return label

    def place(self) -> Place:
        """Give what a valid form asks for."""
        currency, _, network = self.cleaned_data["where"].partition(":")
        return Place(
            label=self.cleaned_data["label"],
            currency=currency,
            network=network,
            address=self.cleaned_data["address"],
            is_own=self.cleaned_data["is_own"],
        )


def places() -> list[tuple[str, str]]:
    """List which money may leave over which network."""
    return [
        (
            f"{currency.pk}:{network}",
            f"{currency.name} ({currency.pk}), {network_in_words(network)}",
        )
        for currency in currencies.list_currencies()
        for network in addresses.networks_of(currency)
    ]
