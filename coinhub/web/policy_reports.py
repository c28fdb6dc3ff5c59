"""What browsers refused to do on our pages: a page that breaks its own policy, or an attack."""

import json
from typing import Any
from urllib.parse import urlsplit

import structlog
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from coinhub.api import limits
from coinhub.core.errors import DomainError

LARGEST = 16 * 1024
LONGEST = 200
log = structlog.get_logger(__name__)


@csrf_exempt
@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """Log one report; whatever it is, the browser is told nothing."""
    try:
        limits.take_for_page(request, "reads")
    except DomainError as refusal:
        return HttpResponse(status=refusal.status)
    report = read(request.read(LARGEST + 1))
    if report:
        log.warning("policy_violation", **report)
    return HttpResponse(status=204)


def read(body: bytes) -> dict[str, str]:
    """Give what is worth a line in the log: addresses without their query, no sample of a page."""
    try:
        told: Any = json.loads(body) if len(body) <= LARGEST else None
    except (ValueError, RecursionError):
        return {}
    report = told.get("csp-report") if isinstance(told, dict) else None
    if not isinstance(report, dict):
        return {}
    return {
        "directive": _text(report.get("effective-directive") or report.get("violated-directive")),
        "blocked": _address(report.get("blocked-uri")),
        "page": _address(report.get("document-uri")),
        "source": _address(report.get("source-file")),
    }


def _text(value: object) -> str:
    return value[:LONGEST] if isinstance(value, str) else ""


def _address(value: object) -> str:
    """Take the query off an address: it may hold what is nobody's business."""
    try:
        parts = urlsplit(_text(value))
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}{parts.path}" if parts.netloc else parts.path
