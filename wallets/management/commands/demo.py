"""manage demo: the people of the sandbox and their history."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from coinhub.core.errors import DomainError
from wallets.services import demo


class Command(BaseCommand):
    """Makes the demo people and their history; safe to repeat."""

    help = "Make the demo people and a few weeks of history (sandbox only); safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the use case and say what was made."""
        try:
            made = demo.make_demo()
        except DomainError as refusal:
            raise CommandError(f"{refusal.code}: {refusal.detail}", returncode=1) from None
        for email in made.people:
            self.stdout.write(f"made {email}")
        self.stdout.write(f"booked {made.steps} steps of history")
