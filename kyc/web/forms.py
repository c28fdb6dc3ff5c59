"""Forms of the identity pages."""

from typing import Any

from django import forms
from django.utils import timezone

from kyc import persons
from kyc.countries import COUNTRIES
from kyc.models.details import IdKind
from kyc.services.cases import Person

TIERS = [("1", "Standard"), ("2", "Higher limits: also proof of address and tax number")]
TEXT = {"class": "form-control"}
COUNTRY_CHOICES = [("", "Choose"), *sorted(COUNTRIES.items(), key=lambda item: item[1])]


def line(label: str, name: str, *, required: bool = True, **attributes: str) -> forms.CharField:
    """Make a field of one line of text."""
    return forms.CharField(
        label=label,
        max_length=persons.LONGEST[name],
        required=required,
        widget=forms.TextInput(attrs={**TEXT, **attributes}),
        error_messages={"required": "Please fill this in."},
    )


class RaiseForm(forms.Form):
    """What a customer with tier 1 says when asking for tier 2."""

    source_of_funds = line("Where does your money come from?", "source_of_funds")

    def clean_source_of_funds(self) -> str:
        """Check it by the rule of persons."""
        said: str = self.cleaned_data["source_of_funds"]
        problem = persons.line_problem(said)
        if problem is not None:
            raise forms.ValidationError(problem)
        return said


class DetailsForm(forms.Form):
    """Who the customer says to be."""

    full_name = line("Full name, as in your document", "full_name", autocomplete="name")
    birth_date = forms.DateField(
        label="Date of birth",
        widget=forms.DateInput(attrs={**TEXT, "type": "date", "autocomplete": "bday"}),
        error_messages={"required": "Please fill this in.", "invalid": "Please check the date."},
    )
    street = line("Street and number", "street", autocomplete="street-address")
    city = line("Town or city", "city", autocomplete="address-level2")
    postcode = line("Postcode", "postcode", autocomplete="postal-code")
    country = forms.ChoiceField(
        label="Country",
        choices=COUNTRY_CHOICES,
        widget=forms.Select(attrs={"class": "form-select", "autocomplete": "country"}),
        error_messages={"required": "Choose a country."},
    )
    tax_id = line("Tax number (or social security number)", "tax_id", autocomplete="off")
    id_kind = forms.ChoiceField(
        label="Which document will you show?",
        choices=IdKind.choices,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    tier = forms.ChoiceField(
        label="Which limits do you need?",
        choices=TIERS,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    source_of_funds = forms.CharField(
        label="Where does your money come from?",
        max_length=persons.LONGEST["source_of_funds"],
        required=False,
        help_text="Needed for higher limits only: for example wages, savings, sale of a house.",
        widget=forms.TextInput(attrs=TEXT),
    )
    consent = forms.BooleanField(
        label="CoinHub may use this to check my identity, and keep it as the law demands.",
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
        error_messages={"required": "Without your consent we cannot check your identity."},
    )

    def __init__(self, *args: Any, held: int = 0, **named: Any) -> None:
        super().__init__(*args, **named)
        tier = self.fields["tier"]
        assert isinstance(tier, forms.ChoiceField)  # noqa: S101  # it is declared above
        tier.choices = [choice for choice in TIERS if int(choice[0]) > held]

    def clean(self) -> dict[str, Any]:
        """Check each field by the rules of persons."""
        cleaned: dict[str, Any] = super().clean() or {}
        for name in ("street", "city", "postcode", "tax_id", "source_of_funds"):
            self._note(name, persons.line_problem(cleaned.get(name) or ""))
        if "full_name" in cleaned:
            self._note("full_name", persons.name_problem(cleaned["full_name"]))
        if cleaned.get("birth_date"):
            today = timezone.now().date()
            self._note("birth_date", persons.birth_problem(cleaned["birth_date"], today))
        if cleaned.get("tier") == "2" and not cleaned.get("source_of_funds"):
            self._note("source_of_funds", "Please say where your money comes from.")
        return cleaned

    def _note(self, name: str, problem: str | None) -> None:
        if problem is not None and not self.has_error(name):
            self.add_error(name, problem)

    def person(self) -> Person:
        """Give what a valid form says."""
        said = self.cleaned_data
        return Person(
            full_name=said["full_name"],
            birth_date=said["birth_date"],
            street=said["street"],
            city=said["city"],
            postcode=said["postcode"],
            country=said["country"],
            tax_id=said["tax_id"],
            id_kind=said["id_kind"],
            source_of_funds=said["source_of_funds"],
        )
