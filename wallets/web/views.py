"""The pages on which customers read: what they own, what is held, what moved."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from coinhub.web.pages import Page, reader_of
from wallets.models import Transaction
from wallets.selectors import statements, transactions, wallets
from wallets.selectors.pages import Window
from wallets.services import recalls, refunds
from wallets.web import cursors
from wallets.web.curve import draw
from wallets.web.entries import rows
from wallets.web.lines import line
from wallets.web.progress import find_progress
from wallets.web.words import hold_in_words
from wallets.web.worth import find_worth

RECENT = 6
ROWS = 25
HOLDS = 10  # newest ones shown; each stands in the history as well


class Overview(Page):
    """``/``: what a customer owns, what is held and why, what moved last."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        reader = reader_of(request)
        mine = list(wallets.list_wallets(reader))
        recent = transactions.list_transactions(reader, Window(limit=RECENT), journals=True)
        holds = wallets.list_open_holds_of(reader, Window(limit=HOLDS))
        context = {
            "primary": mine[0] if mine else None,
            "others": mine[1:],
            "worth": find_worth(mine),
            "holds": [hold_in_words(hold) for hold in holds.rows],
            "more_holds": holds.older is not None,
            "lines": [line(txn, reader) for txn in recent.rows],
            "staff_hint": request.user.is_staff and not mine,
        }
        return render(request, "wallets/overview.html", context)


class WalletList(Page):
    """``/wallets/``: every wallet with its balances."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        context = {"wallets": wallets.list_wallets(reader_of(request))}
        return render(request, "wallets/wallets.html", context)


class WalletDetail(Page):
    """``/wallets/{id}/``: one wallet, what is held on it, its statement."""

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        """Show a page of the statement."""
        reader = reader_of(request)
        wallet = wallets.get_wallet(reader, public_id)
        before = cursors.read(request, f"statement:{public_id}")
        page = statements.list_entries(wallet, Window(before=before, limit=ROWS))
        shown, older = rows(page, reader)
        totals = [row.total for row in reversed(shown)]
        here = reverse("wallet", args=[public_id])
        holds = wallets.list_open_holds(wallet, Window(limit=HOLDS))
        context = {
            "wallet": wallet,
            "holds": [hold_in_words(hold) for hold in holds.rows],
            "more_holds": holds.older is not None,
            "rows": shown,
            "curve": draw(totals, f"The total of the wallet over its last {len(totals)} movements"),
            "lowest": min(totals, default=0),
            "highest": max(totals, default=0),
            "next_url": cursors.link(request, here, f"statement:{public_id}", older),
            "first_url": here if before is not None else None,
        }
        return render(request, "wallets/wallet.html", context)


class TransactionDetail(Page):
    """``/transactions/{id}/``: one payment."""

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        """Show it; ``?sent`` is where a payment that was just sent arrives."""
        reader = reader_of(request)
        txn = transactions.get_transaction(reader, public_id, journals=True)
        i_paid = txn.payer_wallet.owner_id == reader
        holds = transactions.list_open_holds(txn, reader)
        given = transactions.corrections_of(txn)
        context = {
            "txn": txn,
            "line": line(txn, reader),
            "my_wallet": txn.payer_wallet if i_paid else txn.payee_wallet,
            "holds": [hold_in_words(hold) for hold in holds],
            "progress": find_progress(txn) if i_paid else None,
            "refunds": [row for row in given if row.type == Transaction.Type.REFUND],
            "reversals": [row for row in given if row.type == Transaction.Type.REVERSAL],
            "can_refund": not i_paid and refunds.is_refundable(txn),
            "can_recall": i_paid and recalls.find_recallable(txn) is not None,
            "just_sent": i_paid and txn.type == Transaction.Type.TRANSFER and "sent" in request.GET,
        }
        return render(request, "wallets/transaction.html", context)
