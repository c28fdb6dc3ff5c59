"""IBAN: the account's country, two check digits, and the number as its country writes it."""

import re

# What follows the check digits, by country: how many (n) digits, (a) letters, (c) of either.
# Source: SWIFT IBAN registry; ISO 13616.
STRUCTURES = {
    "AD": "4n4n12c",
    "AE": "3n16n",
    "AL": "8n16c",
    "AT LT": "5n11n",
    "AX FI": "3n11n",
    "AZ": "4a20c",
    "BA": "3n3n8n2n",
    "BE": "3n7n2n",
    "BG": "4a4n2n8c",
    "BH": "4a14c",
    "BI DJ MR": "5n5n11n2n",
    "BL FR GF GP MC MF MQ NC PF PM RE TF WF YT": "5n5n11c2n",
    "BR": "8c5n10n1c1c",
    "BY": "4c4n16c",
    "CH LI": "5n12c",
    "CR": "4n14n",
    "CY": "3n5n16c",
    "CZ": "4n16n",
    "DE": "8n10n",
    "DK FO GL": "4n9n1n",
    "DO": "4c20n",
    "EE": "2n14n",
    "EG": "4n4n17n",
    "ES": "4n4n1n1n10n",
    "FK": "2a12n",
    "GB GG IE IM JE": "4a6n8n",
    "GE": "2a16n",
    "GI": "4a15c",
    "GR": "3n4n16c",
    "GT": "4c20c",
    "HN NI SV": "4a20n",
    "HR": "7n10n",
    "HU": "3n4n1n15n1n",
    "IL": "3n3n13n",
    "IQ": "4a3n12n",
    "IS": "4n2n6n10n",
    "IT SM": "1a5n5n12c",
    "JO YE": "4a4n18c",
    "KW": "4a22c",
    "KZ LU": "3n13c",
    "LB": "4n20c",
    "LC": "4a24c",
    "LV": "4a13c",
    "LY": "3n3n15n",
    "MD": "2c18c",
    "ME RS": "3n13n2n",
    "MK": "3n10c2n",
    "MN": "4n12n",
    "MT": "4a5n18c",
    "MU": "4a2n2n12n3n3a",
    "NL": "4a10n",
    "NO": "4n6n1n",
    "OM": "3n16c",
    "PK RO": "4a16c",
    "PL": "8n16n",
    "PS QA": "4a21c",
    "PT ST": "4n4n11n2n",
    "RU": "9n5n15c",
    "SA": "2n18c",
    "SC": "4a2n2n16n3a",
    "SD": "2n12n",
    "SE": "3n16n1n",
    "SI": "5n8n2n",
    "SK": "4n6n10n",
    "SO": "4n3n12n",
    "TL": "3n14n2n",
    "TN": "2n3n13n2n",
    "TR": "5n1n16c",
    "UA": "6n19c",
    "VA": "3n15n",
    "VG": "4a16n",
    "XK": "4n10n2n",
}
SIGNS = {"n": "[0-9]", "a": "[A-Z]", "c": "[0-9A-Z]"}
MOST_SIGNS = 34


def decode(text: str) -> tuple[str, str]:
    """Give the country and the whole number, without spaces and in capital letters.

    Raises: ValueError.
    Source: ISO 13616, ISO 7064 (modulus 97).
    """
    number = text.replace(" ", "").upper()
    if not text.isascii() or len(number) > MOST_SIGNS:
        raise ValueError("its form is wrong")
    country, digits = number[:2], number[2:4]
    if country not in _FORMS:
        raise ValueError("no country begins so")
    if not _FORMS[country].fullmatch(number[4:]):
        raise ValueError("an account of that country is written differently")
    if not re.fullmatch("[0-9]{2}", digits) or not 2 <= int(digits) <= 98:
        raise ValueError("its check digits are wrong")
    if int("".join(str(int(sign, 36)) for sign in number[4:] + number[:4])) % 97 != 1:
        raise ValueError("its check digits are wrong")
    return country, number


def _form(structure: str) -> re.Pattern[str]:
    parts = re.findall("([0-9]+)([nac])", structure)
    return re.compile("".join(f"{SIGNS[kind]}{{{count}}}" for count, kind in parts))


_FORMS = {
    country: _form(structure)
    for countries, structure in STRUCTURES.items()
    for country in countries.split()
}
