"""Whether this process lives, and whether it may serve."""

import sys
from collections.abc import Callable

import structlog
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

# What must hold before customers are served; apps add to it when they are loaded.
READINESS: dict[str, Callable[[], list[str]]] = {}
# What an operator should know at the start although CoinHub serves; apps add to it, too.
NOTICES: dict[str, Callable[[], list[str]]] = {}
log = structlog.get_logger(__name__)


def alive(request: HttpRequest) -> JsonResponse:
    """Answer that the process lives; asks nothing else."""
    return JsonResponse({"status": "alive"})


def ready(request: HttpRequest) -> JsonResponse:
    """Answer whether CoinHub may serve: database there, set-up complete; 503 names what is not."""
    problems = find_problems()
    status = 503 if problems else 200
    return JsonResponse(
        {"status": "not ready" if problems else "ready", "problems": problems}, status=status
    )


def find_problems() -> list[str]:
    """Run every readiness check; a check that cannot run is a problem too."""
    problems = []
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        for check in READINESS.values():
            problems += check()
    except DatabaseError as error:
        problems.append(f"database: {type(error).__name__}")
    return problems


def require_ready() -> None:
    """Let no web process start while it may not serve; the reason is the last line it writes.

    Raises: SystemExit with code 1.
    """
    problems = find_problems()
    if problems:
        sys.exit(f"CoinHub does not serve: {'; '.join(problems)} (docs/runbooks/start-refused.md)")


def give_notice() -> None:
    """Log what an operator should know; nothing of it keeps a web process from starting."""
    for name, look in NOTICES.items():
        for notice in look():
            log.warning("start_notice", about=name, notice=notice)
