"""A run in writing: one object for programs, lines for people; every figure a decimal string."""

from datetime import UTC
from decimal import Decimal
from typing import Any

from coinhub.core.errors import AmountInvalid
from coinhub.core.money import CONTEXT, amount_text
from integrity.checks.found import Found, plain
from integrity.checks.relations import RELATIONS, Figures
from integrity.services.check import Checked


def body(checked: Checked) -> dict[str, Any]:
    """Write one run; what was found is listed only when something was."""
    run = checked.run
    members: dict[str, Any] = {
        "status": "healthy" if checked.is_healthy else "INTEGRITY_FAILURE",
        "checked_users": run.checked_users,
        "checked_currencies": run.checked_currencies,
        "checked_wallets": run.checked_wallets,
        "checked_postings": run.checked_postings,
        "timestamp": f"{run.started_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
        "duration_ms": run.duration_ms,
        "checksum": run.checksum,
        "run_id": str(run.public_id),
    }
    if run.owner_id is not None or run.is_house:
        members["balances"] = [wallet(figures) for figures in checked.wallets]
    if not checked.is_healthy:
        members["mismatches"] = [wallet(figures) for figures in checked.mismatches]
        members["findings"] = [finding(found) for found in checked.findings]
    return members


def wallet(figures: Figures) -> dict[str, Any]:
    """Write a wallet as the four relations have it, and by how much they differ."""
    row = figures.relations["wallets"]
    return {
        "user_id": figures.owner_id,
        "code": figures.code,
        "currency": figures.currency,
        **{name: _balances(figures, figures.relations[name]) for name in RELATIONS},
        "differences": {
            name: {
                kind: plain(CONTEXT.subtract(amount, row[kind]))
                for kind, amount in figures.relations[name].items()
                if amount != row[kind]
            }
            for name in RELATIONS[1:]
            if figures.relations[name] != row
        },
        "in_sync": figures.in_sync,
    }


def finding(found: Found) -> dict[str, Any]:
    """Write a finding."""
    names = ("source", "place", "check", "is_cause", "currency", "wallet_id", "journal_id")
    more = ("posting_id", "hold_id", "seq", "figures")
    return {"user_id": found.owner_id} | {name: getattr(found, name) for name in names + more}


def _balances(figures: Figures, balances: dict[str, Decimal]) -> dict[str, str]:
    return {kind: _text(amount, figures.decimals) for kind, amount in balances.items()}


def _text(amount: Decimal, decimals: int) -> str:
    """Write a figure with its currency's decimals; a broken one as it is."""
    try:
        return amount_text(amount, decimals)
    except (AmountInvalid, ArithmeticError):
        return plain(amount)


def lines(checked: Checked) -> list[str]:
    """Write one run for people: causes first, what follows from them after, then the verdict."""
    run = checked.run
    told = [
        f"{'' if found.is_cause else '  follows: '}{found.source}: {found.place}"
        + "".join(f", {name} {value}" for name, value in found.figures.items())
        for found in checked.findings
    ]
    verdict = (
        "healthy" if checked.is_healthy else f"INTEGRITY FAILURE, {run.finding_count} findings"
    )
    return [
        *told,
        f"{verdict}: {run.checked_users} customers, {run.checked_wallets} wallets,"
        f" {run.checked_currencies} currencies, {run.checked_postings} postings,"
        f" {run.duration_ms} ms, checksum {run.checksum[:16]}",
    ]
