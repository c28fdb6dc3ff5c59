"""Sessions end by themselves, and staff get nowhere without a second factor."""

import time

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from coinhub.core.requests import Handler
from coinhub.users import step_up
from coinhub.users.models import User
from coinhub.users.services import staff_factor
from coinhub.users.web import office_proof
from coinhub.users.web.fresh import way_to_prove

STARTED, SEEN = "started_at", "seen_at"
SEEN_EVERY_S = 30  # how exactly it is written down when a session was last used
IDLE_S, LONGEST_S = 15 * 60, 12 * 3600
STAFF_IDLE_S, STAFF_LONGEST_S = 10 * 60, 8 * 3600
OFFICE = "/admin/"
ALWAYS = ("/accounts/", "/settings/second-factor/")  # where a second factor is set up and shown
OTHER = ("/api/", "/healthz", "/readyz", settings.STATIC_URL)  # no sessions here


def begin(sender: object, request: HttpRequest, user: User, **_signal: object) -> None:
    """Start the clocks of a session at sign-in; Django has given it a new id."""
    request.session[STARTED] = request.session[SEEN] = time.time()


class SessionGuard:
    """Ends sessions that are idle or old, and leads staff to their second factor first."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look at the session, then pass the request on."""
        user = request.user if not request.path.startswith(OTHER) else None
        if isinstance(user, User):
            if is_over(request, user):
                logout(request)
                messages.info(request, "You were signed out because nothing happened for a while.")
            elif user.is_staff and not request.path.startswith(ALWAYS):
                elsewhere = way_to_second_factor(request, user)
                if elsewhere:
                    return HttpResponseRedirect(elsewhere)
        with step_up.found_by(office_proof.look_for(request)):
            return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> None:
        """Use up the second factor that a form of the back office carries, after its token."""
        user = request.user if request.path.startswith(OFFICE) else None
        if isinstance(user, User) and user.is_staff and request.method == "POST":
            office_proof.take(request, user)


def is_over(request: HttpRequest, user: User) -> bool:
    """Say whether a session has ended; one that has not is noted as used."""
    now = time.time()
    idle_s, longest_s = (STAFF_IDLE_S, STAFF_LONGEST_S) if user.is_staff else (IDLE_S, LONGEST_S)
    started, seen = request.session.get(STARTED, 0.0), request.session.get(SEEN, 0.0)
    if now - started >= longest_s or now - seen >= idle_s:
        return True
    if now - seen >= SEEN_EVERY_S:
        request.session[SEEN] = now
    return False


def way_to_second_factor(request: HttpRequest, user: User) -> str | None:
    """Say where a member of staff has to go first; nowhere after a second factor that counts."""
    if office_proof.proved_in(request) is not None:
        return None
    if not staff_factor.is_set_up(user):
        return reverse("settings_second_factor")
    return way_to_prove(request, user)
