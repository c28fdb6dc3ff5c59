"""manage demo_code: a one-time code of a demo person."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from coinhub.users.models import User
from coinhub.users.services import second_factor

LONGEST_WAIT_S = 2 * second_factor.PERIOD_S


class Command(BaseCommand):
    """Gives a code that was not used yet, waiting for one where need be: a code works once."""

    help = "Give a one-time code of a demo person that was not used yet (sandbox only)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the e-mail."""
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse outside the sandbox, and where there is no authenticator app."""
        if not settings.SANDBOX:
            raise CommandError("one-time codes are shown in the sandbox only", returncode=2)
        email = str(options["email"]).strip().lower()
        user = User.objects.filter(email=email).first()
        if user is None:
            raise CommandError(f"there is nobody with the e-mail {email}", returncode=1)
        if not second_factor.has_totp(user):
            raise CommandError(
                f"{email} has no second factor: the password is enough", returncode=1
            )
        self.stdout.write(wait_for_code(user))


def wait_for_code(user: User) -> str:
    """Give an unused code; when those of now are used, the next one comes within half a minute."""
    end = time.monotonic() + LONGEST_WAIT_S
    while time.monotonic() < end:
        code = second_factor.find_unused_code(user)
        if code is not None:
            return code
        time.sleep(1)
    raise CommandError("no unused code came; is the clock right?", returncode=1)
