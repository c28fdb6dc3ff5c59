"""What an operation costs: nothing by default, rounded up, the newest valid row."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from coinhub.core.actor import system
from coinhub.core.errors import AmountInvalid
from coinhub.core.money import Money
from wallets.models import Fee
from wallets.selectors import fees
from wallets.services import terms

pytestmark = pytest.mark.django_db


def set_fee(operation="transfer", currency="GBP", **members):
    terms.set_fee(payload={"operation": operation, "currency": currency, **members}, actor=system())
    fees.forget()


def fee(amount, currency="GBP", operation="transfer"):
    return fees.fee_for(operation, Money(Decimal(amount), currency)).amount


class TestFee:
    @pytest.mark.parametrize("operation", Fee.Operation.values)
    def test_is_nothing_until_one_is_set(self, operation):
        assert fee("100.00", operation=operation) == 0

    @pytest.mark.parametrize(
        ("amount", "members", "charged"),
        [
            ("100.00", {"bps": 50}, "0.50"),
            ("0.01", {"bps": 1}, "0.01"),  # rounded up, never to zero
            ("100.01", {"bps": 50}, "0.51"),  # 0.50005
            ("100.00", {"fixed": "1.25"}, "1.25"),
            ("100.00", {"fixed": "1.25", "bps": 100}, "2.25"),
            ("1.00", {"bps": 100, "minimum": "0.30"}, "0.30"),
            ("1000.00", {"bps": 100, "maximum": "5.00"}, "5.00"),
            ("1000.00", {"fixed": "9.00", "maximum": "5.00"}, "5.00"),
            ("100.00", {"bps": 10000}, "100.00"),
            ("100.00", {"bps": 0}, "0"),
            ("99999999999999999999.99", {"bps": 3333}, "33329999999999999999.997"),
        ],
    )
    def test_is_fixed_plus_rate_between_least_and_most_rounded_up(self, amount, members, charged):
        set_fee(**members)
        up = Decimal(charged).quantize(Decimal("0.01"), rounding="ROUND_CEILING")
        assert fee(amount) == up

    @pytest.mark.parametrize(
        ("currency", "amount", "charged"),
        [("JPY", "1", "1"), ("BTC", "0.00000001", "0.00000001"), ("ETH", "1e-18", "1e-18")],
    )
    def test_is_rounded_up_to_the_currencys_own_decimals(self, currency, amount, charged):
        set_fee(currency=None, bps=1)
        assert fee(amount, currency) == Decimal(charged)

    def test_of_the_currency_goes_before_the_one_for_every_currency(self):
        set_fee(currency=None, bps=100)
        set_fee(currency="EUR", bps=10)
        assert fee("100.00", "GBP") == 1
        assert fee("100.00", "EUR") == Decimal("0.10")

    def test_for_every_currency_is_none_for_points(self):
        set_fee(currency=None, bps=100)
        assert fee("100", "PTS") == 0
        set_fee(currency="PTS", fixed="2")
        assert fee("100", "PTS") == 2

    def test_of_one_operation_is_not_anothers(self):
        set_fee("withdrawal", bps=100)
        assert (fee("1.00"), fee("1.00", operation="withdrawal")) == (0, Decimal("0.01"))

    def test_the_newest_valid_row_counts(self):
        set_fee(bps=100)
        set_fee(bps=10, valid_from=(timezone.now() + timedelta(hours=1)).isoformat())
        assert fee("100.00") == 1
        set_fee(bps=50)
        assert fee("100.00") == Decimal("0.50")
        set_fee(bps=0)
        assert fee("100.00") == 0

    @pytest.mark.parametrize("amount", ["0", "-1"])
    def test_of_nothing_is_refused(self, amount):
        with pytest.raises(AmountInvalid):
            fee(amount)

    def test_asks_the_database_once_for_many(self, django_assert_num_queries):
        fee("1.00")
        fees.forget()
        with django_assert_num_queries(1):
            for _ in range(20):
                fee("1.00")
