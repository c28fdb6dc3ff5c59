"""Answers that take as long whether an account exists or not."""

import math
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http.response import HttpResponseBase

View = Callable[..., HttpResponseBase]


def evenly(view: View) -> View:
    """Let an answer to what was sent take its time, so that a quick one tells nothing.

    It takes a whole number of such times: when the work itself takes longer than one, on a busy
    machine or behind a slow mail server, the next one hides how much longer.
    """

    @wraps(view)
    def patient(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        begun = time.monotonic()
        response = view(request, *args, **kwargs)
        if request.method == "POST":
            _wait(time.monotonic() - begun)
        return response

    return patient


def _wait(taken: float) -> None:
    step = settings.EVEN_ANSWER_S
    if step > 0:
        time.sleep(math.ceil(taken / step) * step - taken)
