"""The drill ``fuzz``: what it finds, and what it takes for right."""

import json
from typing import Any

import pytest

from coinhub.drills import fuzz


class TestFuzz:
    def test_what_the_document_says_is_so_for_whatever_is_sent(
        self, committed_db: None, settings: Any
    ) -> None:
        pytest.importorskip("schemathesis", reason="the tools of requirements-dev.txt are missing")
        settings.RATE_LIMITS = False
        plan = fuzz.Plan(
            cases=3,
            callers=("customer at home", "staff"),
            phases=("examples", "fuzzing", "stateful"),
            slowest_s=60.0,  # the drill is alone on the machine
        )
        found = fuzz.run(plan)
        assert found["ok"], json.dumps(found, indent=1)
        assert sum(found["requests"].values()) > 200

    def test_a_status_that_the_document_does_not_name_is_found(
        self, committed_db: None, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pytest.importorskip("schemathesis", reason="the tools of requirements-dev.txt are missing")
        settings.RATE_LIMITS = False
        whole = fuzz.document()
        path = {"get": whole["paths"]["/api/v1/me"]["get"]}
        path["get"]["responses"].pop("401")
        monkeypatch.setattr(fuzz, "document", lambda: {**whole, "paths": {"/api/v1/me": path}})
        found = fuzz.run(fuzz.Plan(cases=1, callers=("anonymous",), phases=("fuzzing",)))
        assert not found["ok"]
        assert any(
            "Undocumented HTTP status code" in what or "401" in what for what in found["found"]
        )

    def test_a_route_that_asks_nobody_who_they_are_is_found(
        self, committed_db: None, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pytest.importorskip("schemathesis", reason="the tools of requirements-dev.txt are missing")
        settings.RATE_LIMITS = False
        whole = fuzz.document()
        revoke = {
            **whole["paths"]["/api/v1/auth/token/revoke"]["post"],
            "security": [{"token": []}],
        }
        path = {"/api/v1/auth/token/revoke": {"post": revoke}}
        monkeypatch.setattr(fuzz, "document", lambda: {**whole, "paths": path})
        found = fuzz.run(fuzz.Plan(cases=1, callers=("customer",), phases=("fuzzing",)))
        assert any("without authentication" in what for what in found["found"]), found["found"]

    def test_a_text_that_the_document_allows_and_the_api_does_not_is_found(
        self, committed_db: None, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pytest.importorskip("schemathesis", reason="the tools of requirements-dev.txt are missing")
        settings.RATE_LIMITS = False
        whole = fuzz.document()
        name = "/api/v1/auth/token/refresh"
        text = whole["components"]["schemas"]["RefreshInput"]["properties"]["refresh"]
        text.pop("pattern")
        text.update(minLength=0, maxLength=0)
        path = {name: whole["paths"][name]}
        monkeypatch.setattr(fuzz, "document", lambda: {**whole, "paths": path})
        found = fuzz.run(fuzz.Plan(cases=3, callers=("customer",), phases=("fuzzing",)))
        assert any("Schema-valid request rejected" in what for what in found["found"])

    @pytest.mark.parametrize(
        ("told", "is_about_the_shape"),
        [
            ({"code": "INSUFFICIENT_FUNDS"}, False),
            ({"code": "VALIDATION_ERROR", "errors": [("/cursor", "CURSOR_INVALID")]}, False),
            ({"code": "VALIDATION_ERROR", "errors": [("/networks", "INVALID")]}, False),
            ({"code": "VALIDATION_ERROR", "errors": [("/label", "BLANK")]}, True),
            ({"code": "MALFORMED_JSON"}, False),
            ({"code": "BAD_REQUEST"}, True),
            ({}, True),
        ],
    )
    def test_a_refusal_is_judged_by_its_places(
        self, told: dict[str, Any], is_about_the_shape: bool
    ) -> None:
        places = [{"pointer": p, "code": c} for p, c in told.get("errors", [])]
        answer = Answered(json.dumps({**told, "errors": places}).encode())
        assert fuzz.is_about_the_shape("POST /api/v1/api-keys", answer) is is_about_the_shape


class Answered:
    """An answer with this body."""

    def __init__(self, content: bytes) -> None:
        self.content = content
