"""How allauth behaves here."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from coinhub.core.requests import address_of


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-up is closed: staff and the demo make people. Addresses are read as everywhere here."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse to let strangers make an account."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Count failed sign-ins by the client and not by the proxy that all clients share."""
        return address_of(request) or str(super().get_client_ip(request))
