"""The same shapes for the OpenAPI document; a test compares them with what is answered."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from coinhub.api.input import BalanceField, MoneyField
from wallets.models import BalanceType, Transaction, Wallet

DIRECTIONS = ["in", "out"]


class Figures(serializers.Serializer):
    """``total`` is available, held and locked together; ``invested`` stands beside it."""

    available = BalanceField()
    held = MoneyField()
    locked = MoneyField()
    invested = MoneyField()
    total = BalanceField()


@extend_schema_serializer(component_name="Wallet")
class WalletShape(Figures):
    """A wallet; all figures are of one moment."""

    id = serializers.UUIDField()
    currency = serializers.CharField()
    is_primary = serializers.BooleanField()
    status = serializers.ChoiceField(Wallet.Status.choices)


class HoldShape(serializers.Serializer):
    """Why part of a wallet is held or locked."""

    id = serializers.UUIDField()
    balance_type = serializers.ChoiceField(["held", "locked"])
    amount = MoneyField()
    purpose = serializers.CharField()
    reason = serializers.CharField()
    conditions = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    transaction = serializers.UUIDField()


class CounterpartyShape(serializers.Serializer):
    """The other side; only a customer has a name."""

    kind = serializers.ChoiceField(["customer", "platform", "outside"])
    name = serializers.CharField(allow_null=True)


class PostingShape(serializers.Serializer):
    """What one line of a journal did to a wallet of the reader."""

    wallet = serializers.UUIDField()
    balance_type = serializers.ChoiceField(BalanceType.choices)
    direction = serializers.ChoiceField(DIRECTIONS)
    amount = MoneyField()


class JournalShape(serializers.Serializer):
    """One accounting record, as far as it concerns the reader."""

    kind = serializers.CharField()
    postings = PostingShape(many=True)


class LinksShape(serializers.Serializer):
    """Where to read on: the payment that this one gives back, and what was given back of this."""

    self = serializers.CharField()
    original = serializers.CharField(allow_null=True)
    refunds = serializers.ListField(child=serializers.CharField())
    reversals = serializers.ListField(child=serializers.CharField())


class TransactionShape(serializers.Serializer):
    """A transaction as one of its sides sees it."""

    id = serializers.UUIDField()
    type = serializers.ChoiceField(Transaction.Type.choices)
    status = serializers.ChoiceField(Transaction.Status.choices)
    direction = serializers.ChoiceField(DIRECTIONS)
    amount = MoneyField()
    currency = serializers.CharField()
    fee = MoneyField()
    counterparty = CounterpartyShape()
    reference = serializers.CharField()
    note = serializers.CharField()
    created_at = serializers.DateTimeField()
    completed_at = serializers.DateTimeField(allow_null=True)
    journals = JournalShape(many=True)
    links = LinksShape()


class EntryShape(serializers.Serializer):
    """One line of a wallet's history, with the balance that moved and the total after it."""

    seq = serializers.IntegerField()
    booked_at = serializers.DateTimeField()
    value_date = serializers.DateField()
    kind = serializers.CharField()
    balance_type = serializers.ChoiceField(BalanceType.choices)
    direction = serializers.ChoiceField(DIRECTIONS)
    amount = MoneyField()
    balance_after = BalanceField()
    total_after = BalanceField()
    transaction = serializers.UUIDField()
    counterparty = CounterpartyShape()
    reference = serializers.CharField()
    note = serializers.CharField()


class ListShape(serializers.Serializer):
    """A page of a list; ``next`` is the cursor of older rows, ``previous`` of newer ones."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


class WalletList(ListShape):
    """All wallets of the caller."""

    results = WalletShape(many=True)


class HoldList(ListShape):
    """The open holds of a wallet."""

    results = HoldShape(many=True)


class EntryList(ListShape):
    """A page of a wallet's history."""

    results = EntryShape(many=True)


class TransactionList(ListShape):
    """A page of transactions."""

    results = TransactionShape(many=True)


class DestinationShape(serializers.Serializer):
    """An entry of the address book; of the address only its ends are shown."""

    id = serializers.UUIDField()
    label = serializers.CharField()  # type: ignore[assignment]  # a JSON member
    currency = serializers.CharField()
    network = serializers.CharField()
    masked = serializers.CharField()
    is_own = serializers.BooleanField()
    status = serializers.ChoiceField(["pending", "active"])
    active_from = serializers.DateTimeField()
    created_at = serializers.DateTimeField()


class DestinationList(ListShape):
    """A page of the address book."""

    results = DestinationShape(many=True)


class StatementShape(EntryList):
    """A statement: balances at both ends, and a page of the lines between, newest first."""

    wallet = serializers.UUIDField()
    currency = serializers.CharField()
    to = serializers.DateTimeField()
    opening = Figures()
    closing = Figures()

    def get_fields(self) -> dict[str, Any]:
        """Add ``from``, which Python does not take as a name."""
        return {**super().get_fields(), "from": serializers.DateTimeField()}


class LimitShape(serializers.Serializer):
    """One limit of a rolling window: what is used and left of it, and when room is made."""

    maximum = MoneyField()
    used = MoneyField()
    remaining = MoneyField()
    frees_at = serializers.DateTimeField(allow_null=True)


class LimitsShape(serializers.Serializer):
    """How much the caller may move: US dollars, but for the count; windows are rolling."""

    per_payment_min = MoneyField()
    per_payment_max = MoneyField()
    volume_24h = LimitShape()
    payments_1h = LimitShape()
    withdrawals_24h = LimitShape()


class MeShape(serializers.Serializer):
    """The caller."""

    id = serializers.UUIDField()
    email = serializers.CharField()
    kyc_status = serializers.ChoiceField(["not_started", "pending", "approved", "rejected"])
    tier = serializers.IntegerField()
    second_factor = serializers.BooleanField()
    limits = LimitsShape()
