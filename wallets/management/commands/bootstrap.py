"""manage bootstrap: make what every installation has."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from coinhub.core.errors import DomainError
from coinhub.users import roles
from wallets.services.bootstrap import bootstrap


class Command(BaseCommand):
    """Makes currencies, house wallets and groups; safe to repeat."""

    help = "Make currencies, the house's wallets and the groups of staff; safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the use case and say what was made."""
        try:
            made = bootstrap(groups=roles.GROUPS)
        except DomainError as refusal:
            raise CommandError(f"{refusal.code}: {refusal.detail}", returncode=1) from None
        for word, items in (
            ("currency", made.currencies),
            ("house wallet", made.house_wallets),
            ("group", made.groups),
        ):
            for item in items:
                self.stdout.write(f"made {word} {item}")
