"""What the check answers, as JSON; every figure is a decimal string."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from coinhub.core.errors import AmountInvalid
from coinhub.core.money import CONTEXT, amount_text
from integrity.checks.found import Found, plain
from integrity.checks.relations import RELATIONS, Figures
from integrity.services.check import Checked


class BalancesShape(serializers.Serializer):
    """One relation's view of a wallet."""

    available = serializers.CharField()
    held = serializers.CharField()
    locked = serializers.CharField()
    invested = serializers.CharField()
    total = serializers.CharField()


class WalletShape(serializers.Serializer):
    """One wallet as the four relations have it, side by side."""

    user_id = serializers.UUIDField(allow_null=True, help_text="null: the house")
    code = serializers.CharField(allow_null=True, help_text="house wallets only")
    currency = serializers.CharField()
    wallets = BalancesShape()
    crypto_balances = BalancesShape()
    trader_balances = BalancesShape()
    internal_balances = BalancesShape()
    differences = serializers.DictField(
        child=serializers.DictField(child=serializers.CharField()),
        help_text="by relation, how much it has more than the wallet row",
    )
    in_sync = serializers.BooleanField()


class FindingShape(serializers.Serializer):
    """One thing wrong: which source, and the smallest place."""

    source = serializers.CharField()  # type: ignore[assignment]  # a field, not the option
    place = serializers.CharField()
    check = serializers.CharField()
    is_cause = serializers.BooleanField(help_text="false: it follows from another finding")
    user_id = serializers.UUIDField(allow_null=True)
    currency = serializers.CharField(allow_blank=True)
    wallet_id = serializers.IntegerField(allow_null=True)
    journal_id = serializers.IntegerField(allow_null=True)
    posting_id = serializers.IntegerField(allow_null=True)
    hold_id = serializers.IntegerField(allow_null=True)
    seq = serializers.IntegerField(allow_null=True)
    figures = serializers.DictField(child=serializers.CharField())


class Answer(serializers.Serializer):
    """What every answer of the check has."""

    checked_users = serializers.IntegerField()
    checked_currencies = serializers.IntegerField()
    checked_wallets = serializers.IntegerField()
    checked_postings = serializers.IntegerField()
    timestamp = serializers.DateTimeField()
    duration_ms = serializers.IntegerField()
    checksum = serializers.CharField(help_text="digest of the balances looked at")
    run_id = serializers.UUIDField()
    balances = WalletShape(many=True, required=False, help_text="one customer's wallets")


class Healthy(Answer):
    """Nothing is wrong."""

    status = serializers.ChoiceField(["healthy"])


class Failure(Answer):
    """Something is wrong."""

    status = serializers.ChoiceField(["INTEGRITY_FAILURE"])
    mismatches = WalletShape(many=True)
    findings = FindingShape(many=True)


def body(checked: Checked) -> dict[str, Any]:
    """Write one run; what was found is listed only when something was."""
    run = checked.run
    members: dict[str, Any] = {
        "status": "healthy" if checked.is_healthy else "INTEGRITY_FAILURE",
        "checked_users": run.checked_users,
        "checked_currencies": run.checked_currencies,
        "checked_wallets": run.checked_wallets,
        "checked_postings": run.checked_postings,
        "timestamp": run.started_at,
        "duration_ms": run.duration_ms,
        "checksum": run.checksum,
        "run_id": run.public_id,
    }
    if run.owner_id is not None:
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
