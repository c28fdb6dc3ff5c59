"""Browsers tell what the policy of a page forbade; it goes to the log, without secrets."""

import json

import pytest
from django.test import Client
from structlog.testing import capture_logs

pytestmark = pytest.mark.django_db
PATH = "/policy-reports"
REPORT = {
    "csp-report": {
        "document-uri": "https://pay.example.com/wallets/?token=secret",
        "effective-directive": "script-src-elem",
        "blocked-uri": "https://evil.example/x.js?cookie=secret",
        "script-sample": "secret",
    }
}


def report(body):
    data = body if isinstance(body, bytes) else json.dumps(body)
    with capture_logs() as lines:
        answer = Client().post(PATH, data, content_type="application/csp-report")
    return answer, [line for line in lines if line["event"] == "policy_violation"]


class TestReports:
    def test_every_page_names_the_place(self):
        policy = Client().get("/accounts/login/").headers["Content-Security-Policy"]
        assert f"report-uri {PATH}" in policy

    def test_are_logged_without_what_is_nobodys_business(self):
        answer, (line,) = report(REPORT)
        assert answer.status_code == 204
        assert line["directive"] == "script-src-elem"
        assert line["blocked"] == "https://evil.example/x.js"
        assert line["page"] == "https://pay.example.com/wallets/"
        assert "secret" not in json.dumps(line)

    @pytest.mark.parametrize(
        "body",
        [b"", b"{", b"[]", b"null", b"\xff", b"[" * 10_000, b'{"csp-report": []}', b'"x"',
         b'{"csp-report": {"blocked-uri": "' + b"x" * 20_000 + b'"}}'],
    )  # fmt: skip
    def test_nonsense_is_swallowed(self, body):
        answer, lines = report(body)
        assert (answer.status_code, lines) == (204, [])

    def test_odd_members_do_no_harm(self):
        answer, (line,) = report({"csp-report": {"blocked-uri": 5, "document-uri": "http://[x"}})
        assert answer.status_code == 204
        assert (line["blocked"], line["page"]) == ("", "")

    def test_are_limited_by_address(self, settings):
        settings.RATE_LIMITS = True
        client = Client(REMOTE_ADDR="198.51.100.77")
        codes = {client.post(PATH, b"", content_type="x/y").status_code for _ in range(1001)}
        assert codes == {204, 429}

    def test_are_only_taken(self):
        assert Client().get(PATH).status_code == 405
