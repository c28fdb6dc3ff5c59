"""Everything a database needs before the first page, in one process: it saves three start-ups.

The last line of the output is JSON for the caller; what is before it are notes for the operator.
"""

import json
import sys

import django
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command, get_commands

from coinhub.cli.console import say

DEMO_PERSON = "alice@example.com"


def main() -> None:
    """Migrate and bootstrap as the owner; fill an empty sandbox with the demo; judge the ledger.

    Repeat: safe.
    """
    django.setup()
    call_command("migrate", database="owner", interactive=False, verbosity=0)
    run_if_there("bootstrap")
    people = get_user_model()._default_manager.using("default")
    if "--demo" in sys.argv and settings.SANDBOX and not people.exists():
        say("making the demo people and their history")
        run_if_there("demo")
    run_if_there("verify_start")
    has_demo = settings.SANDBOX and people.filter(email=DEMO_PERSON).exists()
    say(json.dumps({"has_demo": has_demo}))


def run_if_there(name: str) -> None:
    """Run a management command, or say that this version has none of that name."""
    if name not in get_commands():
        say(f"no command {name} in this version")
        return
    sys.stdout.flush()
    call_command(name, stdout=sys.stderr)


if __name__ == "__main__":
    main()
