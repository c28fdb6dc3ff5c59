"""The database: SQL files in migrations, transactions, and columns Django has no field for."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar, cast

from django.conf import settings
from django.db import IntegrityError, connection, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.operations import RunSQL
from django.db.models import F, Func, Q
from django.db.models.functions import Greatest

from coinhub.core.money import DIGITS, SCALE
from coinhub.core.postgres.base import DatabaseWrapper

ROOT = Path(settings.BASE_DIR)
Row = TypeVar("Row", bound=models.Model)


def sql_file(path: str) -> str:
    """Read an SQL file of the project by its path from the top level."""
    return (ROOT / path).read_text(encoding="utf-8")


def run_sql_file(path: str, reverse: str) -> RunSQL:
    """Make the migration step that runs one SQL file, and the statement that takes it back."""
    return RunSQL(sql=[(sql_file(path), None)], reverse_sql=reverse)


def require_transaction() -> None:
    """Refuse to go on outside a transaction of the caller's.

    The transaction that a test case opens does not count, so that a missing one shows in tests too.
    """
    real = [b for b in connection.atomic_blocks if not getattr(b, "_from_testcase", False)]
    if not real:
        raise RuntimeError("this step needs the transaction of a use case")


def fetch_row(statement: str, parameters: Sequence[Any] = ()) -> Any:
    """Run a statement and give its first row, quicker than by a cursor of its own."""
    return cast(DatabaseWrapper, connection).fetch_row(statement, parameters)


def database_clock() -> datetime:
    """Ask the database what time it is: one clock for all processes."""
    moment: datetime = fetch_row("SELECT clock_timestamp()")[0]
    return moment


def insert_or_find(row: Row, there: "models.QuerySet[Row]") -> Row:
    """Insert a row that may be there once, and give it; where another is there, give that one.

    What is there may end at this very moment: then there is none to give, and room for the row.

    Atomic: needs the caller's transaction.
    Raises: IntegrityError when it is no such row that is in the way.
    """
    require_transaction()
    for is_last in (False, False, True):
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            found = there.first()
            if found is not None:
                return found
            if is_last:
                raise
        else:
            return row
    raise AssertionError("inserted, found or refused by now")


class ClockTimestamp(Func):
    """The database's clock, read when the row is written (``now()`` is the transaction's start)."""

    template = "clock_timestamp()"
    output_field = models.DateTimeField()


class CurrentXactId(Func):
    """The id of the transaction that writes the row."""

    template = "pg_current_xact_id()"


class XactIdField(models.Field):  # type: ignore[type-arg]
    """The id of the database transaction that wrote a row (``xid8``).

    Rows of one operation carry one id, and readers of new rows go by it: they take what lies below
    the oldest running transaction, so that a late commit is never passed over.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("db_default", CurrentXactId())
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        """Name the column type."""
        return "xid8"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> int | None:
        """Give the id as a number; the driver hands it over as text."""
        return None if value is None else int(value)

    def get_prep_value(self, value: Any) -> Any:
        """Give an id as text, which the database reads as an id: no number compares with one."""
        value = super().get_prep_value(value)
        return str(value) if isinstance(value, int) else value


class MoneyColumn(models.DecimalField):  # type: ignore[type-arg]
    """An amount in units of its currency: ``numeric(38,18)``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_digits"] = DIGITS
        kwargs["decimal_places"] = SCALE
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Leave the fixed precision out of migrations."""
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("max_digits", None)
        kwargs.pop("decimal_places", None)
        return name, path, args, kwargs


class IsNumber(Func):
    """Says that a money column holds a number, which NaN is not although it passes ``>= 0``.

    True of an empty column too. Of several columns it looks at the greatest, which NaN always is.
    As short as it can be: the server reads the text of every constraint of a table again for each
    statement that writes to it.
    """

    template = "%(expressions)s <> 'NaN'::numeric"
    output_field = models.BooleanField()


def are_numbers(*names: str) -> Q:
    """Promise in a constraint that money columns hold numbers."""
    return Q(IsNumber(Greatest(*names) if len(names) > 1 else F(names[0])))


class IsOneOf(Func):
    """Says that a text is one of the words, which are given with commas between them.

    ``IN`` would make an expression of each word; here they are one constant (see ``IsNumber``).
    """

    template = "(%(expressions)s = ANY ('{%(words)s}'::text[]))"
    output_field = models.BooleanField()


def is_one_of(text: str | Func, words: Iterable[str]) -> IsOneOf:
    """Promise in a constraint that a text column, or what is made of several, is a known word."""
    return IsOneOf(F(text) if isinstance(text, str) else text, words=",".join(words))


class Pair(Func):
    """Two text columns as one word, with a dot between them."""

    template = "(%(expressions)s)"
    arg_joiner = " || '.' || "
    output_field = models.TextField()
