"""GET wallets/{id}/statement: a period as JSON in pages, or whole as CSV."""

import csv
from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from coinhub.api import pagination
from coinhub.api.input import Input, MomentField
from coinhub.api.json import instant
from coinhub.api.pagination import PageQuery
from coinhub.api.schema import refusals
from coinhub.api.views import View
from wallets.api import documents, shapes
from wallets.api.wallets import window
from wallets.models import Wallet
from wallets.selectors import statements, wallets
from wallets.selectors.balances import read_clock
from wallets.selectors.statements import Statement

JSON, CSV = "json", "csv"
COLUMNS = (
    "seq", "booked_at", "value_date", "kind", "balance_type", "direction", "amount",
    "balance_after", "total_after", "transaction", "counterparty", "reference", "note",
)  # fmt: skip
NUMBERS = {"amount", "balance_after", "total_after"}
FORMULA = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    *"＝＋－＠",
)  # a cell that starts so is run by spreadsheets


class StatementQuery(PageQuery):
    """Which period, in which form; a day given as ``to`` is included."""

    to = MomentField(required=False, end_of_day=True)
    format = serializers.ChoiceField([JSON, CSV], default=JSON)

    def get_fields(self) -> dict[str, Any]:
        """Add ``from``, which Python does not take as a name."""
        return {**super().get_fields(), "from": MomentField(required=False)}


class WalletStatement(View):
    """GET wallets/{id}/statement: the history of a period."""

    scope = "read"
    query: ClassVar[type[Input] | None] = StatementQuery

    @extend_schema(
        operation_id="wallet_statement",
        parameters=[StatementQuery],
        responses={
            (200, "application/json"): documents.StatementShape,
            (200, "text/csv"): OpenApiResponse(OpenApiTypes.STR, description="all lines"),
            **refusals(400, 401, 403, 503),
        },
    )
    def get(self, request: Request, wallet_id: UUID) -> HttpResponseBase:
        """Give the statement."""
        wallet = wallets.get_wallet(self.person.pk, wallet_id)
        begin, end = _period(wallet, self.wanted)
        statement = statements.get_statement(wallet, begin=begin, end=end)
        if self.wanted["format"] == CSV:
            return _as_csv(statement, self.person.pk)
        return self._as_json(request, statement)

    def _as_json(self, request: Request, statement: Statement) -> HttpResponse:
        wallet = statement.wallet
        page = statements.list_entries(wallet, window(request, self.wanted), statement=statement)
        rows = [shapes.entry(row, self.person.pk, wallet.decimals) for row in page.rows]
        listed = pagination.page(
            request, self.wanted, results=rows, older=page.older, newer=page.newer
        )
        frame = {
            "wallet": wallet.public_id,
            "currency": wallet.currency_id,
            "from": statement.begin,
            "to": statement.end,
            "opening": shapes.balances(statement.opening, wallet.decimals),
            "closing": shapes.balances(statement.closing, wallet.decimals),
        }
        return Response({**frame, **listed})


def _period(wallet: Wallet, wanted: dict[str, Any]) -> tuple[datetime, datetime]:
    begin = wanted.get("from") or wallet.opened_at
    end = wanted.get("to") or read_clock()
    if end < begin and "from" in wanted:
        raise serializers.ValidationError(
            {"to": serializers.ErrorDetail("the end is before the beginning", "TIME_INVALID")}
        )
    return begin, max(begin, end)


def _as_csv(statement: Statement, reader: UUID) -> StreamingHttpResponse:
    response = StreamingHttpResponse(
        _lines(statement, reader), content_type="text/csv; charset=utf-8"
    )
    name = f"statement-{statement.wallet.currency_id}-{statement.begin:%Y%m%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


class _Echo:
    """A file that gives back what is written to it, so that lines can be streamed."""

    def write(self, line: str) -> str:
        return line


def _lines(statement: Statement, reader: UUID) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    for row in statements.iterate_entries(statement):
        shown = shapes.entry(row, reader, statement.wallet.decimals)
        yield writer.writerow([_cell(name, shown[name]) for name in COLUMNS])


def _cell(name: str, value: Any) -> str:
    """Write a cell; a text that a spreadsheet would take for a formula is marked as text."""
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, dict):
        value = value["name"] or value["kind"]
    text = str(value)
    is_formula = name not in NUMBERS and any(t.startswith(FORMULA) for t in (text, text.lstrip()))
    return f"'{text}" if is_formula else text
