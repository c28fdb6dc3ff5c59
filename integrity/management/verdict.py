"""Commands that judge.

Exit code 0 when all is well, 1 when something was found, 2 when they could not run; with ``--json``
exactly one JSON object on standard output.
"""

import json
from abc import abstractmethod
from dataclasses import dataclass, field
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, InterfaceError

from coinhub.core.errors import DomainError

FOUND, COULD_NOT_RUN = 1, 2


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a command found: for people as lines, for programs as one object."""

    is_well: bool
    lines: list[str]
    members: dict[str, Any] = field(default_factory=dict)


class VerdictCommand(BaseCommand):
    """Runs ``judge`` and writes its verdict; progress goes to standard error."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Add ``--json``."""
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Judge, write, and end with the exit code.

        Raises: CommandError with exit code 1 or 2.
        """
        try:
            verdict = self.judge(**options)
        except (DomainError, DatabaseError, InterfaceError) as error:
            reason = (
                f"{error.code}: {error.detail}" if isinstance(error, DomainError) else "database"
            )
            if options["json"]:
                self.stdout.write(json.dumps({"status": "error", "reason": reason}))
            raise CommandError(f"could not run: {reason}", returncode=COULD_NOT_RUN) from error
        if options["json"]:
            status = "healthy" if verdict.is_well else "INTEGRITY_FAILURE"
            self.stdout.write(json.dumps({"status": status} | verdict.members, default=str))
        else:
            for line in verdict.lines:
                self.stdout.write(line)
        if not verdict.is_well:
            raise CommandError("something was found", returncode=FOUND)

    @abstractmethod
    def judge(self, **options: Any) -> Verdict:
        """Look, and say what was found."""

    def say(self, line: str) -> None:
        """Tell how far it is, on standard error."""
        self.stderr.write(line, style_func=str)
        self.stderr.flush()
