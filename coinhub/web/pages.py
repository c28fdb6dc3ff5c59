"""The base of every page: who may open it, and how a refusal is shown."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.generic import View

from coinhub.core.errors import DomainError, NotYours

UNDECIDED = ("TRY_AGAIN", "IDEMPOTENCY_IN_PROGRESS")
Words = Callable[[DomainError], tuple[str | None, str]]


class Page(LoginRequiredMixin, View):
    """A page of a signed-in person; what is not theirs and what does not exist look alike."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer, and turn a refusal that no form took into a page."""
        try:
            return super().dispatch(request, *args, **kwargs)
        except DomainError as refusal:
            return refused(request, refusal)


def reader_of(request: HttpRequest) -> UUID:
    """Give the id of the customer who reads; only signed-in people get to a page."""
    return UUID(str(request.user.pk))


def refused(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    """Show a refusal as a page of its own, with its status."""
    if isinstance(refusal, NotYours):
        return render(request, "403.html", status=refusal.status)
    context = {"title": refusal.title, "detail": refusal.detail}
    response = render(request, "refused.html", context, status=refusal.status)
    if "retry_after" in refusal.members:
        response["Retry-After"] = str(refusal.members["retry_after"])
    return response


@contextmanager
def refusals_on(form: Form, words: Words) -> Iterator[None]:
    """Show what a use case refuses at the form, so that nothing typed is lost.

    ``words`` says for a refusal at which field it stands (``None``: above the form) and how it is
    put in plain words; the refusal's own code stays with the error.
    """
    try:
        yield
    except DomainError as refusal:
        field, text = words(refusal)
        form.add_error(field, ValidationError(text, code=refusal.code))


def is_undecided(form: Form) -> bool:
    """Say whether it is open if something was done: the same request may be sent again."""
    return any(form.has_error(NON_FIELD_ERRORS, code=code) for code in UNDECIDED)
