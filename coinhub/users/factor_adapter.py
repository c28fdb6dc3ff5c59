"""How allauth's second factors behave here."""

import base64

from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth.base_user import AbstractBaseUser

from coinhub.core import vault

PURPOSE = "users.second_factor"


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of factors are sealed with keys outside the database."""

    def encrypt(self, text: str) -> str:
        """Seal a secret; the column takes text."""
        return base64.b64encode(vault.seal(text.encode(), purpose=PURPOSE)).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        """Open a secret."""
        return vault.unseal(base64.b64decode(encrypted_text), purpose=PURPOSE).decode()

    def _get_site_name(self) -> str:
        return "CoinHub"

    def _get_user_identifier(self, user: AbstractBaseUser) -> str:
        return str(user)
