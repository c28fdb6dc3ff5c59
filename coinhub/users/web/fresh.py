"""Pages of allauth that somebody with a second factor opens only after using it again."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode

from coinhub.users.models import User
from coinhub.users.services import second_factor
from coinhub.users.web.proof import is_fresh

View = Callable[..., HttpResponseBase]


def after_second_factor(view: View) -> View:
    """Send who has a second factor to use it again first; allauth alone would take a password."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user = request.user
        if (
            isinstance(user, User)
            and second_factor.has_second_factor(user)
            and not _used_again(request, user)
        ):
            way = urlencode({"next": request.path})
            return HttpResponseRedirect(f"{reverse('mfa_reauthenticate')}?{way}")
        return view(request, *args, **kwargs)

    return guarded


def _used_again(request: HttpRequest, user: User) -> bool:
    return any(
        record.get("method") == "mfa"
        and record.get("reauthenticated")
        and is_fresh(float(record["at"]))
        for record in get_authentication_records(request, user)
    )
