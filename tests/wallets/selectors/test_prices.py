"""What an amount is worth: exact, at a recorded price, and never at one that is too old."""

import csv
import gzip
import os
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from coinhub.core.money import Money
from wallets import tasks
from wallets.models import Currency, Price
from wallets.providers import prices as providers
from wallets.providers import sandbox
from wallets.providers.prices import Quote
from wallets.providers.sandbox import SandboxPrices, figures
from wallets.selectors import prices
from wallets.selectors.currencies import CurrencyUnknown
from wallets.selectors.prices import PriceUnavailable, Valued
from wallets.services.prices import record_prices

DATA = Path(os.environ.get("COINHUB_TEST_DATA", settings.BASE_DIR.parent / "shared" / "data"))
pytestmark = pytest.mark.django_db


class Told:
    """A source that says what it is told to say."""

    name = "test"

    def __init__(self, *quotes):
        self.quotes = list(quotes)
        self.asked = []

    def prices(self, currencies):
        self.asked.append(list(currencies))
        return self.quotes


@pytest.fixture(autouse=True)
def _outside_of_the_sandbox(db, monkeypatch):
    """Two currencies that nobody has prices of; nothing is recorded because it is asked for."""
    for code in ("AAA", "BBB"):
        Currency.objects.create(code=code, name=code, decimals=8, kind="crypto")
    monkeypatch.setattr(prices, "_refill", [])


@pytest.fixture
def play_figures(monkeypatch):
    """Let the sandbox know a price of them."""
    monkeypatch.setattr(sandbox, "figures", lambda: {"AAA": Decimal(60_000), "BBB": Decimal(5)})


def recorded():
    return Price.objects.filter(currency__in=("AAA", "BBB"))


def quote(currency, usd, age_s=0):
    return Quote(currency, Decimal(usd), timezone.now() - timedelta(seconds=age_s))


def some(amount):
    return Money(Decimal(amount), "AAA")


class TestValue:
    def test_of_dollars_is_the_amount_and_needs_no_price(self):
        assert prices.value_in_usd(Money(Decimal("12.34"), "USD")) == Valued(Decimal("12.34"), None)

    @pytest.mark.parametrize(
        ("amount", "price", "usd"),
        [
            ("0.00000001", "60000", "0.0006"),
            ("1", "0.000000000000000001", "0.000000000000000001"),
            ("0.5", "0.000000000000000001", "0"),  # half to even
            ("1.5", "0.000000000000000001", "0.000000000000000002"),
            ("9999999999", "1.000000000000000001", "9999999999.000000009999999999"),
            ("0.12345678", "12345.678901234567890123", "1524.157764060357776406"),
        ],
    )  # fmt: skip
    def test_is_exact_and_rounded_once_at_18_decimals(self, amount, price, usd):
        [row] = record_prices(Told(quote("AAA", price)))
        valued = prices.value_in_usd(some(amount))
        assert valued == Valued(Decimal(usd), row.pk)
        assert -valued.usd.as_tuple().exponent == 18

    def test_takes_the_newest_price_by_the_sources_time(self):
        record_prices(Told(quote("AAA", "100", age_s=10)))
        [newest] = record_prices(Told(quote("AAA", "200", age_s=5)))
        record_prices(Told(quote("AAA", "300", age_s=7)))
        assert prices.value_in_usd(some("1")) == Valued(Decimal(200), newest.pk)

    def test_asks_the_database_once_for_many(self, django_assert_num_queries):
        record_prices(Told(quote("AAA", "100"), quote("BBB", "10")))
        with django_assert_num_queries(1):
            for _ in range(20):
                prices.value_in_usd(some("1"))
                prices.value_in_usd(Money(Decimal(1), "BBB"))

    def test_of_points_is_none(self):
        assert prices.find_value(Money(Decimal(5), "PTS")) is None
        with pytest.raises(PriceUnavailable):
            prices.value_in_usd(Money(Decimal(5), "PTS"))
        with pytest.raises(CurrencyUnknown):
            prices.find_value(Money(Decimal(5), "XYZ"))

    def test_for_people_is_no_price_rather_than_a_refusal(self):
        assert prices.describe_value(some("1")) is None
        record_prices(Told(quote("AAA", "100")))
        prices._newest.forget()
        assert prices.describe_value(some("1")) == Decimal(100)


class TestAge:
    def test_without_a_price_nothing_is_valued(self):
        with pytest.raises(PriceUnavailable) as refused:
            prices.value_in_usd(some("1"))
        assert (refused.value.code, refused.value.status) == ("PRICE_UNAVAILABLE", 503)
        assert refused.value.members == {"retry_after": 60}

    @pytest.mark.parametrize(("age_s", "is_used"), [(0, True), (290, True), (301, False)])
    def test_a_price_older_than_the_setting_is_refused(self, age_s, is_used):
        record_prices(Told(quote("AAA", "100", age_s=age_s)))
        assert (prices.describe_value(some("1")) is not None) is is_used

    def test_what_is_remembered_grows_old_too(self, settings):
        settings.PRICE_MAX_AGE_S = 300
        record_prices(Told(quote("AAA", "100", age_s=100)))
        assert prices.describe_value(some("1"))
        settings.PRICE_MAX_AGE_S = 99
        assert prices.describe_value(some("1")) is None

    def test_the_sandbox_records_one_when_it_is_asked_for(self, play_figures):
        prices.refill_with(record_prices)
        assert prices.value_in_usd(some("2")).usd == 120_000
        assert recorded().filter(source="sandbox").count() == 2
        prices.value_in_usd(some("2"))
        assert recorded().count() == 2


class TestRecording:
    def test_asks_for_every_currency_but_dollars_and_points(self):
        source = Told()
        assert record_prices(source) == []
        assert source.asked == [["GBP", "EUR", "CZK", "JPY", "BTC", "ETH", "USDT", "AAA", "BBB"]]

    def test_keeps_price_source_and_both_times(self):
        at = timezone.now() - timedelta(seconds=30)
        [row] = record_prices(Told(Quote("BBB", Decimal("2500.5"), at)))
        row = Price.objects.get(pk=row.pk)
        assert (row.currency_id, row.usd, row.source) == ("BBB", Decimal("2500.5"), "test")
        assert row.priced_at == at
        assert timedelta(0) <= row.recorded_at - row.priced_at < timedelta(minutes=5)

    def test_the_same_price_of_the_same_time_is_recorded_once(self):
        told = quote("BBB", "2500")
        assert len(record_prices(Told(told))) == 1
        assert record_prices(Told(told)) == []
        assert len(record_prices(Told(Quote("BBB", Decimal(2501), told.priced_at)))) == 1

    @pytest.mark.parametrize(
        "bad",
        [
            Quote("BBB", Decimal(0)),
            Quote("BBB", Decimal(-1)),
            Quote("BBB", Decimal("NaN")),
            Quote("BBB", Decimal("Infinity")),
            Quote("BBB", Decimal("1e30")),
            Quote("BBB", Decimal("1e-19")),
            Quote("USD", Decimal(2)),
            Quote("PTS", Decimal(2)),
            Quote("XYZ", Decimal(2)),
        ],
        ids=str,
    )
    def test_what_is_no_price_is_left_out_and_the_rest_recorded(self, bad):
        rows = record_prices(Told(bad, quote("AAA", "100")))
        assert [row.currency_id for row in rows] == ["AAA"]
        assert recorded().count() == 1

    def test_a_time_ahead_of_our_clock_is_our_clocks(self):
        [row] = record_prices(Told(quote("AAA", "100", age_s=-3600)))
        row = Price.objects.get(pk=row.pk)
        assert row.recorded_at - row.priced_at < timedelta(seconds=60)

    def test_without_a_source_nothing_is_recorded(self, settings):
        settings.SANDBOX, settings.PRICE_SOURCE = False, ""
        assert providers.configured() is None
        tasks.prices.record_prices.run()
        assert not recorded().exists()

    def test_the_task_records_from_the_source_of_the_installation(self, settings, play_figures):
        settings.PRICE_SOURCE = "wallets.providers.sandbox.SandboxPrices"
        tasks.prices.record_prices.run(something_of_a_later_version=1)
        assert recorded().get(currency="AAA").usd == 60_000

    def test_play_figures_are_refused_outside_of_the_sandbox(self, settings):
        settings.SANDBOX = False
        with pytest.raises(Exception, match="play money"):
            SandboxPrices()


class TestRows:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE wallets_price SET usd = 1",
            "DELETE FROM wallets_price",
            "INSERT INTO wallets_price (currency_id, usd, source, priced_at)"
            " VALUES ('AAA', 'NaN', 'x', now())",
            "INSERT INTO wallets_price (currency_id, usd, source, priced_at)"
            " VALUES ('AAA', 0, 'x', now())",
            "INSERT INTO wallets_price (currency_id, usd, source, priced_at)"
            " VALUES ('AAA', 1, 'x', now() + interval '1 hour')",
            "INSERT INTO wallets_price (currency_id, usd, source, priced_at)"
            " VALUES ('AAA', 1, '', now())",
        ],
    )
    def test_the_database_refuses(self, statement):
        record_prices(Told(quote("AAA", "100")))
        with pytest.raises(Exception, match="append-only|denied|violates") as refused:  # noqa: SIM117
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
        assert isinstance(refused.value, IntegrityError) or "denied" in str(refused.value)
        assert [row.usd for row in recorded()] == [100]


class TestSandboxFigures:
    def test_are_those_of_the_central_bank_where_they_say_so(self):
        path = DATA / "ecb-rates/eurofxref-hist-to-2024.csv.gz"
        if not path.exists():
            pytest.skip(f"no test data: {path} (COINHUB_TEST_DATA)")
        with gzip.open(path, "rt") as file:
            newest = next(csv.DictReader(file))
        assert newest["Date"] == "2024-12-31"
        usd = Decimal(newest["USD"])
        rates = {"EUR": usd} | {c: usd / Decimal(newest[c]) for c in ("GBP", "CZK", "JPY")}
        known = figures()
        for currency, rate in rates.items():
            assert (known[currency] - rate).copy_abs() < Decimal("0.000001"), currency

    def test_value_a_real_day_of_real_prices(self):
        path = DATA / "crypto-prices/BTC-USD-1d.csv.gz"
        if not path.exists():
            pytest.skip(f"no test data: {path} (COINHUB_TEST_DATA)")
        with gzip.open(path, "rt") as file:
            rows = list(csv.DictReader(file))[-30:]
        begin = datetime.now(UTC) - timedelta(seconds=40)
        for place, row in enumerate(rows):
            at = begin + timedelta(seconds=place)
            record_prices(Told(Quote("AAA", Decimal(row["Close"]), at)))
            prices._newest.forget()
            assert prices.value_in_usd(some("2")).usd == 2 * Decimal(row["Close"])
