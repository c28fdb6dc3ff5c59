"""manage reseal: seal everything anew with the first key of the list."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from integrity.services import resealing


class Command(BaseCommand):
    """Seals with the first key of ``COINHUB_FIELD_KEYS`` what was sealed with another."""

    help = "Seal with the first field key what was sealed with another; goes on where it stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take ``--apply``."""
        parser.add_argument("--apply", action="store_true", help="do it; otherwise only count")

    def handle(self, *args: Any, **options: Any) -> None:
        """Count, or seal anew, place by place."""
        left, shut = 0, 0
        for place in resealing.places():
            if options["apply"]:
                done, shut_here = resealing.reseal(place)
                shut += shut_here
                self.stdout.write(f"{place.name}: {done} sealed anew")
            waiting = resealing.count_old(place)
            left += waiting
            self.stdout.write(f"{place.name}: {waiting} sealed with another key")
        if shut:
            raise CommandError(f"{shut} rows do not open with any key of the list", returncode=1)
        if left:
            raise CommandError(f"{left} rows are sealed with another key", returncode=1)
