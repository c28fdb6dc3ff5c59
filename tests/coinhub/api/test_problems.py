"""Every refusal below /api is a problem document, whoever refuses."""

import json
import re

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from coinhub.api.errors import RENAMED, problem_text
from tests.api_client import Caller
from tests.conftest import wallet_of
from wallets.ledger.errors import MoveNotAllowed
from wallets.selectors import wallets

pytestmark = pytest.mark.django_db
NOWHERE = "00000000-0000-4000-8000-000000000000"


def require_problem(answer, status, code):
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["request_id"] == answer.headers["X-Request-Id"]
    assert {"type", "title", "detail", "instance"} <= set(problem)
    return problem


def routes():
    """List every route of the API with the methods it takes."""

    def walk(patterns, prefix):
        for entry in patterns:
            if isinstance(entry, URLResolver):
                yield from walk(entry.url_patterns, prefix + str(entry.pattern))
            elif isinstance(entry, URLPattern) and hasattr(entry.callback, "cls"):
                yield prefix + str(entry.pattern), entry.callback.cls

    for route, view in walk(get_resolver().url_patterns, ""):
        if route.startswith("api/v1/"):
            yield "/" + re.sub(r"<(?:uuid|str):\w+>", NOWHERE, route), view


class TestProblem:
    @pytest.mark.parametrize(
        "path", ["/api", "/api/", "/api/v1", "/api/v1/", "/api/nothing", "/api/v2/me",
                 "/api/v1/wallets/", "/api/v1/wallets/1", "/api/v1/me/../me", "/api/v1/%00"],
    )  # fmt: skip
    @pytest.mark.parametrize("method", ["get", "post", "delete", "options"])
    def test_unknown_routes(self, path, method):
        require_problem(getattr(Client(), method)(path), 404, "ROUTE_NOT_FOUND")

    def test_wrong_methods_name_the_right_ones(self, alice):
        headers = Caller(alice).headers
        checked = 0
        for path, view in routes():
            taken = {m for m in ("get", "post", "put", "patch", "delete") if hasattr(view, m)}
            for method in {"get", "post", "put", "patch", "delete", "options"} - taken:
                answer = getattr(Client(), method)(
                    path, headers=headers, content_type="application/json"
                )
                if answer.status_code == 403:
                    continue  # who may not come in is not told what is there
                require_problem(answer, 405, "METHOD_NOT_ALLOWED")
                allowed = {m.strip().lower() for m in answer.headers["Allow"].split(",")}
                assert allowed - {"head"} == taken
                checked += 1
        assert checked > 30

    def test_every_route_asks_for_a_token_but_the_one_that_gives_it(self):
        open_routes = set()
        for path, view in routes():
            for method in ("get", "post", "put", "patch", "delete"):
                if not hasattr(view, method):
                    continue
                answer = getattr(Client(), method)(path, content_type="application/json")
                if answer.status_code != 401:
                    open_routes.add(path)
                else:
                    require_problem(answer, 401, "UNAUTHENTICATED")
        assert open_routes == {
            "/api/v1/auth/token",
            "/api/v1/auth/token/refresh",
            "/api/v1/auth/token/revoke",
            f"/api/v1/rails/{NOWHERE}/notices",  # the rail signs what it sends
        }

    def test_unknown_query_parameters_are_refused_everywhere(self, alice):
        caller = Caller(alice)
        wallet = wallet_of(alice)
        for path in ("me", "wallets", "transactions", f"wallets/{wallet.public_id}/entries"):
            problem = require_problem(caller.get(path, colour="red"), 400, "VALIDATION_ERROR")
            assert problem["errors"] == [
                {
                    "pointer": "/colour",
                    "code": "UNKNOWN_FIELD",
                    "detail": "there is no such member",
                }
            ]

    def test_a_parameter_given_twice_is_refused(self, alice):
        answer = Caller(alice).client.get(
            "/api/v1/transactions?limit=1&limit=2", headers=Caller(alice).headers
        )
        problem = require_problem(answer, 400, "VALIDATION_ERROR")
        assert problem["errors"][0]["code"] == "GIVEN_TWICE"

    def test_a_fault_shows_nothing_of_itself(self, alice, monkeypatch):
        def fail(_owner):
            raise RuntimeError("SELECT password FROM users_user at db.internal")

        monkeypatch.setattr(wallets, "list_wallets", fail)
        answer = Caller(alice).get("wallets")
        require_problem(answer, 500, "SERVER_ERROR")
        assert not any(w in answer.content for w in (b"SELECT", b"internal", b"Runtime"))

    def test_a_database_that_does_not_answer_is_a_503_to_try_again(self, alice, monkeypatch):
        def fail(_owner):
            raise OperationalError("connection to server at 10.0.0.7 failed")

        monkeypatch.setattr(wallets, "list_wallets", fail)
        answer = Caller(alice).get("wallets")
        require_problem(answer, 503, "TRY_AGAIN")
        assert int(answer.headers["Retry-After"]) >= 1
        assert b"10.0.0.7" not in answer.content

    def test_a_host_that_is_not_ours_is_refused(self):
        answer = Client(raise_request_exception=False).get(
            "/api/v1/me", headers={"Host": "evil.example.com"}
        )
        require_problem(answer, 400, "BAD_REQUEST")

    def test_what_accept_says_changes_nothing(self, alice):
        for accept in ("text/html", "application/xml", "text/csv;q=0", "nonsense"):
            answer = Caller(alice).client.get(
                "/api/v1/me", headers={**Caller(alice).headers, "Accept": accept}
            )
            assert answer.headers["Content-Type"] == "application/json"

    def test_what_a_refusal_tells_does_not_hide_what_every_problem_says(self, rf):
        request = rf.get("/api/v1/me")
        told = json.loads(problem_text(MoveNotAllowed(status="HELD", left="1.00"), request))
        assert (told["status"], told["object_status"], told["left"]) == (409, "HELD", "1.00")
        assert not RENAMED.keys() & set(RENAMED.values())

    def test_pages_keep_their_own_error_pages(self):
        answer = Client().get("/nothing-here")
        assert answer.status_code == 404
        assert answer.headers["Content-Type"].startswith("text/html")
