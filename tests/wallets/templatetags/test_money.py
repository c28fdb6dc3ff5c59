"""How pages write money."""

from decimal import Decimal
from types import SimpleNamespace

import pytest

from coinhub.core.errors import AmountInvalid
from wallets.templatetags import money as pages

GBP = SimpleNamespace(code="GBP", decimals=2)
JPY = SimpleNamespace(code="JPY", decimals=0)
BTC = SimpleNamespace(code="BTC", decimals=8)
ETH = SimpleNamespace(code="ETH", decimals=18)


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("1234567.500000000000000000", GBP, "1 234 567.50 GBP"),
        ("0.000000000000000000", GBP, "0.00 GBP"),
        ("-0.000000000000000000", GBP, "0.00 GBP"),
        ("999.000000000000000000", JPY, "999 JPY"),
        ("-1000.000000000000000000", JPY, "−1 000 JPY"),
        ("0.000000010000000000", BTC, "0.00000001 BTC"),
        ("10.000000000000000000", ETH, "10.00000000 ETH"),
        ("10.000000000000000001", ETH, "10.000000000000000001 ETH"),
        ("0.123456789000000000", ETH, "0.123456789 ETH"),
        ("12345678901234567890.120000000000000000", GBP, "12 345 678 901 234 567 890.12 GBP"),
    ],
)
def test_amounts_have_the_decimals_of_their_currency_in_thin_groups(amount, currency, text):
    plain = pages.money(Decimal(amount), currency).replace("\u202f", " ").replace("\u00a0", " ")
    assert plain == text


def test_an_amount_with_more_decimals_than_its_currency_is_refused_and_never_rounded():
    with pytest.raises(AmountInvalid):
        pages.money(Decimal("0.001"), GBP)


def test_groups_and_code_never_break_over_two_lines():
    assert " " not in pages.money(Decimal("1234567.5"), GBP)


def test_a_movement_always_has_its_sign():
    assert "+25.50" in pages.signed(Decimal("25.5"), GBP)
    assert "−25.50" in pages.signed(Decimal("-25.5"), GBP)


def test_a_wallet_and_a_transaction_say_their_own_unit():
    wallet = SimpleNamespace(currency_id="GBP", decimals=2)
    transaction = SimpleNamespace(currency_id="BTC", currency=BTC)
    assert pages.money(Decimal(1), wallet).endswith("GBP")
    assert "1.00000000" in pages.money(Decimal(1), transaction)


def test_the_split_fills_the_whole_width_and_an_empty_wallet_fills_nothing():
    wallet = SimpleNamespace(available=Decimal(50), held=Decimal(30), locked=Decimal(20))
    drawn = pages.split(wallet)
    assert '<rect class="split-held" x="50.00" width="30.00"' in drawn
    assert '<rect class="split-locked" x="80.00" width="20.00"' in drawn
    empty = SimpleNamespace(available=Decimal(0), held=Decimal(0), locked=Decimal(0))
    assert pages.split(empty).count('width="0"') == 3


def test_an_overdrawn_wallet_draws_no_negative_width():
    wallet = SimpleNamespace(available=Decimal(-50), held=Decimal(30), locked=Decimal(0))
    assert 'width="-' not in pages.split(wallet)
