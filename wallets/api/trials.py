"""Trial runs: ``?dry_run=true``, and what it answers."""

from typing import Any

from rest_framework import serializers

from coinhub.api.input import Input, MoneyField
from coinhub.core.money import dollars_text
from wallets.api import shapes
from wallets.api.documents import Figures, LimitShape
from wallets.selectors.usage import Use
from wallets.services.trials import Trial


class DryRunQuery(Input):
    """With ``dry_run=true`` nothing is written and no key is needed."""

    dry_run = serializers.ChoiceField(["true", "false"], required=False)


class GateShape(serializers.Serializer):
    """One gate: open, or closed with the code and the words of its refusal."""

    name = serializers.CharField()
    passed = serializers.BooleanField()
    code = serializers.CharField(allow_null=True)
    detail = serializers.CharField()


class TrialShape(serializers.Serializer):
    """What the command would meet, cost and leave.

    ``balances_after`` is null where there is no wallet or too little in it.
    """

    dry_run = serializers.BooleanField()
    would_pass = serializers.BooleanField()
    gates = GateShape(many=True)
    amount = MoneyField()
    fee = MoneyField()
    total = MoneyField()
    currency = serializers.CharField()
    usd_value = MoneyField(allow_null=True)
    limits = serializers.DictField(child=LimitShape())
    balances = Figures(allow_null=True)
    balances_after = Figures(allow_null=True)


def shape(trial: Trial, decimals: int) -> dict[str, Any]:
    """Show a trial run."""
    amount, fee = trial.amount, trial.fee
    return {
        "dry_run": True,
        "would_pass": trial.would_pass,
        "gates": [
            {"name": gate.name, "passed": gate.passed, "code": gate.code, "detail": gate.detail}
            for gate in trial.gates
        ],
        "amount": amount.text(decimals),
        "fee": fee.text(decimals),
        "total": (amount + fee).text(decimals),
        "currency": amount.currency,
        "usd_value": None if trial.usd is None else dollars_text(trial.usd),
        "limits": limits(trial.uses),
        "balances": shapes.figures(trial.wallet, decimals) if trial.wallet else None,
        "balances_after": shapes.figures(trial.after, decimals) if trial.after else None,
    }


def limits(uses: list[Use]) -> dict[str, dict[str, Any]]:
    """Show what is used and left of each limit of a rolling window."""
    return {str(use.name): {**use.texts(), "frees_at": use.frees_at} for use in uses}
