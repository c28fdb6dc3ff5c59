"""GET wallets and what is below one wallet: holds, entries."""

from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from coinhub.api import pagination
from coinhub.api.input import Input
from coinhub.api.pagination import PageQuery
from coinhub.api.schema import refusals
from coinhub.api.views import View
from wallets.api import documents, shapes
from wallets.selectors import statements, wallets
from wallets.selectors.pages import Window

READ = refusals(400, 401, 403, 503)


class WalletList(View):
    """GET wallets: all of the caller's, the primary one first."""

    scope = "read"
    query: ClassVar[type[Input] | None] = PageQuery

    @extend_schema(
        operation_id="wallets",
        parameters=[PageQuery],
        responses={200: documents.WalletList, **READ},
    )
    def get(self, request: Request) -> Response:
        """List them; a customer has few, so the place in the list is the cursor."""
        rows = [shapes.wallet(row) for row in wallets.list_wallets(self.person.pk)]
        return Response(pagination.page_of(request, self.wanted, rows))


class WalletDetail(View):
    """GET wallets/{id}: one wallet."""

    scope = "read"

    @extend_schema(operation_id="wallet", responses={200: documents.WalletShape, **READ})
    def get(self, request: Request, wallet_id: UUID) -> Response:
        """Show it."""
        return Response(shapes.wallet(wallets.get_wallet(self.person.pk, wallet_id)))


class WalletHolds(View):
    """GET wallets/{id}/holds: why money waits."""

    scope = "read"
    query: ClassVar[type[Input] | None] = PageQuery

    @extend_schema(
        operation_id="wallet_holds",
        parameters=[PageQuery],
        responses={200: documents.HoldList, **READ},
    )
    def get(self, request: Request, wallet_id: UUID) -> Response:
        """List the open holds, newest first."""
        wallet = wallets.get_wallet(self.person.pk, wallet_id)
        page = wallets.list_open_holds(wallet, window(request, self.wanted))
        rows = [shapes.hold(row, wallet.decimals) for row in page.rows]
        return Response(
            pagination.page(request, self.wanted, results=rows, older=page.older, newer=page.newer)
        )


class WalletEntries(View):
    """GET wallets/{id}/entries: the history with running balances."""

    scope = "read"
    query: ClassVar[type[Input] | None] = PageQuery

    @extend_schema(
        operation_id="wallet_entries",
        parameters=[PageQuery],
        responses={200: documents.EntryList, **READ},
    )
    def get(self, request: Request, wallet_id: UUID) -> Response:
        """List entries, newest first."""
        wallet = wallets.get_wallet(self.person.pk, wallet_id)
        page = statements.list_entries(wallet, window(request, self.wanted))
        rows = [shapes.entry(row, self.person.pk, wallet.decimals) for row in page.rows]
        return Response(
            pagination.page(request, self.wanted, results=rows, older=page.older, newer=page.newer)
        )


def window(request: Request, wanted: dict[str, Any]) -> Window:
    """Give the part of a list that is asked for."""
    position = pagination.position_of(request, wanted)
    return Window(before=position.before, after=position.after, limit=wanted["limit"])
