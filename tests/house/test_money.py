"""No binary floating point near money, no sums that round by themselves, one door to balances."""

import ast
import re

import pytest
from django.apps import apps
from django.db import models

from coinhub.core.db import MoneyColumn
from tests.house.source import PACKAGES, name_of, python_files, tree_of

MONEY_PACKAGES = (
    "coinhub/core/money.py", "coinhub/core/db.py", "wallets", "integrity", "kyc", "coinhub/api",
    "coinhub/events", "coinhub/web",
)  # fmt: skip
AMOUNTS = {
    "amount", "fee", "available", "held", "locked", "invested", "balance_after", "remaining",
    "floor",
}  # fmt: skip
# Files of the money packages in which a float is a time or a size on paper, and nothing else.
SECONDS = {
    "wallets/management/progress.py": "seconds between two drawings of the progress bar",
    "coinhub/api/gate.py": "seconds until a window of requests ends",
    "coinhub/api/windows.py": "seconds that Valkey is waited for, and left alone",
    "kyc/pictures/papers.py": "how large a page is drawn",
    "integrity/services/check.py": "milliseconds a run took",
}
# The benchmark writes rows by hand, on its own servers, to show what that costs.
NOT_THE_LEDGER = ("coinhub/bench",)
LEDGER_MODELS = {"Wallet", "Journal", "Posting", "Hold", "HoldCondition"}
WRITES = {"create", "bulk_create", "bulk_update", "update_or_create", "get_or_create", "delete"}


def money_files():
    files = [path for entry in MONEY_PACKAGES for path in python_files(entry)]
    return [path for path in files if name_of(path) not in SECONDS]


def product_files():
    return [path for path in python_files() if not name_of(path).startswith(NOT_THE_LEDGER)]


def found(matches, files=None):
    return [
        f"{name_of(path, node)}: {ast.unparse(node)}"
        for path in (files if files is not None else money_files())
        for node in ast.walk(tree_of(path))
        if matches(node)
    ]


class TestFloats:
    def test_the_money_packages_are_looked_at(self):
        assert len(money_files()) >= 40

    def test_every_exception_is_still_needed(self):
        files = {name_of(path): path for path in python_files()}
        for name in SECONDS:
            assert found(_is_float, [files[name]]), f"{name} needs no exception any more"

    def test_none_is_made_or_written_and_nothing_is_rounded_by_round(self):
        assert found(_is_float) == []

    def test_no_column_or_field_is_a_float(self):
        assert (
            found(
                lambda n: (
                    isinstance(n, ast.Name | ast.Attribute)
                    and (n.id if isinstance(n, ast.Name) else n.attr) == "FloatField"
                )
            )
            == []
        )
        floats = [
            f"{model.__name__}.{field.name}"
            for model in apps.get_models()
            if model.__module__.split(".")[0] in PACKAGES
            for field in model._meta.get_fields()
            if isinstance(field, models.FloatField)
        ]
        assert floats == []

    @pytest.mark.parametrize("bad", ["float(x)", "1.5", "round(x)", "-row.amount", "a.fee + b"])
    def test_the_checks_see_what_they_look_for(self, bad):
        node = ast.parse(bad, mode="eval").body
        assert _is_float(node) or _reckons_with_columns(node)

    def test_every_decimal_column_is_a_money_column(self):
        other = [
            f"{model.__name__}.{field.name}"
            for model in apps.get_models()
            if model.__module__.split(".")[0] in PACKAGES
            for field in model._meta.get_fields()
            if isinstance(field, models.DecimalField) and not isinstance(field, MoneyColumn)
        ]
        assert other == []


class TestReckoning:
    def test_amounts_of_rows_are_reckoned_with_in_the_context_of_money_only(self):
        """A bare ``+`` or ``-`` on a Decimal rounds at 28 digits without a word."""
        assert found(_reckons_with_columns) == []

    def test_nothing_is_added_up_by_sum(self):
        assert (
            found(
                lambda n: (
                    isinstance(n, ast.Call)
                    and isinstance(n.func, ast.Name)
                    and n.func.id == "sum"
                    and any(
                        isinstance(part, ast.Attribute) and part.attr in AMOUNTS
                        for part in ast.walk(n)
                    )
                )
            )
            == []
        )


class TestTheDoor:
    def test_no_python_assigns_a_balance(self):
        assert (
            found(
                lambda n: (
                    isinstance(n, ast.Assign | ast.AugAssign)
                    and any(
                        isinstance(target, ast.Attribute)
                        and target.attr
                        in {"available", "held", "locked", "invested", "version", "floor"}
                        for target in (n.targets if isinstance(n, ast.Assign) else [n.target])
                    )
                ),
                product_files(),
            )
            == []
        )

    def test_no_python_writes_rows_of_the_ledger(self):
        assert found(_writes_ledger_rows, product_files()) == []

    def test_no_python_holds_sql_that_writes_the_ledger(self):
        pattern = re.compile(
            r"\b(INSERT INTO|UPDATE|DELETE FROM|TRUNCATE)\s+(ONLY\s+)?"
            r"(wallets_(wallet|journal|posting|hold|holdcondition)|wallets)\b",
            re.I,
        )
        assert (
            found(
                lambda n: (
                    isinstance(n, ast.Constant)
                    and isinstance(n.value, str)
                    and bool(pattern.search(n.value))
                ),
                product_files(),
            )
            == []
        )


def _is_float(node):
    """See ``1.5``, ``float(...)`` and ``round(...)``."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id in ("float", "round")
    return isinstance(node, ast.Constant) and isinstance(node.value, float)


def _reckons_with_columns(node):
    sides = []
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        sides = [node.operand]
    elif isinstance(node, ast.BinOp) and not _is_money(node.left):
        sides = [node.left, node.right]
    return any(isinstance(side, ast.Attribute) and side.attr in AMOUNTS for side in sides)


def _is_money(node):
    """See ``Money(...)``, whose own operators are exact."""
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "Money"


def _writes_ledger_rows(node):
    """See ``Wallet.objects.create(...)``, ``Wallet.objects.filter(...).update(...)``, and so on."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    if node.func.attr not in WRITES | {"update"}:
        return False
    names = {part.id for part in ast.walk(node.func.value) if isinstance(part, ast.Name)}
    return bool(names & LEDGER_MODELS)
