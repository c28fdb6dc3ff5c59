"""Every route of the site, read from the URL configuration, with an address to try it at."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
PAGE_METHODS = ("GET", "POST")
API = "api/v1/"
_PARAMETER = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")

# Routes that are regular expressions: an address that each of them answers.
SAMPLES = {
    r"^api(?:/|$)": "api/nothing",
    r"^admin/password_change/": "admin/password_change/",
    r"^admin/r/": "admin/r/",
    r"accounts/^confirm-email/(?P<key>[-:\w]+)/$": "accounts/confirm-email/nothing/",
    r"accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": (
        "accounts/password/reset/key/1-nothing/"
    ),
    r"admin/(?P<url>.*)$": "admin/nothing",
}
CLOSED_ACCOUNTS = re.compile(r"accounts/\^\(\?!")  # what of allauth is not open
APPS = re.compile(r"admin/\^\(\?P<app_label>([\w|]+)\)/\$")


@dataclass(frozen=True, slots=True)
class Route:
    """One method at one address of the configuration; ``scope`` is what the API asks of a key."""

    method: str
    pattern: str
    scope: str | None

    @property
    def name(self) -> str:
        """Say which it is, as the table does."""
        pattern = self.pattern or "/"
        if CLOSED_ACCOUNTS.match(pattern):
            pattern = "accounts/(closed)/"
        return f"{self.method} {'admin/(app)/' if APPS.match(pattern) else pattern}"

    @property
    def is_api(self) -> bool:
        """Say whether callers show a token here rather than a session."""
        return self.pattern.startswith("api/")

    @property
    def has_object(self) -> bool:
        """Say whether the address names an object of somebody's."""
        return "<uuid:" in self.pattern or "<str:user_id>" in self.pattern

    def path(self, values: Mapping[str, str]) -> str:
        """Give an address of the route; ``values`` has what stands for each parameter."""
        if self.pattern in SAMPLES:
            return "/" + SAMPLES[self.pattern]
        if CLOSED_ACCOUNTS.match(self.pattern):
            return "/accounts/social/"
        apps = APPS.match(self.pattern)
        if apps:
            return f"/admin/{apps.group(1).split('|')[-1]}/"
        return "/" + _PARAMETER.sub(lambda found: values[found["name"]], self.pattern)


def routes() -> list[Route]:
    """List every route once, with each method that it takes, in the order of the configuration.

    The addresses without a version are those of version 1; a test compares them.
    """
    found: dict[str, Route] = {}
    for pattern, view in _walk(get_resolver().url_patterns, ""):
        if pattern.startswith("api/") and not pattern.startswith((API, "api/docs", "api/schema")):
            continue
        for method, scope in _methods(view):
            route = Route(method, pattern, scope)
            found.setdefault(route.name, route)
    return list(found.values())


def unversioned() -> tuple[set[str], set[str]]:
    """Give the routes of version 1 and those without a version, as far as they are the same."""
    known = {pattern for pattern, _ in _walk(get_resolver().url_patterns, "")}
    plain = {p for p in known if p.startswith("api/") and not p.startswith((API, "api/docs"))}
    versioned = {p.removeprefix(API) for p in known if p.startswith(API)}
    return versioned, {p.removeprefix("api/") for p in plain} - {"schema"}


def _walk(patterns: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    for entry in patterns:
        if isinstance(entry, URLResolver):
            yield from _walk(entry.url_patterns, prefix + str(entry.pattern))
        elif isinstance(entry, URLPattern):
            yield prefix + str(entry.pattern), entry.callback


def _methods(view: Any) -> list[tuple[str, str | None]]:
    api = getattr(view, "cls", None)
    if api is not None:
        scope_for = getattr(api, "scope_for", lambda _method: None)
        return [(name, scope_for(name)) for name in METHODS if hasattr(api, name.lower())]
    page = getattr(view, "view_class", None)
    if page is not None:
        return [(name, None) for name in PAGE_METHODS if hasattr(page, name.lower())]
    return [(name, None) for name in PAGE_METHODS]
