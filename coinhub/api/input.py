"""What comes in: nothing unknown, nothing twice, nothing guessed."""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any

from django.http import QueryDict
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.utils.serializer_helpers import BindingDict

from coinhub.core.errors import AmountInvalid
from coinhub.core.money import WIRE_PATTERN, Money

UNKNOWN = "UNKNOWN_FIELD"
# Years 1900 to 2999: nothing is booked outside them, and no arithmetic on days leaves the calendar.
_DAY = re.compile(r"(?:19|2[0-9])[0-9]{2}-[0-9]{2}-[0-9]{2}\Z")
_MOMENT = re.compile(
    _DAY.pattern.removesuffix(r"\Z")
    + r"T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:[0-9]{2})\Z"
)


class Input(serializers.Serializer):
    """A request's members; unknown ones are refused by name."""

    # Made once for each class, and not for every request: a field keeps nothing of what it reads.
    @property
    def fields(self) -> BindingDict:
        """Give the fields by name."""
        return _fields_of(type(self))

    def to_internal_value(self, data: Any) -> Any:
        """Read the members.

        Raises: ValidationError naming every place.
        """
        unknown = set(data) - set(self.fields)
        if unknown:
            raise serializers.ValidationError(
                {
                    name: serializers.ErrorDetail("there is no such member", UNKNOWN)
                    for name in sorted(unknown)
                }
            )
        return super().to_internal_value(data)


@cache
def _fields_of(reader: type[Input]) -> BindingDict:
    blank = reader()
    fields = BindingDict(blank)
    for name, field in blank.get_fields().items():
        fields[name] = field
    return fields


TEXT_PATTERN = r"^[^\u0000-\u001f\u007f-\u009f]*$"  # no control characters


class TextField(serializers.CharField):
    """A JSON string, as it is: numbers and booleans are no strings, control characters no text."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"trim_whitespace": False, **options})

    def to_internal_value(self, data: Any) -> str:
        """Read the string.

        Raises: ValidationError.
        """
        if not isinstance(data, str):
            raise serializers.ValidationError("this is a string", code="NOT_A_STRING")
        if any(unicodedata.category(sign) == "Cc" for sign in data):
            raise serializers.ValidationError("no control characters", code="CONTROL_CHARACTER")
        return super().to_internal_value(data)


class WholeField(serializers.IntegerField):
    """A JSON number without a fraction; a string of digits is none."""

    def to_internal_value(self, data: Any) -> int:
        """Read the number.

        Raises: ValidationError.
        """
        if not isinstance(data, int) or isinstance(data, bool):
            raise serializers.ValidationError("this is a whole number", code="NOT_A_NUMBER")
        return int(super().to_internal_value(data))


@extend_schema_field({"type": "string", "pattern": WIRE_PATTERN, "examples": ["12.50"]})
class MoneyField(serializers.Field):
    """An amount on the wire: a string of digits such as ``12.50``."""

    def to_internal_value(self, data: Any) -> str:
        """Check the form; the currency's decimals are checked where the currency is known.

        Raises: ValidationError.
        """
        try:
            Money.parse(data, "").require_positive()
        except AmountInvalid as refusal:
            raise amount_refused(refusal) from None
        return str(data)

    def to_representation(self, value: Any) -> str:
        """Give the text; whoever answers has written it with the currency's decimals."""
        return str(value)


@extend_schema_field({"type": "string", "pattern": "^-?" + WIRE_PATTERN.removeprefix("^")})
class BalanceField(MoneyField):
    """A balance on the way out; with an overdraft it may be below zero."""


def amount_refused(refusal: AmountInvalid) -> serializers.ValidationError:
    """Turn a refused amount into an error at its place."""
    return serializers.ValidationError(refusal.detail, code=AmountInvalid.code)


@contextmanager
def at_its_place(field: str = "amount") -> Iterator[None]:
    """Name the member in which an amount was sent that its currency does not allow.

    Raises: ValidationError instead of AmountInvalid.
    """
    try:
        yield
    except AmountInvalid as refusal:
        raise serializers.ValidationError({field: amount_refused(refusal).detail}) from None


@extend_schema_field({"type": "string", "examples": ["2026-05-31", "2026-05-31T12:00:00Z"]})
class MomentField(serializers.Field):
    """A day (``2026-05-31``, in UTC) or a moment (RFC 3339 with an offset)."""

    def __init__(self, *, end_of_day: bool = False, **options: Any) -> None:
        self.end_of_day = end_of_day
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> datetime:
        """Read the moment; a day as an end includes that day.

        Raises: ValidationError.
        """
        try:
            if _DAY.match(data):
                day = datetime.combine(date.fromisoformat(data), time.min, UTC)
                return day + timedelta(days=1) if self.end_of_day else day
            if _MOMENT.match(data):
                return datetime.fromisoformat(data).astimezone(UTC)
        except (ValueError, TypeError):
            pass
        raise serializers.ValidationError(
            "a day such as 2026-05-31, or a moment such as 2026-05-31T12:00:00Z",
            code="TIME_INVALID",
        )

    def to_representation(self, value: Any) -> Any:
        """Give the moment as it is."""
        return value


def read_query(query: QueryDict, wanted: type[Input] | None) -> dict[str, Any]:
    """Read the query of an address.

    Raises: ValidationError for a parameter that is unknown, given twice or not of its form.
    """
    twice = {
        name: serializers.ErrorDetail("given more than once", "GIVEN_TWICE")
        for name, values in query.lists()
        if len(values) > 1
    }
    if twice:
        raise serializers.ValidationError(twice)
    if wanted is None and not query:
        return {}
    reader = (wanted or Input)(data=query.dict())
    reader.is_valid(raise_exception=True)
    return dict(reader.validated_data)
