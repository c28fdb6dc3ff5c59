"""Rules for passwords beside Django's: the words of this product, and more signs for staff."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError

WORDS = (
    "coinhub", "wallet", "bitcoin", "ethereum", "crypto", "password", "welcome", "letmein",
    "iloveyou", "qwerty", "abc123", "123456", "admin",
)  # fmt: skip
LEAST_BESIDE = 8  # signs that are left when these words are taken out
LEAST_OF_STAFF = 15


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
