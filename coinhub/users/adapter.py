"""How allauth behaves here."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-up is closed: staff and the demo make people."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse to let strangers make an account."""
        return False
