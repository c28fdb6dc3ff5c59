"""The tables under a transaction: its states, what a rail did, what is related, who acted."""

from datetime import UTC, datetime
from decimal import Decimal

from django.utils.safestring import SafeString

from coinhub.approvals import kinds
from coinhub.approvals.models import Approval
from coinhub.core.admin import Column, Section, page_of
from coinhub.core.money import quantize
from coinhub.events.models import AuditEvent
from wallets.admin.columns import drawn, money_text, wallet_page
from wallets.models import Transaction
from wallets.selectors import stories

Type = Transaction.Type


def usd_text(value: Decimal | None) -> str:
    """Write a value in US dollars; a payment without limits has none."""
    return "–" if value is None else f"{money_text(quantize(value, 2), 2)} USD"


def states(moves: list[tuple[AuditEvent, str, str]]) -> Section:
    """Show where it stood from when on, and who moved it."""
    return Section(
        title="States",
        columns=(Column("When"), Column("From"), Column("To"), Column("By"), Column("What")),
        rows=[
            (
                _exactly(event.occurred_at),
                _words(before) or "–",
                _words(after),
                _who(event),
                event.action,
            )
            for event, before, after in moves
        ],
    )


def events(found: list[AuditEvent]) -> Section:
    """Show what was recorded about it."""
    return Section(
        title="Audit events",
        columns=(Column("When"), Column("Who"), Column("What"), Column("Request")),
        rows=[
            (
                _exactly(event.occurred_at),
                _who(event),
                page_of(event, event.action),
                event.request_id or "–",
            )
            for event in found
        ],
    )


def relatives(found: list[tuple[str, Transaction]]) -> list[Section]:
    """Show what it gives back and what gave it back, as a way there and a way back."""
    if not found:
        return []
    return [
        Section(
            title="Related transactions",
            columns=(
                Column("Is its"),
                Column("Transaction"),
                Column("Amount", is_number=True),
                Column("From"),
                Column("To"),
                Column("State"),
                Column("When"),
            ),
            rows=[
                (
                    what,
                    page_of(txn),
                    drawn(txn.amount, txn),
                    wallet_page(txn.payer_wallet),
                    wallet_page(txn.payee_wallet),
                    _words(txn.state),
                    txn.created_at,
                )
                for what, txn in found
            ],
        )
    ]


def proposals(found: list[Approval]) -> list[Section]:
    """Show what was proposed about it, by whom, and who decided."""
    if not found:
        return []
    return [
        Section(
            title="Approvals",
            columns=(
                Column("What"),
                Column("State"),
                Column("Proposed by"),
                Column("Because"),
                Column("Decided by"),
                Column("When"),
            ),
            rows=[
                (
                    page_of(approval, kinds.title_of(approval.kind)),
                    approval.state,
                    page_of(approval.maker),
                    approval.reason,
                    page_of(approval.checker),
                    approval.decided_at or "–",
                )
                for approval in found
            ],
        )
    ]


def rails(txn: Transaction) -> list[Section]:
    """Show what a rail told of a deposit, or was told of a withdrawal."""
    if txn.type == Type.DEPOSIT:
        return _receipts(txn)
    return _withdrawal(txn) if txn.type == Type.WITHDRAWAL else []


def _receipts(txn: Transaction) -> list[Section]:
    return [
        Section(
            title="Receipts of the rail",
            columns=(
                Column("Receipt"),
                Column("Amount", is_number=True),
                Column("State"),
                Column("Seen"),
                Column("Settled"),
            ),
            rows=[
                (
                    page_of(receipt),
                    drawn(receipt.amount, txn),
                    _words(receipt.state),
                    receipt.created_at,
                    receipt.settled_at or "–",
                )
                for receipt in stories.receipts_of(txn)
            ],
            empty="None: it was not told by a rail.",
        )
    ]


def _withdrawal(txn: Transaction) -> list[Section]:
    found = stories.withdrawal_of(txn)
    if found is None:
        return []
    goes = Section(
        title="Where it goes",
        columns=(
            Column("Withdrawal"),
            Column("Destination"),
            Column("Rail"),
            Column("The rail's reference"),
            Column("What the customer is told"),
        ),
        rows=[
            (
                page_of(found, "its page"),
                page_of(
                    found.destination, f"{found.destination.label}: {found.destination.masked}"
                ),
                found.rail,
                found.external_ref or "–",
                found.why or "–",
            )
        ],
    )
    attempts = Section(
        title="Attempts",
        columns=(Column("No."), Column("Our reference"), Column("Made"), Column("Outcome")),
        rows=[
            (
                attempt.number,
                attempt.reference,
                attempt.made_at,
                f"{attempt.outcome or 'open'} {attempt.said}".strip(),
            )
            for attempt in stories.attempts_of(txn)
        ],
        empty="None: the rail was not asked yet.",
    )
    return [goes, attempts]


def _exactly(moment: datetime) -> str:
    """Write a time with its seconds: what happened first matters here."""
    return f"{moment.astimezone(UTC):%-d %b %Y, %H:%M:%S} UTC"


def _who(event: AuditEvent) -> SafeString | str:
    return page_of(event.actor) if event.actor else event.actor_kind


def _words(state: str) -> str:
    return state.replace("_", " ")
