"""What is taken from a request itself."""

import re

import pytest
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpResponse
from django.test import RequestFactory

from coinhub.core.requests import TimingMiddleware, address_of
from tests.api_client import Caller
from tests.conftest import wallet_of

HEADER = "X-Forwarded-For"


class TestAddress:
    @pytest.mark.parametrize(
        ("given", "address"),
        [
            ("203.0.113.7", "203.0.113.7"),
            ("198.51.100.1, 203.0.113.7", "203.0.113.7"),
            ("2001:DB8::1", "2001:db8::1"),
            ("fe80::1%eth0", "fe80::1"),
            ("203.0.113.7:51234", None),
            ("unknown", None),
            ("", None),
        ],
    )
    def test_is_an_address_or_nothing(self, settings, given, address):
        settings.ADDRESS_HEADER = HEADER
        assert address_of(RequestFactory().get("/", headers={HEADER: given})) == address

    def test_is_that_of_the_connection_where_no_header_is_named(self):
        request = RequestFactory().get("/", headers={HEADER: "203.0.113.7"})
        assert address_of(request) == "127.0.0.1"
        request.META["REMOTE_ADDR"] = ""
        assert address_of(request) is None

    @pytest.mark.parametrize("given", ["203.0.113.7:51234", "unknown"])
    def test_that_is_none_stops_no_payment(self, settings, committed_db, alice, bob, given):
        wallet_of(alice, funded="10.00")
        wallet_of(bob)
        settings.ADDRESS_HEADER = HEADER
        body = {"to": bob.email, "amount": "1.00", "currency": "GBP"}
        answer = Caller(alice).post("transfer", body, headers={HEADER: given})
        assert answer.status_code == 201


class TestTiming:
    def test_says_in_the_sandbox_how_long_the_answer_took(self):
        answered = TimingMiddleware(lambda _request: HttpResponse("done"))
        header = answered(RequestFactory().get("/"))["Server-Timing"]
        assert re.fullmatch(r"app;dur=[0-9]+\.[0-9]", header)

    def test_is_not_there_elsewhere(self, settings):
        settings.SANDBOX = False
        with pytest.raises(MiddlewareNotUsed):
            TimingMiddleware(lambda _request: HttpResponse("done"))
