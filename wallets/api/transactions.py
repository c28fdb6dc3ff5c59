"""GET transactions."""

from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from coinhub.api import pagination
from coinhub.api.input import Input, MomentField, TextField
from coinhub.api.pagination import PageQuery
from coinhub.api.views import View
from wallets.api import documents, shapes
from wallets.api.wallets import READ, window
from wallets.models import Transaction
from wallets.selectors import transactions
from wallets.selectors.transactions import Filter


class TransactionQuery(PageQuery):
    """Which transactions; a day as ``to`` is included, ``q`` looks into note and reference."""

    type = serializers.ChoiceField(Transaction.Type.choices, required=False)
    status = serializers.ChoiceField(Transaction.Status.choices, required=False)
    currency = TextField(max_length=12, required=False)
    to = MomentField(required=False, end_of_day=True)
    q = TextField(max_length=100, required=False)

    def get_fields(self) -> dict[str, Any]:
        """Add ``from``, which Python does not take as a name."""
        return {**super().get_fields(), "from": MomentField(required=False)}


class TransactionList(View):
    """GET transactions: the caller's on either side, newest first."""

    scope = "read"
    query: ClassVar[type[Input] | None] = TransactionQuery

    @extend_schema(
        operation_id="transactions",
        parameters=[TransactionQuery],
        responses={200: documents.TransactionList, **READ},
    )
    def get(self, request: Request) -> Response:
        """List them."""
        wanted = self.wanted
        page = transactions.list_transactions(
            self.person.pk,
            window(request, wanted),
            Filter(
                type=wanted.get("type"),
                status=wanted.get("status"),
                currency=wanted.get("currency"),
                begin=wanted.get("from"),
                end=wanted.get("to"),
                q=wanted.get("q"),
            ),
            journals=True,
        )
        rows = [_shown(row, self.person.pk) for row in page.rows]
        return Response(
            pagination.page(request, wanted, results=rows, older=page.older, newer=page.newer)
        )


class TransactionDetail(View):
    """GET transactions/{id}: one transaction."""

    scope = "read"

    @extend_schema(operation_id="transaction", responses={200: documents.TransactionShape, **READ})
    def get(self, request: Request, transaction_id: UUID) -> Response:
        """Show it."""
        txn = transactions.get_transaction(self.person.pk, transaction_id, journals=True)
        return Response(_shown(txn, self.person.pk))


def _shown(txn: Transaction, reader: UUID) -> dict[str, Any]:
    return shapes.transaction(txn, reader, shapes.journals_of(txn))
