"""How the back office writes money, and debit and credit."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString

from coinhub.core.admin import Column, Section, page_of
from coinhub.core.errors import AmountInvalid
from coinhub.core.money import amount_text, total
from wallets.models import Hold, Journal, Posting, Wallet
from wallets.templatetags.money import MINUS, SPACE, grouped, unit_of


def money_text(amount: Decimal, decimals: int) -> str:
    """Write an amount with its currency's decimals, grouped as on the customers' pages.

    Zeros beyond the eighth decimal say nothing and are left out; no digit that counts is.
    Staff must be able to see a damaged row too: what is no amount of the currency is written as it
    is, with a mark.
    """
    try:
        text = amount_text(amount, decimals) if amount.is_finite() else ""
    except AmountInvalid:
        text = ""
    if not text:
        return f"! {amount}"
    sign = MINUS if text.startswith("-") else ""
    return sign + grouped(amount, decimals)


def drawn(amount: Decimal | None, unit: Any) -> SafeString | str:
    """Draw an amount of a wallet, a currency or what has one; an empty one as a dash."""
    if amount is None:
        return format_html('<span class="money">{}</span>', "–")
    code, decimals = unit_of(unit)
    text = money_text(amount, decimals)
    return format_html('<span class="money">{}{}{}</span>', text, SPACE, code)


def plain(amount: Decimal, unit: Any) -> str:
    """Write an amount without markup, for the head of a page."""
    code, decimals = unit_of(unit)
    return f"{money_text(amount, decimals)} {code}"


def money(field: str, label: str = "", unit: str = "") -> Callable[[Any, Any], SafeString | str]:
    """Make the column of an amount; ``unit`` is the attribute with the currency, if not self."""

    @admin.display(description=label or field.replace("_", " "))
    def column(_: Any, row: Any) -> SafeString | str:
        return drawn(getattr(row, field), getattr(row, unit) if unit else row)

    return column


def debit_of(posting: Posting) -> Decimal | None:
    """Give what a posting takes from its wallet, as a positive figure."""
    return posting.amount.copy_abs() if posting.amount < 0 else None


def credit_of(posting: Posting) -> Decimal | None:
    """Give what a posting adds to its wallet."""
    return posting.amount if posting.amount > 0 else None


def blank(amount: Decimal | None, wallet: Wallet) -> SafeString | str:
    """Draw an amount, or leave the cell of the other side empty."""
    return "" if amount is None else drawn(amount, wallet)


def owner_of(wallet: Wallet) -> str:
    """Say whose wallet it is: the code of the house, or a customer's e-mail or reference."""
    return wallet.code or str(wallet.owner)


def wallet_page(wallet: Wallet) -> SafeString | str:
    """Link to a wallet, named by its owner and currency."""
    return page_of(wallet, f"{owner_of(wallet)} {wallet.currency_id}")


def journal_section(journal: Journal, postings: list[Posting], title: str = "") -> Section:
    """Show a journal as bookkeepers read it: debit and credit, with equal totals per currency."""
    return Section(
        title=title or f"Journal {journal.pk}: {journal.kind}, {journal.transition_key}",
        columns=(
            Column("Wallet"),
            Column("Balance"),
            Column("Debit", is_number=True),
            Column("Credit", is_number=True),
            Column("Balance after", is_number=True),
            Column("Posting"),
        ),
        rows=[
            (
                wallet_page(posting.wallet),
                posting.balance_type,
                blank(debit_of(posting), posting.wallet),
                blank(credit_of(posting), posting.wallet),
                drawn(posting.balance_after, posting.wallet),
                page_of(posting, f"{posting.pk}"),
            )
            for posting in postings
        ],
        foot=[
            (f"Total {wallet.currency_id}", "", drawn(debit, wallet), drawn(credit, wallet), "", "")
            for wallet, debit, credit in totals_of(postings)
        ],
    )


def totals_of(postings: list[Posting]) -> list[tuple[Wallet, Decimal, Decimal]]:
    """Add up debit and credit for each currency; the wallet is there for its currency."""
    wallets = {posting.wallet.currency_id: posting.wallet for posting in postings}
    found = []
    for currency, wallet in sorted(wallets.items()):
        lines = [p for p in postings if p.wallet.currency_id == currency]
        debit = total(debit_of(p) or Decimal(0) for p in lines)
        credit = total(credit_of(p) or Decimal(0) for p in lines)
        found.append((wallet, debit, credit))
    return found


def holds_section(holds: list[Hold], title: str = "Holds") -> Section:
    """Show holds with what they wait for; each needs its wallet and conditions loaded."""
    return Section(
        title=title,
        columns=(
            Column("Hold"),
            Column("Balance"),
            Column("Amount", is_number=True),
            Column("Remaining", is_number=True),
            Column("State"),
            Column("Conditions"),
            Column("Until"),
        ),
        rows=[
            (
                page_of(hold, hold.purpose.replace("_", " ")),
                hold.balance_type,
                drawn(hold.amount, hold.wallet),
                drawn(hold.remaining, hold.wallet),
                hold.state,
                conditions_of(hold) or "–",
                hold.expires_at or "–",
            )
            for hold in holds
        ],
    )


def conditions_of(hold: Hold) -> str:
    """Name the conditions of a hold, and which are cleared."""
    return ", ".join(
        f"{condition.code} ({'cleared' if condition.cleared_at else 'open'})"
        for condition in hold.conditions.all()
    )
