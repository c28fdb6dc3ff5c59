"""JSON in and out."""

from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coinhub.api.json import MalformedJson, canonical, read_object, write

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.text(
        st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=5),
        inner,
        max_size=3,
    ),
    max_leaves=8,
)  # fmt: skip
OBJECTS = st.dictionaries(st.sampled_from(["to", "amount", "note", "x"]), VALUES, max_size=4)


class TestRead:
    @given(OBJECTS)
    def test_gives_back_what_was_written(self, value):
        assert read_object(write(value).encode()) == value

    @given(st.binary(max_size=40))
    def test_answers_any_bytes_with_an_object_or_a_refusal(self, body):
        with suppress(MalformedJson):
            assert isinstance(read_object(body), dict)

    @pytest.mark.parametrize("depth", [31, 32, 33, 200, 30000])
    def test_takes_32_levels_and_no_more(self, depth):
        body = b'{"a":' * (depth - 1) + b"{}" + b"}" * (depth - 1)
        if depth <= 32:
            assert read_object(body)
        else:
            with pytest.raises(MalformedJson):
                read_object(body)

    def test_brackets_inside_strings_are_no_levels(self):
        assert read_object(b'{"a":"' + b"[" * 100 + b'\\"{"}')["a"].endswith('"{')

    @pytest.mark.parametrize(
        "body", [b'{"a":1.0}', b'{"a":1e3}', b'{"a":NaN}', b'{"a":-Infinity}', b'{"a":1,"a":1}',
                 b'{"b":{"a":1,"a":2}}', b'{"a":"\\ud800"}', b'{"a":"\\u0000"}', b'{"\\udc00":1}',
                 b'{"a":["\\ud83d"]}', b"[]", b'"a"', b"", b"{", b"\xff",
                 b'{"a":' + b"9" * 50 + b"}"],
    )  # fmt: skip
    def test_guesses_nothing(self, body):
        with pytest.raises(MalformedJson):
            read_object(body)

    def test_takes_a_whole_character_that_is_written_as_two_escapes(self):
        assert read_object(b'{"a":"\\ud83d\\ude00"}') == {"a": "\U0001f600"}


class TestCanonical:
    @given(OBJECTS)
    def test_order_and_space_make_no_difference(self, value):
        turned = dict(reversed(value.items()))
        assert canonical(turned) == canonical(value)

    @given(OBJECTS)
    def test_nothing_of_the_value_is_lost(self, value):
        assert write(read_object(canonical(value))) == write(sorted_deeply(value))


def sorted_deeply(value):
    """Give the members of an object in order, and so on below it."""
    if isinstance(value, dict):
        return {name: sorted_deeply(value[name]) for name in sorted(value)}
    if isinstance(value, list):
        return [sorted_deeply(item) for item in value]
    return value


class TestWrite:
    def test_amounts_are_strings_and_times_are_utc(self):
        value = {
            "amount": Decimal("1E-18"),
            "at": datetime(2026, 5, 1, 12, tzinfo=UTC),
            "id": UUID(int=1),
        }
        assert write(value) == (
            '{"amount":"0.000000000000000001","at":"2026-05-01T12:00:00.000000Z",'
            '"id":"00000000-0000-0000-0000-000000000001"}'
        )

    @pytest.mark.parametrize("value", [1.5, {"a": 0.1}, [[2.0]], float("nan"), object()])
    def test_a_float_never_leaves(self, value):
        with pytest.raises(TypeError):
            write(value)
