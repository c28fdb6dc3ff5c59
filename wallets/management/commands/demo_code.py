"""manage demo_code: the current one-time code of a demo person."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    """Says that the password alone signs in, as long as there is no second factor."""

    help = "Give the current one-time code of a demo person (sandbox only)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the e-mail."""
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse outside the sandbox, and where there is no second factor."""
        if not settings.SANDBOX:
            raise CommandError("one-time codes are shown in the sandbox only", returncode=2)
        raise CommandError(
            f"{options['email']} has no second factor: the password is enough", returncode=1
        )
