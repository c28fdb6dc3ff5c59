"""Rules for passwords beside Django's: common words in disguise, our own, more signs for staff."""

import string

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

WORDS = (
    "coinhub", "wallet", "bitcoin", "ethereum", "crypto", "password", "welcome", "letmein",
    "iloveyou", "qwerty", "abc123", "123456", "admin",
)  # fmt: skip
DECORATION = string.digits + string.punctuation + string.whitespace
DISGUISES = tuple(
    str.maketrans("@$" + digits, "as" + letters)
    for digits, letters in (("01345789!", "oleastbgi"), ("01345789!", "oieastbgl"))
)
LEAST_BESIDE = 8  # signs that are left when these words are taken out
LEAST_OF_STAFF = 15


class CommonWordValidator(CommonPasswordValidator):
    """Refuses the 20,000 passwords used most, also with other signs around and digits for letters.

    The list is Django's and is read from the disk; no password is sent anywhere.
    """

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        """Refuse a password that is one common word, however it is dressed up."""
        bare = password.lower().strip()
        core = bare.strip(DECORATION)
        forms = {bare, core, *(core.translate(table) for table in DISGUISES)}
        if any(form and form in self.passwords for form in forms):
            raise ValidationError(self.get_error_message(), code="password_too_common")


class ProductWordsValidator:
    """Refuses passwords that are mostly made of words which everybody tries here first."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        """Refuse when little is left without those words."""
        rest = password.lower()
        for word in WORDS:
            rest = rest.replace(word, "")
        if len(rest) < min(LEAST_BESIDE, len(password)):
            raise ValidationError(
                "This password is mostly made of words that are tried first here.",
                code="password_of_product_words",
            )

    def get_help_text(self) -> str:
        """Say the rule."""
        return "Words such as coinhub or wallet do not count."


class StaffLengthValidator:
    """Asks more signs of members of staff."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        """Refuse what is short for a member of staff."""
        if getattr(user, "is_staff", False) and len(password) < LEAST_OF_STAFF:
            raise ValidationError(
                f"Members of staff need at least {LEAST_OF_STAFF} characters.",
                code="password_short_for_staff",
            )

    def get_help_text(self) -> str:
        """Say the rule."""
        return f"Members of staff need at least {LEAST_OF_STAFF} characters."
