"""A caller of the application in this process, past the web server: what a drill asks with."""

import json
import time
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client
from django.test.client import ClientHandler

from coinhub.users.models import User


@dataclass
class Door:
    """One caller: a token or an API key for the API, a session for the pages, or neither."""

    bearer: str = ""
    client: Client = field(default_factory=lambda: new_client())

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: dict[str, str] | None = None,
    ) -> Any:
        """Send a request, JSON if it has a body, and give the answer; a fault is an answer too."""
        told = dict(headers or {})
        if self.bearer:
            told["Authorization"] = f"Bearer {self.bearer}"
        return self.client.generic(
            method,
            path,
            "" if body is None else json.dumps(body),
            content_type="application/json",
            headers=told,
        )

    def get(self, path: str) -> Any:
        """Ask for a page."""
        return self.client.get(path, headers=self._bearer_headers())

    def post_form(self, path: str, fields: dict[str, str] | None = None) -> Any:
        """Send a form as a page would."""
        return self.client.post(path, fields or {}, headers=self._bearer_headers())

    def _bearer_headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.bearer}"} if self.bearer else {}


@cache
def application() -> ClientHandler:
    """Load the application once: a client of its own looks at every static file first."""
    return ClientHandler(enforce_csrf_checks=False)


def new_client() -> Client:
    """Give a browser without cookies that calls by the site's own name."""
    site = urlsplit(settings.BASE_URL)
    client = Client(raise_request_exception=False)
    client.handler = application()
    client.defaults |= {
        "SERVER_NAME": site.hostname or "localhost",
        "SERVER_PORT": str(site.port or 80),
        "wsgi.url_scheme": site.scheme,
    }
    return client


def sign_in(client: Client, user: User, *, began_s_ago: float = 0.0) -> None:
    """Give a browser a session of a person, with the second factor; or one that is over by now."""
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    session, now = client.session, time.time()
    session["account_authentication_methods"] = [
        {"method": "mfa", "type": "totp", "at": now, "reauthenticated": True}
    ]
    session["account_authentication_methods_user"] = str(user.pk)
    session["started_at"] = session["seen_at"] = now - began_s_ago
    session.save()


def end_session(client: Client) -> None:
    """End a browser's session on the server; the browser keeps its cookie."""
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    client.session.flush()
    client.cookies[settings.SESSION_COOKIE_NAME] = cookie
