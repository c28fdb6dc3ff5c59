"""The security headers of every answer."""

import pytest
from csp.decorators import csp_exempt, csp_replace, csp_update
from django.http import HttpResponse
from django.test import Client, RequestFactory

from coinhub.core.requests import PolicyMiddleware
from tests.api_client import Caller
from tests.coinhub.test_settings import start
from tests.conftest import make_staff

pytestmark = pytest.mark.django_db
EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
POLICY = ("default-src 'none'", "frame-ancestors 'none'", "object-src 'none'", "base-uri 'none'",
          "form-action 'self'")  # fmt: skip


def ok(request):
    return HttpResponse("ok")


def require_headers(answer):
    for name, value in EVERYWHERE.items():
        assert answer.headers[name] == value, name
    assert "camera=()" in answer.headers["Permissions-Policy"]
    policy = answer.headers["Content-Security-Policy"]
    assert all(part in policy for part in POLICY)
    assert "unsafe" not in policy
    assert "*" not in policy
    assert "Server" not in answer.headers
    assert "no-store" in answer.headers["Cache-Control"]


class TestHeaders:
    @pytest.mark.parametrize(
        "path",
        ["/", "/accounts/login/", "/accounts/signup/", "/nowhere/", "/healthz", "/api/v1/me",
         "/api/v1/nowhere", "/api/docs", "/api/docs/errors", "/api/schema", "/admin/",
         "/settings/"],
    )  # fmt: skip
    def test_strangers_get_them_all(self, path):
        require_headers(Client().get(path))

    @pytest.mark.parametrize(
        "path",
        ["/", "/wallets/", "/send/", "/transactions/", "/settings/", "/settings/api-keys/",
         "/settings/api-keys/new/", "/settings/confirmations/", "/destinations/", "/kyc/"],
    )  # fmt: skip
    def test_customers_get_them_all(self, alice, signed_in, path):
        answer = signed_in(alice).get(path)
        assert answer.status_code == 200
        require_headers(answer)

    @pytest.mark.parametrize("path", ["/admin/", "/admin/users/user/", "/admin/nowhere/"])
    def test_staff_get_them_all(self, signed_in, path):
        require_headers(signed_in(make_staff("head", superuser=True)).get(path))

    def test_programs_get_them_all_refused_or_not(self, alice):
        caller = Caller(alice)
        for answer in (caller.get("me"), caller.get("me", x="y"), caller.post("me", {}),
                       caller.post("transfer", b"{")):  # fmt: skip
            require_headers(answer)

    def test_production_asks_for_https_for_two_years(self):
        ask = (
            "from django.test import Client;"
            "answer = Client().get('/healthz', secure=True, headers={'Host': 'pay.example.com'});"
            "print(answer.headers['Strict-Transport-Security'])"
        )
        told = start("shell", "-v", "0", "-c", ask).stdout
        assert told.strip() == "max-age=63072000; includeSubDomains; preload"

    def test_no_answer_lets_another_site_read_it(self, alice):
        caller = Caller(alice)
        caller.headers |= {"Origin": "https://evil.example", "Cookie": "x=y"}
        answer = caller.get("me")
        assert not [name for name in answer.headers if name.startswith("Access-Control")]


class TestPolicy:
    def test_is_the_same_text_for_every_answer(self, alice):
        answers = Client().get("/healthz"), Caller(alice).get("me"), Caller(alice).get("nowhere")
        assert len({answer.headers["Content-Security-Policy"] for answer in answers}) == 1

    @pytest.mark.parametrize(
        ("view", "part"),
        [
            (
                csp_update({"img-src": "https://map.example"})(ok),
                "img-src 'self' data: https://map",
            ),
            (csp_replace({"img-src": "https://map.example"})(ok), "img-src https://map.example"),
            (lambda request: HttpResponse(str(request.csp_nonce)), "default-src 'none'"),
            (ok, "img-src 'self' data:;"),
        ],
    )
    def test_a_view_can_still_say_more(self, view, part):
        request = RequestFactory().get("/")
        assert part in f"{PolicyMiddleware(view)(request).headers['Content-Security-Policy']};"

    def test_a_view_can_still_be_exempt(self):
        answer = PolicyMiddleware(csp_exempt()(ok))(RequestFactory().get("/"))
        assert "Content-Security-Policy" not in answer.headers


class TestSignOut:
    def test_clears_what_the_browser_keeps_but_not_the_mark_of_a_known_device(
        self, alice, signed_in
    ):
        browser = signed_in(alice)
        assert "Clear-Site-Data" not in browser.get("/").headers
        answer = browser.post("/accounts/logout/")
        assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
        assert browser.get("/").status_code == 302


class TestSessionsAndTokens:
    def test_a_session_is_nobody_for_the_api(self, alice, signed_in):
        browser = signed_in(alice)
        for method in ("get", "post", "delete"):
            for path in ("/api/v1/me", "/api/v1/api-keys", "/api/v1/transfer"):
                answer = getattr(browser, method)(path, content_type="application/json")
                assert answer.status_code == 401, path

    @pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "", "a b"])
    def test_a_host_that_is_not_ours_is_refused(self, host):
        answer = Client(raise_request_exception=False).get(
            "/accounts/login/", headers={"Host": host}
        )
        assert answer.status_code == 400
