"""The sandbox rail does what the last digits of an amount ask for, the same every time."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from wallets.rails.base import Attempt, NoticeRefused, Refused, Sent, Standing, Unclear
from wallets.rails.notices import read
from wallets.rails.sandbox import SandboxRail, magic, notices_of

RAIL = SandboxRail()
THEN = datetime(2026, 1, 1, tzinfo=UTC)


def attempt(amount, decimals=2):
    return Attempt("w/1", Decimal(amount), "GBP", decimals, "iban", "somewhere", THEN)


class TestMagic:
    @pytest.mark.parametrize(
        ("amount", "decimals", "digits"),
        [("12.03", 2, 3), ("12", 2, 0), ("0.00000103", 8, 3), ("1", 8, 0), ("0.01", 2, 1)],
    )
    def test_is_read_off_the_last_two_digits(self, amount, decimals, digits):
        assert magic(Decimal(amount), decimals) == digits


class TestSend:
    def test_takes_what_asks_for_nothing_special(self):
        assert RAIL.send(attempt("10.00")) == Sent("sandbox-w/1")
        assert RAIL.look_up(attempt("10.00"), THEN).standing == Standing.CONFIRMED

    def test_01_is_refused_for_good(self):
        outcome = RAIL.send(attempt("10.01"))
        assert isinstance(outcome, Refused)
        assert not outcome.retryable

    def test_02_times_out_and_turns_out_to_be_paid(self):
        assert isinstance(RAIL.send(attempt("10.02")), Unclear)
        assert RAIL.look_up(attempt("10.02"), THEN).standing == Standing.CONFIRMED

    def test_03_is_paid_and_comes_back(self):
        later = THEN + timedelta(minutes=1)
        assert RAIL.look_up(attempt("10.03"), THEN).standing == Standing.CONFIRMED
        report = RAIL.look_up(attempt("10.03"), later)
        assert (report.standing, report.returned) == (Standing.BOUNCED, Decimal("10.03"))

    def test_04_is_confirmed_after_ten_minutes(self):
        almost, then = THEN + timedelta(minutes=9, seconds=59), THEN + timedelta(minutes=10)
        assert RAIL.look_up(attempt("10.04"), almost).standing == Standing.ACCEPTED
        assert RAIL.look_up(attempt("10.04"), then).standing == Standing.CONFIRMED

    def test_05_is_told_twice(self):
        assert notices_of(Decimal("10.05"), 2) == 2
        assert notices_of(Decimal("10.00"), 2) == 1


class TestNotices:
    @pytest.mark.parametrize(
        "body",
        [
            b"", b"[]", b"{}", b"\xff", b'{"type": "else"}', b'{"type": []}', b"[" * 100_000,
            b'{"type": "arrival"}',
            b'{"type":"arrival","external_ref":"x","amount":1.5,"currency":"GBP","finality":"final"}',
            b'{"type":"arrival","external_ref":"","amount":"1","currency":"GBP","finality":"final"}',
            b'{"type":"arrival","external_ref":"x","amount":"0","currency":"GBP","finality":"final"}',
            b'{"type":"arrival","external_ref":"x","amount":"-1","currency":"GBP","finality":"final"}',
            b'{"type":"arrival","external_ref":"x","amount":"1","currency":"GBP","finality":"sure"}',
            b'{"type":"arrival","external_ref":"x","amount":"1","currency":"GBP","finality":"final",'
            b'"confirmations":true}',
            b'{"type":"payment","reference":"x","standing":"great"}',
            b'{"type":"return","external_ref":"x","done":1}',
        ],
    )  # fmt: skip
    def test_what_is_not_of_the_form_is_refused(self, body):
        with pytest.raises(NoticeRefused):
            read(body)
