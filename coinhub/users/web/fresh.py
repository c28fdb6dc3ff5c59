"""Pages that somebody with a second factor opens only after using it again."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.http import urlencode

from coinhub.users.models import User
from coinhub.users.services import second_factor
from coinhub.users.web.proof import has_proved_again

View = Callable[..., HttpResponseBase]


def after_second_factor(view: View) -> View:
    """Send who has a second factor to use it again first, for pages that ask for no code."""
    return _guarded(view, _has_to_use_it_again)


def after_passkey(view: View) -> View:
    """Send who has nothing but passkeys to use one first: the page asks for a code."""
    return _guarded(view, _has_to_use_a_passkey)


def way_to_prove(request: HttpRequest, user: User) -> str:
    """Give the address at which somebody uses the second factor again and then comes back."""
    page = get_adapter().get_reauthentication_methods(user)[0]["url"]
    return f"{page}?{urlencode({'next': request.get_full_path()})}"


def _guarded(view: View, is_sent_away: Callable[[HttpRequest, User], bool]) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if isinstance(request.user, User) and is_sent_away(request, request.user):
            return HttpResponseRedirect(way_to_prove(request, request.user))
        return view(request, *args, **kwargs)

    return guarded


def _has_to_use_it_again(request: HttpRequest, user: User) -> bool:
    return second_factor.has_second_factor(user) and not has_proved_again(request, user)


def _has_to_use_a_passkey(request: HttpRequest, user: User) -> bool:
    return not second_factor.has_totp(user) and _has_to_use_it_again(request, user)
