"""The shapes of what the check answers, for the OpenAPI document."""

from rest_framework import serializers

from coinhub.api.input import BalanceField


class BalancesShape(serializers.Serializer):
    """One relation's view of a wallet."""

    available = BalanceField()
    held = BalanceField()
    locked = BalanceField()
    invested = BalanceField()
    total = BalanceField()


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
