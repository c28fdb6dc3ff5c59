"""The database: SQL files in migrations, transactions, and columns Django has no field for."""

from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.operations import RunSQL
from django.db.models import F, Func, Q

from coinhub.core.money import DIGITS, SCALE

ROOT = Path(settings.BASE_DIR)


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


def database_clock() -> datetime:
    """Ask the database what time it is: one clock for all processes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


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

    True of an empty column too. As short as it can be: the server reads the text of every
    constraint of a table again for each statement that writes to it.
    """

    template = "%(expressions)s <> 'NaN'::numeric"
    output_field = models.BooleanField()


def are_numbers(*names: str) -> Q:
    """Promise in a constraint that money columns hold numbers."""
    condition = Q()
    for name in names:
        condition &= Q(IsNumber(F(name)))
    return condition
