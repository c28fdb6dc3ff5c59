"""Strict input on every route, by a table of what no route takes."""

import json
import re

import pytest
from django.test import Client

from coinhub.api.auth import OPEN, STAFF
from coinhub.api.json import MOST_BYTES, MOST_NESTING
from tests.api_client import Caller, new_key
from tests.coinhub.api.test_problems import NOWHERE, require_problem, routes
from tests.coinhub.api.test_schema import operations
from tests.conftest import make_customer, make_staff

pytestmark = pytest.mark.django_db
METHODS = ("get", "post", "put", "patch", "delete")
DEEP = b'{"a":' + b"[" * MOST_NESTING + b"]" * MOST_NESTING + b"}"
BODIES = {
    "too large": (b'{"a": "' + b"x" * MOST_BYTES + b'"}', 413, "PAYLOAD_TOO_LARGE"),
    "too deep": (DEEP, 400, "MALFORMED_JSON"),
    "no JSON": (b"{", 400, "MALFORMED_JSON"),
    "no object": (b"[]", 400, "MALFORMED_JSON"),
    "a member twice": (b'{"amount": "1", "amount": "2"}', 400, "MALFORMED_JSON"),
    "a fraction": (b'{"amount": 1.5}', 400, "MALFORMED_JSON"),
    "no number": (b'{"amount": NaN}', 400, "MALFORMED_JSON"),
    "no UTF-8": (b'{"a": "\xff"}', 400, "MALFORMED_JSON"),
    "an unknown member": (b'{"colour": "red"}', 400, "VALIDATION_ERROR"),
}
TYPES = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
         "application/xml", "application/json-patch+json", "text/json", "")  # fmt: skip


@pytest.fixture
def headers(settings):
    """Give the headers of callers whom routes let in, by what the route asks for."""
    customer = Caller(make_customer("strict")).headers
    staff = Caller(make_staff("strict", superuser=True)).headers
    return lambda view, method: {
        "Idempotency-Key": new_key(),
        "X-Reconciliation-Key": settings.RECONCILIATION_KEY,
        **{STAFF: staff, OPEN: {}}.get(view.scope_for(method.upper()), customer),
    }


def taken(*methods):
    """List routes with the methods they take."""
    return [
        (path, view, method)
        for path, view in routes()
        for method in methods
        if hasattr(view, method)
    ]


def with_body():
    """List what the document says takes a JSON body."""
    described = {
        (re.sub(r"\{.*?\}", NOWHERE, path), method)
        for path, method, operation in operations()
        if "application/json" in operation.get("requestBody", {}).get("content", {})
    }
    return [
        (path, view, method)
        for path, view, method in taken("post", "put", "patch")
        if (path, method) in described
    ]


def send(path, method, body, headers, content_type="application/json"):
    client = Client(raise_request_exception=False)
    return client.generic(method.upper(), path, body, content_type=content_type, headers=headers)


class TestEveryRoute:
    def test_refuses_query_parameters_it_does_not_know(self, headers):
        checked = 0
        for path, view, method in taken(*METHODS):
            answer = send(f"{path}?colour=red", method, b"{}", headers(view, method))
            problem = require_problem(answer, 400, "VALIDATION_ERROR")
            assert problem["errors"][0]["pointer"] == "/colour", path
            checked += 1
        assert checked > 15

    @pytest.mark.parametrize("name", BODIES)
    def test_refuses_bodies_that_are_none(self, headers, name):
        body, status, code = BODIES[name]
        for path, view, method in with_body():
            require_problem(send(path, method, body, headers(view, method)), status, code)
        assert len(with_body()) >= 7

    @pytest.mark.parametrize("content_type", TYPES)
    def test_refuses_other_types_of_body(self, headers, content_type):
        for path, view, method in with_body():
            answer = send(path, method, b'{"a": 1}', headers(view, method), content_type)
            require_problem(answer, 415, "UNSUPPORTED_MEDIA_TYPE")

    # One method at a time: all of them in one transaction may take longer than one may last.
    @pytest.mark.parametrize("method", [*METHODS, "options", "trace"])
    def test_names_the_methods_it_takes(self, headers, method):
        refused = 0
        for path, view in routes():
            known = {m for m in METHODS if hasattr(view, m)}
            if method in known:
                continue
            who = headers(view, next(iter(sorted(known))))
            answer = send(path, method, json.dumps({}).encode(), who)
            require_problem(answer, 405, "METHOD_NOT_ALLOWED")
            allowed = {m.strip().lower() for m in answer.headers["Allow"].split(",")}
            assert allowed - {"head"} == known, path
            refused += 1
        assert refused >= 7
