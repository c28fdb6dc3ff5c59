"""The forms of API keys and of confirmations."""

from django import forms

from coinhub.core.errors import AmountInvalid
from coinhub.core.money import Money
from coinhub.users.models import ApiKey
from coinhub.users.services import api_keys
from coinhub.users.services.api_keys import CENTS, Wish
from coinhub.users.web.proof import CodeField

Scope = ApiKey.Scope
SCOPES = (
    (Scope.READ.value, "See wallets, payments and statements"),
    (Scope.TRANSFER.value, "Pay other customers"),
    (Scope.WITHDRAW.value, "Keep the address book and withdraw"),
    (Scope.TRADE.value, "Trade"),
)
DAYS = (("30", "30 days"), ("90", "90 days"), ("365", "One year"), ("0", "Until I revoke it"))


class KeyForm(forms.Form):
    """What a key may do, from where, how long, and how much it may move in a day."""

    label = forms.CharField(
        label="Name",
        max_length=api_keys.LONGEST_LABEL,
        help_text="By which you know the program, such as: shop.",
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label="It may",
        choices=SCOPES,
        initial=[Scope.READ.value],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        error_messages={"required": "Choose at least one."},
    )
    days = forms.ChoiceField(
        label="It ends after",
        choices=DAYS,
        initial="90",
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    networks = forms.CharField(
        label="Only from these addresses",
        required=False,
        max_length=1000,
        help_text="One a line: 192.0.2.7 or 192.0.2.0/24. Empty: from everywhere.",
        widget=forms.Textarea(
            attrs={"class": "form-control", "rows": 3, "spellcheck": "false", "autocomplete": "off"}
        ),
    )
    spend_cap_usd = forms.CharField(
        label="At most, in dollars within 24 hours",
        required=False,
        max_length=24,
        help_text="With this and a list of addresses, its payments need no code from you.",
        widget=forms.TextInput(
            attrs={"class": "form-control", "inputmode": "decimal", "autocomplete": "off"}
        ),
    )

    def clean_spend_cap_usd(self) -> Money | None:
        """Read the cap as dollars and cents."""
        text = str(self.cleaned_data["spend_cap_usd"]).strip()
        if not text:
            return None
        try:
            money = Money.parse(text, "USD", CENTS)
            money.require_positive()
        except AmountInvalid:
            raise forms.ValidationError("An amount such as 250.00.") from None
        return money

    def wish(self) -> Wish:
        """Give what a valid form asks for."""
        wanted, cap = self.cleaned_data, self.cleaned_data["spend_cap_usd"]
        return Wish(
            label=wanted["label"],
            scopes=wanted["scopes"],
            networks=wanted["networks"].split(),
            days=int(wanted["days"]) or None,
            spend_cap_usd=cap.amount if cap else None,
        )


class CodeForm(forms.Form):
    """The code for one operation."""

    code = CodeField()

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        attributes = self.fields["code"].widget.attrs
        attributes["class"] = "form-control"
        attributes.pop("autofocus", None)  # there may be several on one page
        # Who uses a passkey types none.
        self.fields["code"].required = not self.data.get("credential")
