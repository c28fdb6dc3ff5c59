"""The history that customers narrow down, and what their wallets are worth together."""

import re
from datetime import timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from tests.conftest import gbp, wallet_of
from tests.wallets.leaving import leaver, place, withdraw
from tests.wallets.web.test_pages import next_link, words
from wallets.models import Price
from wallets.selectors import wallets
from wallets.services import payments, transfers
from wallets.web import worth

pytestmark = pytest.mark.django_db


@pytest.fixture
def history(alice, bob, signed_in, actor):
    """Give what Alice's history says of a query; she paid, was paid, and owns two currencies."""
    mine, his = wallet_of(alice, funded="100"), wallet_of(bob, funded="100")
    wallet_of(alice, "BTC", funded="0.5")
    transfers.transfer(payer=mine, payee=his, amount=gbp("7"), note="Lunch", actor=actor)
    browser = signed_in(alice)

    def ask(**query):
        answer = browser.get("/transactions/", query)
        return answer.status_code, words(answer).partition("Show older")[0]

    return ask


def test_is_narrowed_down_by_kind_currency_words_and_day(history):
    today = timezone.now().date()
    for query, there, gone in (
        ({}, ("7.00 GBP", "0.50000000 BTC"), ()),
        ({"type": "transfer"}, ("7.00 GBP",), ("0.50000000 BTC",)),
        ({"currency": "BTC"}, ("0.50000000 BTC",), ("7.00 GBP",)),
        ({"q": "lunch"}, ("7.00 GBP",), ("0.50000000 BTC",)),
        ({"status": "HELD"}, ("Nothing matches",), ("7.00 GBP", "0.50000000 BTC")),
        ({"begin": today, "end": today}, ("7.00 GBP",), ()),
        ({"end": today - timedelta(days=1)}, ("Nothing matches",), ("7.00 GBP",)),
    ):
        status, text = history(**query)
        assert status == 200, query
        assert all(one in text for one in there), (query, text)
        assert not any(one in text for one in gone), (query, text)


@pytest.mark.parametrize(
    "query",
    [
        {"begin": "never"},
        {"end": "0001-01-01"},
        {"end": "9999-12-31"},
        {"begin": "2026-02-02", "end": "2026-02-01"},
        {"type": "theft"},
        {"currency": "XXX"},
        {"q": "\x00"},
        {"q": "a" * 101},
    ],
    ids=str,
)
def test_what_cannot_be_read_is_said_at_the_filter(history, query):
    status, text = history(**query)
    assert status == 400
    assert "The filter could not be read" in text
    assert "7.00 GBP" not in text


def test_goes_on_with_the_same_filter(alice, bob, signed_in, actor):
    mine, his = wallet_of(alice, funded="100"), wallet_of(bob)
    for _ in range(27):
        transfers.transfer(payer=mine, payee=his, amount=gbp("1"), actor=actor)
        payments.credit(payee=mine, amount=gbp("2"), actor=actor)
    browser = signed_in(alice)
    further = next_link(browser.get("/transactions/?type=transfer"))
    assert parse_qs(urlsplit(further.replace("&amp;", "&")).query)["type"] == ["transfer"]
    page = browser.get(further.replace("&amp;", "&")).content.decode()
    assert len(re.findall(r'<li class="entry">', page)) == 2
    assert "2.00" not in words(browser.get(further.replace("&amp;", "&")))


class TestWorth:
    def put(self, owner, **prices):
        for currency, usd in prices.items():
            Price.objects.create(
                currency_id=currency, usd=Decimal(usd), source="test", priced_at=timezone.now()
            )
        return worth.find_worth(wallets.list_wallets(owner.pk))

    def test_values_each_wallet_and_adds_up(self, alice):
        wallet_of(alice, funded="100")
        wallet_of(alice, "BTC", funded="0.5")
        found = self.put(alice, GBP="1.25", BTC="60000")
        assert [(one.wallet.currency_id, one.usd) for one in found.shares] == [
            ("BTC", Decimal("30000.00")),
            ("GBP", Decimal("125.00")),
        ]
        assert found.usd == Decimal("30125.00")
        assert [one.percent for one in found.shares] == [Decimal("99.6"), Decimal("0.4")]

    def test_guesses_no_price_and_counts_no_points(self, alice, monkeypatch):
        wallet_of(alice, funded="100")
        wallet_of(alice, "USD", funded="5")
        wallet_of(alice, "ETH", funded="1")
        wallet_of(alice, "PTS", funded="1000")
        price = Price(currency_id="GBP", usd=Decimal("1.25"), priced_at=timezone.now())
        monkeypatch.setattr(worth, "newest_prices", lambda: {"GBP": price})
        found = worth.find_worth(wallets.list_wallets(alice.pk))
        assert found.usd == Decimal("130.00")
        assert found.unpriced == ["ETH"]

    def test_one_wallet_alone_is_not_compared(self, alice):
        wallet_of(alice, funded="100")
        wallet_of(alice, "BTC")
        assert self.put(alice, GBP="1.25", BTC="60000") is None

    def test_stands_on_the_overview(self, alice, signed_in):
        wallet_of(alice, funded="100")
        wallet_of(alice, "USD", funded="5")
        self.put(alice, GBP="1.25")
        text = words(signed_in(alice).get("/"))
        assert "about 130.00 USD" in text
        assert "96.2%" in text


def test_names_the_place_of_a_withdrawal(signed_in):
    ann = leaver()
    there = place(ann)
    withdraw(ann, "25.00", there)
    assert f"Withdrawal to {there.label}" in words(signed_in(ann).get("/transactions/"))
