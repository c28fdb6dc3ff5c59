"""Answers that take as long whether an account exists or not."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http.response import HttpResponseBase

View = Callable[..., HttpResponseBase]


def evenly(view: View) -> View:
    """Let an answer to what was sent take its least time, so that a quick one tells nothing."""

    @wraps(view)
    def patient(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        begun = time.monotonic()
        response = view(request, *args, **kwargs)
        if request.method == "POST":
            time.sleep(max(0.0, settings.EVEN_ANSWER_S - (time.monotonic() - begun)))
        return response

    return patient
