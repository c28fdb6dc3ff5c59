"""What people write about themselves: one rule for the page and the API."""

import unicodedata
from datetime import date

from kyc.countries import COUNTRIES

ADULT_YEARS, OLDEST_YEARS = 18, 120
LONGEST = {
    "full_name": 120,
    "street": 200,
    "city": 100,
    "postcode": 16,
    "tax_id": 40,
    "source_of_funds": 500,
}


def line_problem(text: str) -> str | None:
    """Say what is wrong with a line of text."""
    if any(unicodedata.category(sign) in ("Cc", "Cs", "Co") for sign in text):
        return "Only letters, digits and signs, please."
    return None


def name_problem(text: str) -> str | None:
    """Say what is wrong with a name; there is little that is not one somewhere."""
    if not any(sign.isalpha() for sign in text):
        return "Write the name as it stands in your document."
    return line_problem(text)


def birth_problem(born: date, today: date) -> str | None:
    """Say what is wrong with a birth date."""
    had_birthday = (today.month, today.day) >= (born.month, born.day)
    years = today.year - born.year - (0 if had_birthday else 1)
    if born >= today or years > OLDEST_YEARS:
        return "Please check the date."
    if years < ADULT_YEARS:
        return "You have to be 18 or older."
    return None


def country_problem(code: str) -> str | None:
    """Say what is wrong with a country's code."""
    return None if code in COUNTRIES else "Choose a country."
