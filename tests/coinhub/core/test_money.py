"""Amounts: what is accepted, what is refused, and that nothing is ever lost on the way."""

import decimal
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coinhub.core.errors import AmountInvalid, CurrencyMismatch
from coinhub.core.money import CONTEXT, WIRE_PATTERN, Money, amount_text, quantize, total
from tests.coinhub.core.bad_amounts import BAD_FORMS

# Every whole number of 10**-18 that a money column can hold.
UNITS = st.integers(-(10**38) + 1, 10**38 - 1)
amounts = UNITS.map(lambda units: Decimal(units).scaleb(-18, context=decimal.Context(prec=60)))


@st.composite
def wire_texts(draw: st.DrawFn) -> str:
    whole = draw(st.integers(0, 10**20 - 1))
    decimals = draw(st.text("0123456789", max_size=18))
    return f"{whole}.{decimals}" if decimals else str(whole)


class TestTheWireForm:
    def test_there_are_at_least_200_listed_bad_forms_and_each_is_another(self):
        assert len(BAD_FORMS) >= 200
        assert len({repr(form) for form in BAD_FORMS}) == len(BAD_FORMS)

    @pytest.mark.parametrize("form", BAD_FORMS, ids=lambda form: repr(form)[:40])
    def test_a_listed_bad_form_is_refused(self, form):
        with pytest.raises(AmountInvalid):
            Money.parse(form, "ETH")

    @given(st.text(max_size=45))
    def test_a_string_that_is_no_plain_decimal_is_refused(self, text):
        whole, point, decimals = text.partition(".")
        plain = (
            text.isascii()
            and whole.isdigit()
            and len(whole) <= 20
            and (whole == "0" or whole[0] != "0")
            and (not point or (decimals.isdigit() and len(decimals) <= 18))
        )
        if plain:
            assert Money.parse(text, "ETH").amount == Decimal(text)
        else:
            with pytest.raises(AmountInvalid):
                Money.parse(text, "ETH")

    @given(wire_texts())
    def test_every_accepted_text_comes_back_the_same_digits(self, text):
        decimals = len(text.partition(".")[2])
        assert Money.parse(text, "ETH").text(decimals) == text

    @given(wire_texts(), st.integers(0, 18))
    def test_more_decimals_than_the_currency_has_are_refused_and_never_rounded(
        self, text, decimals
    ):
        if len(text.partition(".")[2]) > decimals:
            with pytest.raises(AmountInvalid):
                Money.parse(text, "XXX", decimals)
        else:
            assert Money.parse(text, "XXX", decimals).amount == Decimal(text)

    def test_trailing_zeros_beyond_the_currency_are_refused_too(self):
        with pytest.raises(AmountInvalid):
            Money.parse("12.500", "GBP", 2)

    def test_the_published_pattern_is_the_one_of_the_requirements(self):
        assert WIRE_PATTERN == r"^(0|[1-9][0-9]{0,19})(\.[0-9]{1,18})?$"


class TestAnAmount:
    @pytest.mark.parametrize(
        "value",
        [1.5, 1, True, "1.50", None, float("nan")],
        ids=["float", "int", "bool", "text", "none", "float nan"],
    )
    def test_is_a_decimal_and_nothing_else(self, value):
        with pytest.raises(AmountInvalid):
            Money(value, "GBP")

    @pytest.mark.parametrize("text", ["NaN", "-NaN", "sNaN", "NaN123", "Infinity", "-Infinity"])
    def test_is_a_finite_number(self, text):
        with pytest.raises(AmountInvalid):
            Money(Decimal(text), "GBP")

    def test_has_at_most_18_decimals(self):
        with pytest.raises(AmountInvalid):
            Money(Decimal("0.0000000000000000001"), "ETH")

    def test_may_carry_zeros_behind_the_18th_decimal(self):
        assert Money(Decimal("1.0000000000000000000"), "ETH").amount == 1

    @pytest.mark.parametrize("text", ["1E20", "100000000000000000000", "-1E20", "1E+999999"])
    def test_has_at_most_20_digits_before_the_point(self, text):
        with pytest.raises(AmountInvalid):
            Money(Decimal(text), "ETH")

    @pytest.mark.parametrize("text", ["0", "-0", "-0.01", "-5"])
    def test_that_must_be_positive_is_not_zero_and_not_less(self, text):
        with pytest.raises(AmountInvalid):
            Money(Decimal(text), "GBP").require_positive()

    @given(amounts)
    def test_is_written_with_18_decimals_and_read_back_exactly(self, amount):
        text = Money(amount, "ETH").text(18)
        assert Decimal(text) == amount
        assert "E" not in text
        assert len(text.partition(".")[2]) == 18

    @given(amounts, st.integers(0, 18))
    def test_is_never_written_shorter_than_it_is(self, amount, decimals):
        scaled = quantize(amount, decimals, decimal.ROUND_DOWN)
        if scaled == amount:
            assert Decimal(amount_text(amount, decimals)) == amount
        else:
            with pytest.raises(AmountInvalid):
                amount_text(amount, decimals)

    def test_zero_is_written_without_a_sign(self):
        assert amount_text(Decimal("-0.00"), 2) == "0.00"

    def test_is_frozen(self):
        with pytest.raises(AttributeError):
            Money(Decimal(1), "GBP").amount = Decimal(2)  # type: ignore[misc]


class TestReckoning:
    def test_the_decimal_module_alone_would_lose_a_digit_and_money_does_not(self):
        large, small = Decimal("12345678901234567890"), Decimal("0.000000000000000001")
        assert large + small == large  # the trap: 28 digits by default
        added = Money(large, "ETH") + Money(small, "ETH")
        assert str(added.amount) == "12345678901234567890.000000000000000001"

    @given(st.lists(amounts, max_size=40))
    def test_a_total_is_the_sum_of_whole_units(self, parts):
        units = sum(int(part.scaleb(18, context=CONTEXT)) for part in parts)
        assert int(total(parts).scaleb(18, context=CONTEXT)) == units

    @given(amounts, amounts)
    def test_what_was_added_can_be_taken_away_again(self, first, second):
        try:
            both = Money(first, "ETH") + Money(second, "ETH")
        except AmountInvalid:
            limit = Decimal(10) ** 20
            assert not -limit < CONTEXT.add(first, second) < limit
            return
        assert (both - Money(second, "ETH")).amount == first
        assert (both + -both).amount == 0

    @given(amounts, amounts)
    def test_order_is_that_of_the_numbers(self, first, second):
        assert (Money(first, "ETH") < Money(second, "ETH")) == (first < second)
        assert (Money(first, "ETH") <= Money(second, "ETH")) == (first <= second)

    @pytest.mark.parametrize(
        "mix",
        [lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a < b, lambda a, b: a <= b],
        ids=["add", "subtract", "less", "less or equal"],
    )
    def test_two_currencies_are_never_mixed(self, mix):
        with pytest.raises(CurrencyMismatch):
            mix(Money(Decimal(1), "GBP"), Money(Decimal(1), "USD"))

    def test_a_sum_that_does_not_fit_the_column_is_refused(self):
        most = Money(Decimal("99999999999999999999.999999999999999999"), "ETH")
        with pytest.raises(AmountInvalid):
            most + Money(Decimal("0.000000000000000001"), "ETH")

    def test_nothing_is_false_and_something_is_true(self):
        assert not Money.zero("GBP")
        assert Money(Decimal("0.01"), "GBP")
