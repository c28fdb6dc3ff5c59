"""Errors that no view answers: unknown routes, faults, what Django itself refuses."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt

from coinhub.api.errors import (
    Forbidden,
    RequestRefused,
    RouteUnknown,
    ServerError,
    problem_response,
)


@csrf_exempt
def unknown_route(request: HttpRequest) -> HttpResponse:
    """Answer for every address below /api that is none."""
    return problem_response(RouteUnknown(), request)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer what Django finds suspicious."""
    if _is_api(request):
        return problem_response(RequestRefused(), request)
    return defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer what somebody may not do."""
    if _is_api(request):
        return problem_response(Forbidden(), request)
    return defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer an address that is none."""
    if _is_api(request):
        return problem_response(RouteUnknown(), request)
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Answer a fault; the log has it under the request id, the caller sees nothing of it."""
    if _is_api(request):
        return problem_response(ServerError(), request)
    return defaults.server_error(request)


def _is_api(request: HttpRequest) -> bool:
    return request.path == "/api" or request.path.startswith("/api/")
