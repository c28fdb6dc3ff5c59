"""manage create_staff: the first members of staff of an installation."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from coinhub.core.actor import system
from coinhub.core.errors import DomainError
from coinhub.people import invitations
from coinhub.users import roles


class Command(BaseCommand):
    """Makes a member of staff and prints the link with which they choose a password, once."""

    help = "Make a member of staff, until two can give roles in the back office."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the e-mail, the roles and the name."""
        parser.add_argument("email")
        parser.add_argument("--role", action="append", required=True, choices=roles.GROUPS)
        parser.add_argument("--name", default="")
        parser.add_argument(
            "--force", action="store_true", help="although two people could do it; it is recorded"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the use case and print the link."""
        try:
            link = invitations.create_staff(
                email=options["email"],
                name=options["name"],
                roles=options["role"],
                is_forced=options["force"],
                actor=system("create_staff"),
            )
        except DomainError as refusal:
            raise CommandError(f"{refusal.code}: {refusal.detail}", returncode=1) from None
        self.stdout.write(f"made {options['email']}")
        self.stdout.write(f"they choose their password here, once and within three days: {link}")
