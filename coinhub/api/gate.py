"""The gate: nobody is half served while the set-up is incomplete."""

import time

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from coinhub.api.errors import problem_response
from coinhub.core import health
from coinhub.core.errors import SetupBroken
from coinhub.core.requests import Handler

OPEN = ("/healthz", "/readyz", settings.STATIC_URL)  # always answered


class ServingGate:
    """Refuse every request with 503 while something that the set-up makes is missing.

    Looked at again every COINHUB_GATE_EVERY_S seconds in each process, and at once after an answer
    of 503: money code that misses a wallet of the house closes the gate with it. A database that
    does not answer is no reason: the views say so themselves.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self.look_at = 0.0 if settings.GATE_EVERY_S else float("inf")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look when it is time to, then pass the request on."""
        if not request.path.startswith(OPEN) and time.monotonic() >= self.look_at:
            problems = self.look()
            if problems:
                return refuse(request, problems)
        response = self.get_response(request)
        if response.status_code == SetupBroken.status:
            self.look_at = 0.0
        return response

    def look(self) -> list[str]:
        """Ask what is missing; while something is, the next request asks again."""
        try:
            problems = [problem for check in health.READINESS.values() for problem in check()]
        except DatabaseError:
            return []
        pause_s = settings.GATE_EVERY_S or float("inf")
        self.look_at = 0.0 if problems else time.monotonic() + pause_s
        return problems


def refuse(request: HttpRequest, problems: list[str]) -> HttpResponse:
    """Say that CoinHub is not set up; what is missing is for the operator, on /readyz."""
    refusal = SetupBroken(
        "CoinHub is closed until its operator has looked after it", retry_after=60
    )
    if request.path.startswith("/api/"):
        return problem_response(refusal, request)
    context = {"title": refusal.title, "detail": refusal.detail}
    response = render(request, "refused.html", context, status=refusal.status)
    response["Retry-After"] = "60"
    return response
