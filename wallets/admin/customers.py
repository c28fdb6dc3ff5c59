"""Customers as the forms of the back office ask for them: by e-mail, reference or id."""

from typing import Any

from django import forms

from coinhub.core.ids import as_uuid
from coinhub.users.models import User


class CustomerField(forms.CharField):
    """Give the one customer that somebody typed."""

    def clean(self, value: Any) -> Any:
        """Find the customer; staff have no wallets and are none."""
        typed = super().clean(value).strip()
        if not typed:
            return None
        key = as_uuid(typed)
        people = User.objects.filter(is_staff=False)
        found = (
            people.filter(pk=key)
            if key
            else people.filter(email=typed.lower()) | people.filter(external_ref=typed)
        )
        customer = found.first()
        if customer is None:
            raise forms.ValidationError("There is no such customer.")
        return customer


def customer_field(help_text: str = "", *, required: bool = True) -> CustomerField:
    """Ask for a customer."""
    return CustomerField(
        label="Customer: e-mail, reference or id",
        max_length=254,
        required=required,
        help_text=help_text,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
